// What was just done and can be undone. It is really done when the time is up, when something else
// is, or when the page is left; the time stands still while the message is pointed at or focused.

import { button, el } from "./dom.js";

const WAIT_MS = 10_000;
const place = document.getElementById("toasts");
let open = null;

addEventListener("pagehide", () => flush({ keepalive: true }));

// `commit` gets the options for its request; `undo` takes back what the page already shows.
export function undoable(text, { commit, undo }) {
  flush();
  const mine = { commit, timer: 0 };
  const box = el("div", { class: "toast" }, el("span", { class: "toast-text" }, text),
    button("Undo", () => {
      end(mine, box);
      undo();
    }));
  const wait = () => {
    clearTimeout(mine.timer);
    mine.timer = setTimeout(() => flush(), WAIT_MS);
  };
  box.addEventListener("pointerenter", () => clearTimeout(mine.timer));
  box.addEventListener("focusin", () => clearTimeout(mine.timer));
  box.addEventListener("pointerleave", wait);
  box.addEventListener("focusout", wait);
  mine.box = box;
  open = mine;
  show(box);
  wait();
}

export function flush(options = {}) {
  const mine = open;
  if (!mine) return Promise.resolve();
  end(mine, mine.box);
  return Promise.resolve(mine.commit(options));
}

// Said where it was done: on the sheet, or above the box for questions. Beside a modal sheet nothing
// could be pressed.
function show(box) {
  const sheet = document.querySelector("dialog:modal") ?? document.activeElement?.closest(".panel");
  (sheet ?? document.querySelector(".stage")).append(place);
  place.append(box);
}

// A plain message, gone by itself.
export function tell(text) {
  flush();
  const box = el("div", { class: "toast" }, el("span", { class: "toast-text" }, text));
  const mine = { commit: () => {}, box, timer: setTimeout(() => end(mine, box), WAIT_MS / 3) };
  open = mine;
  show(box);
}

function end(mine, box) {
  clearTimeout(mine.timer);
  const focused = box.contains(document.activeElement);
  box.remove();
  if (focused) (document.querySelector(".panel[open] .panel-body") ?? document.getElementById("log")).focus();
  if (open === mine) open = null;
}
