// The sheet of conversations: found, opened, renamed, exported, deleted.

import { button, el, icon, name, plural } from "./dom.js";
import { conversationMarkdown, download, fileName } from "./markdown.js";
import { SIGNS, titleForm } from "./talkmenu.js";
import { undoable } from "./toast.js";

const WHEN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });

export class History {
  // `open(id)` shows a conversation; `current()` is the id of the one shown, `leave()` shows none.
  constructor(panel, conversations, { open, current, leave }) {
    Object.assign(this, { panel, conversations, openOne: open, current, leave });
    this.filter = el("input", { type: "search", class: "input", placeholder: "Search questions and answers", "aria-label": "Search conversations", oninput: () => this.draw() });
    this.list = el("ul", { class: "talks" });
    this.about = el("p", { class: "aside" });
    this.body = el("div", { class: "library" }, this.about, this.filter, this.list);
    conversations.addEventListener("change", () => this.panel.shows(this.body) && this.draw());
  }

  open(opener) {
    this.panel.show(null, this.body, opener, "Conversations");
    this.draw();
  }

  async draw() {
    const found = await this.conversations.search(this.filter.value);
    this.about.textContent = this.conversations.kept
      ? "Kept in this browser only."
      : "This browser keeps nothing: they are gone when this page is closed.";
    this.filter.hidden = !found.length && !this.filter.value;
    if (this.list.querySelector("form")) return; // a title is being written
    const focused = this.list.contains(document.activeElement);
    this.list.replaceChildren(...found.map((one) => this.row(one)));
    // What had the focus is gone with its row.
    if (focused) this.panel.dialog.querySelector(".panel-body").focus({ preventScroll: true });
    if (!found.length) this.list.append(el("li", { class: "aside" }, this.filter.value ? "No conversation matches." : "There are none yet. Ask something."));
  }

  row(one) {
    const open = el("button", { class: "source", type: "button", "aria-current": one.id === this.current() ? "true" : null },
      name(one.title, { class: "source-title" }),
      el("span", { class: "origin" }, `${WHEN.format(new Date(one.updated))} · ${plural(one.turns.length, "answer")}`));
    open.addEventListener("click", () => this.openOne(one.id));
    const row = el("li", {}, open);
    const sign = (kind, label, act) => button(icon(SIGNS[kind]), act, { class: "quiet icon", "aria-label": `${label}: ${one.title}`, title: label });
    row.append(el("span", { class: "row-actions" },
      sign("rename", "Rename", () => this.rename(one, row)),
      sign("export", "Export as Markdown", () => download(conversationMarkdown(one), fileName(one.title))),
      sign("remove", "Delete", () => this.remove(one))));
    return row;
  }

  rename(one, row) {
    const form = titleForm(one.title, async (title) => {
      form.remove();
      if (title) await this.conversations.rename(one.id, title);
      await this.draw();
      this.panel.dialog.querySelector(".panel-body")?.focus();
    });
    row.replaceChildren(form);
    form.querySelector("input").select();
  }

  // Done at once: all of it is at hand to be put back.
  async remove(one) {
    await this.conversations.remove(one.id);
    if (one.id === this.current()) this.leave();
    undoable(`Deleted “${one.title}”.`, { commit: () => {}, undo: () => this.conversations.put(one) });
  }
}
