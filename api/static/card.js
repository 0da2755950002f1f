// The card of a footnote: what it quotes, shown while the chip is pointed at or focused.
// It can be pointed at itself, Escape puts it away, and it never takes the focus.

import { el, name, origin, place } from "./dom.js";
import { emphasised } from "./text.js";

const OPEN_MS = 120;
const CLOSE_MS = 180;
const card = document.getElementById("card");
let shownFor = null;
let timer = 0;

card.addEventListener("pointerenter", () => clearTimeout(timer));
card.addEventListener("pointerleave", () => later(hide, CLOSE_MS));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shownFor) return;
  hide();
  event.stopPropagation();
}, true);
document.addEventListener("scroll", () => shownFor && place(card, shownFor.getBoundingClientRect()), true);

// `about` returns what the card shows: a citation, and the stretches of its quote that matter.
export function explain(chip, about) {
  const enter = (event) => event.pointerType === "mouse" && later(() => show(chip, about()), OPEN_MS);
  chip.addEventListener("pointerenter", enter);
  chip.addEventListener("pointerleave", () => later(hide, CLOSE_MS));
  chip.addEventListener("focus", () => chip.matches(":focus-visible") && show(chip, about()));
  chip.addEventListener("blur", hide);
  chip.addEventListener("click", hide);
}

function later(act, wait) {
  clearTimeout(timer);
  timer = setTimeout(act, wait);
}

function show(chip, { citation, keys }) {
  clearTimeout(timer);
  if (!citation || !chip.isConnected) return;
  hide();
  shownFor = chip;
  chip.setAttribute("aria-describedby", card.id);
  card.replaceChildren(
    name(citation.title, { class: "source-title" }),
    el("q", { class: "card-quote", dir: "auto" }, ...emphasised(citation.quote, keys)),
    origin(citation.date, citation.file, citation.page));
  card.showPopover();
  place(card, chip.getBoundingClientRect());
}

function hide() {
  clearTimeout(timer);
  if (!shownFor) return;
  shownFor.removeAttribute("aria-describedby");
  shownFor = null;
  card.hidePopover();
}
