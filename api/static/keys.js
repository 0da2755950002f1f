// The keys of the page. Those of a single letter can be switched off: who speaks to a computer, or
// types by accident, would set them off.

import { button, el } from "./dom.js";
import { recall, remember } from "./memory.js";

const OFF = "footnote.keys-off";
const TYPING = "input, textarea, select, [contenteditable]";
const LIST = [
  ["Enter", "ask"], ["Shift Enter", "start a new line"], ["Esc", "stop the answer, or close what is open"],
  ["/", "write a question"], ["j  k", "next, previous answer"], ["←  →", "previous, next footnote"],
  ["n", "new conversation"], ["c", "conversations"], ["a", "articles"], ["?", "this list"],
];

let off = recall("localStorage", OFF) === "yes";

// `acts`: what each key does, by its name; one that returns false leaves the key to the browser.
export function install(acts) {
  const dialog = document.getElementById("keys");
  const show = () => {
    if (dialog.open) return;
    draw(dialog);
    dialog.showModal();
  };
  document.getElementById("open-keys").addEventListener("click", show);
  // A press beside the dialog closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const field = event.target.closest?.(TYPING);
    if (event.key === "Escape") {
      if (!document.querySelector("dialog:modal, .menu:popover-open, .about:popover-open")) acts.Escape();
      return;
    }
    if (off || document.querySelector(".keys[open]")) return;
    // No question begins with a question mark.
    const helps = event.key === "?" && (!field || (field.id === "question" && !field.value));
    if (field && !helps) return;
    const act = event.key === "?" ? show : acts[event.key];
    if (act && act() !== false) event.preventDefault();
  });
}

function draw(dialog) {
  const box = el("input", { type: "checkbox", checked: !off });
  box.addEventListener("change", () => {
    off = !box.checked;
    remember("localStorage", OFF, off ? "yes" : "no");
  });
  dialog.replaceChildren(
    el("h2", { id: "keys-title" }, "Keyboard"),
    el("dl", {}, ...LIST.flatMap(([keys, what]) => [
      el("dt", {}, ...keys.split(/(\s+)/).map((part) => (part.trim() ? el("kbd", {}, part) : " "))), el("dd", {}, what)])),
    el("p", {}, el("label", {}, box, " Use the keys of a single character")),
    el("p", { class: "actions" }, button("Close", () => dialog.close(), { class: "primary" })));
}
