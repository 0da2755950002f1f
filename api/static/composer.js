// The box in which questions are written: it grows, it asks with Enter, and it says of what.

import { button, el, name } from "./dom.js";

const TOUCH = matchMedia("(pointer: coarse)");
const byId = (id) => document.getElementById(id);

export class Composer {
  // `ask(text)` returns false when nothing can be asked now; `stop()` ends what is being answered.
  constructor({ ask, stop }) {
    [this.form, this.field, this.send, this.stopButton] = ["composer", "question", "send", "stop"].map(byId);
    this.scope = null;
    this.ask = ask;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("keydown", (event) => {
      // While an input method composes a character, Enter belongs to it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("input", () => this.grow());
    this.stopButton.addEventListener("click", stop);
  }

  submit() {
    const text = this.field.value.trim();
    if (!text || !this.ask(text)) return;
    this.write("");
    // The keyboard of a phone would cover the answer.
    if (TOUCH.matches) this.field.blur();
  }

  write(text) {
    this.field.value = text;
    this.grow();
  }

  get text() {
    return this.field.value;
  }

  focus() {
    if (!TOUCH.matches) this.field.focus();
  }

  // The box grows with its text, up to what the style sheet allows.
  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }

  busy(value) {
    const focused = [this.send, this.stopButton].includes(document.activeElement);
    this.send.hidden = value;
    this.stopButton.hidden = !value;
    // A button that hides takes the focus with it.
    if (focused || document.activeElement === document.body) this.focus();
  }

  enable(value) {
    this.send.disabled = !value;
  }

  // Of which articles is asked: `{label, filters}`, or null for all.
  restrict(scope) {
    this.scope = scope;
    const line = byId("scope");
    line.hidden = !scope;
    line.replaceChildren();
    if (!scope) return;
    line.append(el("span", { class: "scope-label", title: scope.label }, "Asks only ", name(scope.label)), button("Ask all again", () => {
      this.restrict(null);
      this.focus();
    }, { class: "plain small" }));
  }
}
