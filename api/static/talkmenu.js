// The menu of the conversation that is shown: renamed, exported, printed, deleted.

import { button, el, icon, place } from "./dom.js";
import { conversationMarkdown, download, fileName } from "./markdown.js";

export const SIGNS = {
  rename: "M4 16l.8-3.2L13 4.6l2.4 2.4-8.2 8.2z",
  export: "M10 3.5v9M6.5 9l3.5 3.5L13.5 9M4 16.5h12",
  print: "M6 7V3.5h8V7M6 14H3.5V7h13v7H14M6 11.5h8v5H6z",
  remove: "M4.5 6h11M8 6V4h4v2M6 6l.7 10.5h6.6L14 6",
};

export class TalkMenu {
  // `current()` is the conversation shown; `rename(title)` and `remove()` change it.
  constructor({ current, rename, remove }) {
    Object.assign(this, { current, rename, remove });
    this.opener = document.getElementById("talk");
    this.title = document.getElementById("talk-title");
    this.menu = document.getElementById("menu");
    this.menu.addEventListener("beforetoggle", (event) => event.newState === "open" && this.fill());
    this.menu.addEventListener("toggle", (event) => event.newState === "open" && place(this.menu, this.opener.getBoundingClientRect()));
  }

  draw() {
    const { title } = this.current();
    this.opener.hidden = !title;
    this.title.textContent = title;
    document.title = title ? `${title} · Footnote` : "Footnote";
  }

  fill() {
    const talk = this.current();
    this.menu.replaceChildren(
      this.item(SIGNS.rename, "Rename", () => this.write()),
      this.item(SIGNS.export, "Export as Markdown", () => download(conversationMarkdown(talk), fileName(talk.title))),
      this.item(SIGNS.print, "Print", () => print()),
      this.item(SIGNS.remove, "Delete", this.remove));
  }

  item(sign, label, act) {
    return button([icon(sign), label], () => {
      this.menu.hidePopover();
      act();
    }, { class: "quiet item" });
  }

  // The title becomes a field in its place.
  write() {
    const form = titleForm(this.current().title, (title) => {
      form.remove();
      this.opener.hidden = false;
      if (title) this.rename(title);
      this.opener.focus();
    });
    this.opener.hidden = true;
    this.opener.after(form);
    form.querySelector("input").select();
  }
}

// A field for a title; `done` gets what was written, or null when it was left as it is.
export function titleForm(title, done) {
  const field = el("input", { type: "text", class: "input", value: title, maxlength: 200, "aria-label": "Title" });
  const form = el("form", { class: "note-form title-form" }, field, button("Save", null, { type: "submit", class: "plain" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(field.value.trim() || null);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done(null);
  });
  return form;
}
