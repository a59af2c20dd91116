// Single-key shortcuts. They can be turned off, and never fire while somebody types.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const dialog = byId("keys");
  const on = byId("keys-on");
  const button = byId("keys-button");
  if (!dialog) return;
  const NAME = "chatops-keys";
  const stored = () => {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return null; // storage is closed: shortcuts are on until the page goes
    }
  };
  on.checked = stored() !== "off";
  on.addEventListener("change", () => {
    try {
      localStorage.setItem(NAME, on.checked ? "on" : "off");
    } catch {
      // Then it holds for this page.
    }
  });
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());

  let went = 0; // when `g` was pressed
  const go = { s: "to-list", p: "to-profile", c: "to-chat" };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && !event.isComposing) {
      const near = event.target.closest?.("details.fill[open], details.more[open]");
      const open = near || (!typing && [...document.querySelectorAll("details.fill[open], details.more[open]")].pop());
      if (open && !dialog.open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
      return;
    }
    if (!on.checked || typing || dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const second = event.timeStamp - went < 1500;
    went = 0;
    if (second && go[event.key]) {
      event.preventDefault();
      byId(go[event.key])?.click();
    } else if (event.key === "g") went = event.timeStamp;
    else if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (event.key === "/") {
      const box = byId("find");
      if (!box) return;
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
})();
