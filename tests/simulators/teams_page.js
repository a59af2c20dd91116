"use strict";
// Keeps what is read up to date, except while somebody fills in or unfolds a card.
const posts = document.getElementById("posts");
const busy = () => {
  const inputs = [...posts.querySelectorAll("input, textarea, select")];
  return inputs.includes(document.activeElement) || inputs.some((one) => one.type !== "hidden" && changed(one))
    || posts.querySelector("details[open]") !== null;
};
const changed = (one) => {
  if (one.type === "checkbox") return one.checked !== one.defaultChecked;
  if (one.tagName === "SELECT") return [...one.options].some((option) => option.selected !== option.defaultSelected)
    && one.value !== "";
  return one.value !== one.defaultValue;
};
const bottom = () => { posts.scrollTop = posts.scrollHeight; };
const refresh = async () => {
  try {
    const answer = await fetch(location.pathname.replace(/\/do\/.*/, ""), { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["about", "posts", "places", "note", "writing"]) {
      const now = document.getElementById(id), next = page.getElementById(id);
      if (!next || (id === "posts" && busy()) || (id === "note" && !next.textContent)) continue;
      if (id === "writing" && now.firstElementChild.className === next.firstElementChild.className) continue;
      if (now.innerHTML !== next.innerHTML) {
        const low = posts.scrollHeight - posts.scrollTop - posts.clientHeight < 80;
        now.innerHTML = next.innerHTML;
        if (id === "posts" && low) bottom();
      }
    }
  } catch { /* The demo has ended. */ }
};
bottom();
setInterval(refresh, 1000);
document.querySelector(".be select").addEventListener("change", (event) => event.target.form.submit());
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && event.target.closest(".writing") && event.target.value.trim()) {
    event.preventDefault();
    event.target.form.submit();
  }
});
