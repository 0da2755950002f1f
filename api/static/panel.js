// The sheet beside the conversation: an article, the list of articles, the conversations.
// On a wide screen it stands beside the chat; on a narrow one it is a modal dialog.

import { button, el } from "./dom.js";

const WIDE = matchMedia("(min-width: 60rem)");

export class Panel {
  constructor(dialog) {
    this.dialog = dialog;
    this.opener = null;
    this.shown = 0;
    dialog.addEventListener("close", () => this.closed());
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !WIDE.matches) return;
      event.preventDefault();
      this.close();
    });
    WIDE.addEventListener("change", () => {
      if (!dialog.open) return;
      this.turning = true;
      dialog.close();
      this.reveal();
    });
  }

  // Returns the number of this showing: who fetches something can tell whether it is still wanted.
  // The label names what is shown; where that has no heading of its own, it is the heading.
  show(head, body, opener, label) {
    this.shown += 1;
    this.dialog.dispatchEvent(new Event("turned"));
    if (opener) this.opener = opener;
    const close = button("✕", () => this.close(), { class: "quiet icon", "aria-label": "Close", title: "Close (Esc)" });
    const titled = body.classList.contains("article");
    this.empty();
    this.dialog.prepend(
      el("div", { class: "panel-bar" }, titled ? el("p", { class: "panel-label" }, label) : el("h2", { id: "panel-title" }, label), head, close),
      el("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": label }, body));
    if (!this.dialog.open) this.reveal();
    this.dialog.querySelector(".panel-body").focus();
    return this.shown;
  }

  shows(node) {
    return this.dialog.open && this.dialog.contains(node);
  }

  // Messages that were shown on the sheet stay when what is on it changes.
  empty() {
    for (const node of this.dialog.querySelectorAll(":scope > :not(.toasts)")) node.remove();
  }

  reveal() {
    if (WIDE.matches) this.dialog.show();
    else this.dialog.showModal();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  closed() {
    if (this.turning) {
      this.turning = false;
      return;
    }
    this.shown += 1;
    this.empty();
    document.querySelector(".stage").append(...this.dialog.childNodes);
    if (this.opener?.isConnected) this.opener.focus();
    else document.getElementById("question").focus();
    this.opener = null;
  }
}
