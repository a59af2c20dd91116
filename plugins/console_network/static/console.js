// Nicer, not needed: nothing reloads, Enter sends, Esc closes.
"use strict";
(() => {
  const app = document.getElementById("app");
  if (!app) return;
  const byId = (id) => document.getElementById(id);
  const on = document.addEventListener.bind(document);
  const { title } = document;
  let missed = 0;

  function place(piece) {
    const old = byId(piece.id);
    if (old?.querySelector("details.fill[open]")) {
      old.waiting = piece; // being filled in
      return;
    }
    const made = document.createElement("template");
    made.innerHTML = piece.html;
    const fresh = made.content.firstElementChild;
    // Half-written words stay.
    const writes = (one) => !!one?.querySelector("textarea");
    if (piece.id === "compose" && writes(old) === writes(fresh)) return;
    const list = byId(piece.list);
    if (old) {
      const opened = [...old.querySelectorAll("details")].map((one) => one.open);
      const held = old.contains(document.activeElement);
      fresh.querySelectorAll("details").forEach((one, n) => (one.open = !!opened[n]));
      old.replaceWith(fresh);
      if (held) (fresh.querySelector("summary, button, a") || fresh).focus();
    } else if (list) {
      const { day, seq } = fresh.dataset;
      if (piece.list === "entries" && list.lastElementChild?.dataset.day !== day) {
        const heading = document.createElement("li");
        heading.className = "day";
        heading.textContent = day;
        list.append(heading);
      }
      list.insertBefore(fresh, [...list.children].find((one) => +one.dataset.seq > seq));
      app.querySelector(".empty")?.remove();
    }
    if (piece.new && document.hidden) document.title = `(${++missed}) ${title}`;
  }

  on("toggle", ({ target }) => {
    const home = target.closest("li, #top");
    if (target.open && target.matches(".log .menu")) {
      const room = target.closest(".log").getBoundingClientRect().bottom - target.getBoundingClientRect().bottom;
      target.dataset.opens = room > target.querySelector(".sheet").offsetHeight ? "down" : "up";
    } else if (target.open) {
      for (const one of [...target.children].reverse()) one.scrollIntoView({ block: "nearest" });
    } else if (home?.waiting) place(home.waiting);
  }, true);

  on("visibilitychange", () => {
    if (!document.hidden) [missed, document.title] = [0, title];
  });

  const line = byId("line");
  function state(now) {
    line.className = `line-state ${now}`;
    line.textContent = line.dataset[`${now}line`];
  }
  function listen(cursor) {
    const address = new URL(app.dataset.live, location);
    if (cursor) address.searchParams.set("cursor", cursor);
    const source = new EventSource(address);
    source.onopen = () => state("on");
    source.onerror = () => {
      state("off");
      if (source.readyState > 1) setTimeout(listen, 2000, cursor);
    };
    source.addEventListener("piece", (event) => place(JSON.parse(event.data)));
    source.addEventListener("gone", () => location.reload());
    source.addEventListener("told", (event) => (cursor = event.lastEventId));
    source.addEventListener("resync", async (event) => {
      source.close(); // not meanwhile
      const page = await fetch("").then((got) => got.text()).catch(() => "");
      const fresh = new DOMParser().parseFromString(page, "text/html").querySelectorAll("#rooms,#top,#entries,#replies");
      fresh.forEach((one) => byId(one.id)?.replaceWith(one));
      setTimeout(listen, 500, fresh[0] ? event.lastEventId : cursor);
    });
    addEventListener("pagehide", () => source.close());
  }
  listen("");

  const problem = byId("problem");
  on("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-live]")) return;
    event.preventDefault();
    if (form.busy) return;
    form.busy = true;
    let body = new FormData(form, event.submitter);
    if (!body.has("file")) body = new URLSearchParams(body);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Live": "1" } });
      if (!answer.ok) throw new Error(answer.headers.get("Content-Type").includes("plain") ? await answer.text() : "");
      problem.textContent = "";
      const { once, text } = form.elements;
      const more = text?.value.replace(body.get("text"), ""); // typed meanwhile
      form.reset();
      if (more) text.value = more;
      if (once) once.value = [...crypto.getRandomValues(new Uint32Array(3))].join("");
      form.closest("details")?.removeAttribute("open");
    } catch (error) {
      problem.textContent = (error.name === "Error" && error.message) || app.dataset.failed;
    } finally {
      form.busy = false;
    }
  });

  on("change", ({ target: { files, form } }) => {
    if (files) form.querySelector("output").value = [...files].map((one) => one.name).join(", ");
  });

  on("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".composer textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    } else if (event.key === "/" && !typing) {
      event.preventDefault();
      byId("say-text")?.focus();
    } else if (event.key === "Escape") {
      const shown = [...document.querySelectorAll("[open] > .sheet, .fill[open] > form")].pop()?.parentElement;
      if (shown) {
        shown.open = false;
        shown.querySelector("summary").focus();
      } else if (location.hash === "#side") location.hash = "content";
      else if (!typing) byId("close-thread")?.click();
    }
  });

  on("click", async (event) => {
    for (const one of document.querySelectorAll(".menu[open], .members[open]")) one.open = one.contains(event.target);
    const link = event.target.closest("a.copy");
    if (!link || !navigator.clipboard) return;
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    link.textContent = app.dataset.copied;
  });
})();
