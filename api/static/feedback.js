// What the reader thinks of an answer: up or down at a press, and a note if there is more to say.

import * as api from "./api.js";
import { button, el, icon, problemBox } from "./dom.js";

const UP = "M6.5 9v7M6.5 9 9.8 3.6c1.4 0 2 1 1.7 2.2L11 8.2h4.3c.9 0 1.5.8 1.3 1.7l-1.2 4.9c-.2.7-.8 1.2-1.5 1.2H6.5zM3.5 9v7";
const DOWN = "M13.5 11V4M13.5 11l-3.3 5.4c-1.4 0-2-1-1.7-2.2L9 11.8H4.7c-.9 0-1.5-.8-1.3-1.7l1.2-4.9C4.8 4.5 5.4 4 6.1 4h7.4zM16.5 11V4";
const LONGEST = 2000;

// Two buttons and the place for a note; `onChange` is told once the server has kept it.
export function opinion(turn, onChange) {
  const place = el("div", { class: "note-place" });
  const buttons = { up: thumb("up", UP, "Good answer"), down: thumb("down", DOWN, "Bad answer") };

  function thumb(verdict, path, label) {
    return button(icon(path), () => give(verdict, ""), { class: "quiet icon", "aria-label": label, title: label });
  }

  async function give(verdict, note) {
    try {
      await api.feedback({ question: turn.question, answer: turn.answer, verdict, note });
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      place.replaceChildren(problemBox(problem, button("Try again", () => give(verdict, note), { class: "plain" })));
      return;
    }
    turn.opinion = { verdict, note };
    draw();
    if (note) place.replaceChildren(el("p", { class: "aside", role: "status" }, "Kept. Thank you."));
    else askForNote(verdict);
    onChange(turn);
  }

  function askForNote(verdict) {
    const field = el("input", { type: "text", class: "input", maxlength: LONGEST, "aria-label": "Note (optional)",
      placeholder: verdict === "up" ? "Add a note" : "What would be right?" });
    const form = el("form", { class: "note-form" }, field, button("Save note", null, { type: "submit", class: "plain" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (field.value.trim()) give(verdict, field.value.trim());
    });
    place.replaceChildren(el("p", { class: "unseen", role: "status" }, "Kept."), form);
    field.focus();
  }

  function draw() {
    for (const [verdict, node] of Object.entries(buttons)) {
      node.setAttribute("aria-pressed", String(turn.opinion?.verdict === verdict));
    }
  }

  draw();
  return [buttons.up, buttons.down, place];
}
