// The sheet beside the conversation: an article with its quote, or the list of articles.
// On a wide screen it stands beside the chat; on a narrow one it is a modal dialog.

import * as api from "./api.js";
import { dateText, el, name, problemBox } from "./dom.js";
import { paragraphs } from "./text.js";

const WIDE = matchMedia("(min-width: 60rem)");

export class Panel {
  constructor(dialog) {
    this.dialog = dialog;
    this.opener = null;
    this.shown = 0;
    dialog.addEventListener("close", () => this.closed());
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && WIDE.matches) this.close();
    });
    WIDE.addEventListener("change", () => {
      if (!dialog.open) return;
      this.turning = true;
      dialog.close();
      this.reveal();
    });
  }

  show(head, body, opener, label) {
    this.shown += 1;
    if (opener) this.opener = opener;
    const close = el("button", { class: "quiet icon", type: "button", "aria-label": "Close", title: "Close (Esc)", onclick: () => this.close() }, "✕");
    this.dialog.replaceChildren(
      el("div", { class: "panel-bar" }, el("p", { class: "panel-label" }, label), head, close),
      el("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": label }, body));
    if (!this.dialog.open) this.reveal();
    return this.shown;
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
    this.dialog.replaceChildren();
    if (this.opener?.isConnected) this.opener.focus();
    this.opener = null;
  }

  // `reference` is a citation, a nearest passage (`near`), or an article as such (`file` alone).
  async article(reference, siblings, opener, back = null) {
    const body = el("div", { class: "article" }, el("p", { class: "aside" }, "Opening…"));
    const label = siblings.length ? `Footnote ${reference.id}` : reference.near ? "Nearest passage" : "Article";
    const head = back ? el("button", { class: "quiet", type: "button", onclick: back }, "‹ All articles") : this.steps(reference, siblings);
    const shown = this.show(head, body, opener, label);
    try {
      const article = await api.article(reference.file);
      if (shown !== this.shown) return;
      this.dialog.querySelector(".panel-label").append(" · ", name(article.title));
      draw(body, article, reference);
    } catch (problem) {
      if (shown === this.shown) body.replaceChildren(problemBox(problem));
    }
  }

  steps(reference, siblings) {
    if (siblings.length < 2) return null;
    const at = siblings.findIndex((citation) => citation.id === reference.id);
    const step = (by, sign, label) => el("button", {
      class: "quiet icon", type: "button", "aria-label": label, title: label,
      disabled: !siblings[at + by],
      onclick: () => this.article(siblings[at + by], siblings, null),
    }, sign);
    return el("div", { class: "steps" },
      step(-1, "‹", "Previous footnote"),
      el("span", { class: "aside" }, `${at + 1} of ${siblings.length}`),
      step(1, "›", "Next footnote"));
  }
}

function draw(body, article, reference) {
  const meta = [dateText(article.date), article.source].filter(Boolean).join(" · ");
  const found = find(article, reference);
  const text = el("div", { class: "text", dir: "auto" });
  const head = [
    el("h2", { id: "panel-title", dir: "auto" }, article.title),
    el("p", { class: "meta" }, meta, el("br"), name(article.id, { class: "file" })),
  ];
  if (reference.near) head.push(el("p", { class: "notice" }, "The marked passage came nearest to the question. It is not an answer."));
  if (found.notice) head.push(el("p", { class: "notice" }, found.notice));
  body.replaceChildren(...head, text);
  text.append(...paragraphs(article.text, found.start, found.end, reference.near ? "near" : "quote"));
  const mark = text.querySelector("mark");
  if (!mark) return;
  mark.tabIndex = -1;
  mark.scrollIntoView({ block: "center" });
  mark.focus({ preventScroll: true });
}

// The quote is where the citation says, unless the file has changed since.
function find(article, { quote, start, end, sha256 }) {
  if (quote === undefined) return {};
  const points = Array.from(article.text);
  if (points.slice(start, end).join("") === quote) return { start, end };
  const units = article.text.indexOf(quote);
  if (units < 0) {
    return { notice: `This article has changed since the answer was given, and no longer contains the quote: “${quote}”` };
  }
  const moved = Array.from(article.text.slice(0, units)).length;
  const notice = article.sha256 === sha256 ? null : "This article has changed since the answer was given. The quote is still in it.";
  return { start: moved, end: moved + Array.from(quote).length, notice };
}
