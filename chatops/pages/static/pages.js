// Nicer, not needed: what changes appears by itself, and answers come without a reload.
"use strict";
(() => {
  const main = document.getElementById("content");
  const byId = (id) => document.getElementById(id);
  const waiting = new Map(); // parts that came while somebody was filling them in

  // A part of the page.
  function busy(old) {
    const open = [...old.querySelectorAll("details.fill[open]")];
    return open.length > 0 || (old.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
  }
  const inside = (part, id) => [...part.querySelectorAll("[id]")].find((one) => one.id === id);
  function place(part) {
    const old = byId(`p-${part.id}`);
    if (!old) return;
    if (busy(old)) {
      waiting.set(part.id, part);
      return;
    }
    waiting.delete(part.id);
    const template = document.createElement("template");
    template.innerHTML = part.html;
    const fresh = template.content.firstElementChild;
    const list = old.querySelector("[data-grows]");
    const longer = fresh.querySelector("[data-grows]");
    if (list && longer) {
      // A list that only grows is added to: whoever listens hears what is new and nothing else.
      for (const item of longer.querySelectorAll(":scope > li")) if (!byId(item.id)) list.append(item);
      if (list.children.length) old.querySelector(".nothing")?.remove();
      return;
    }
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    const label = held?.textContent;
    for (const one of old.querySelectorAll("details[id][open]")) {
      const again = inside(fresh, one.id);
      if (again) again.open = true;
    }
    for (const one of old.querySelectorAll("input[id]:not([type=checkbox]), textarea[id]")) {
      const again = inside(fresh, one.id);
      if (again && one.value !== one.defaultValue) again.value = one.value;
    }
    old.replaceWith(fresh);
    // Where focus was, something else may stand now: who presses Enter means what was there.
    if (held) ([...fresh.querySelectorAll("a, button, summary")].find((one) => one.textContent === label) || main).focus({ preventScroll: true });
  }
  function settle() {
    for (const part of [...waiting.values()]) place(part);
  }
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (!target.open) settle();
      // Whoever opens a form writes next.
      else if (target.matches(".fill") && target.contains(document.activeElement)) {
        target.querySelector("form input:not([type=hidden]), form textarea, form select")?.focus();
      }
    },
    true,
  );
  document.addEventListener("focusout", () => setTimeout(settle));

  // The line.
  const line = byId("line");
  function state(now) {
    if (!line || line.classList.contains(now)) return;
    line.className = `line-state ${now}`;
    line.textContent = line.dataset[`${now}line`];
  }
  if (main.dataset.live) {
    let source;
    const listen = () => {
      source = new EventSource(main.dataset.live);
      source.onopen = () => state("on");
      source.onerror = () => {
        state("off");
        if (source.readyState > 1) setTimeout(listen, 2000);
      };
      source.addEventListener("part", (event) => place(JSON.parse(event.data)));
      source.addEventListener("gone", () => {
        source.close();
        location.reload();
      });
    };
    listen();
    addEventListener("pagehide", () => source.close());
    addEventListener("pageshow", (event) => event.persisted && listen());
  }

  // Commands.
  const problem = byId("problem");
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-leave]") || !byId("answer")) return;
    event.preventDefault();
    byId("answer").replaceChildren();
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-act]")) return;
    event.preventDefault();
    if (form.busy) return;
    form.busy = true;
    form.setAttribute("aria-busy", "true");
    const body = new URLSearchParams(new FormData(form, event.submitter));
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Live": "1" } });
      if (answer.redirected || answer.status === 401) return location.reload(); // signed out meanwhile
      if (!answer.ok) {
        problem.textContent = answer.status < 500 ? main.dataset.refused : main.dataset.failed;
        return;
      }
      const html = await answer.text();
      problem.textContent = "";
      const filled = form.closest("details.fill");
      filled?.removeAttribute("open");
      if (form.isConnected) {
        form.reset();
        form.elements.once.value = Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");
      }
      const shown = byId("answer");
      shown.innerHTML = html;
      shown.scrollIntoView({ block: "nearest" });
      // What asks something back is read next; otherwise one goes on where one was.
      if (shown.querySelector("form")) shown.focus({ preventScroll: true });
      else filled?.querySelector("summary").focus({ preventScroll: true });
    } catch {
      problem.textContent = main.dataset.failed;
    } finally {
      form.busy = false;
      form.removeAttribute("aria-busy");
    }
  });
})();
