// An article in the sheet, at the quote of a citation, with the way to the other citations.

import * as api from "./api.js";
import { button, dateText, el, name, problemBox } from "./dom.js";
import { paragraphs } from "./text.js";

export class ArticleReader {
  // `onScope(article)` asks of that article only.
  constructor(panel, onScope) {
    this.panel = panel;
    this.onScope = onScope;
    this.step = null;
    this.marked = null;
    for (const event of ["turned", "close"]) panel.dialog.addEventListener(event, () => this.mark(null));
  }

  // While a footnote is open, its number is set off where it stands.
  mark(reference) {
    this.marked?.mark?.(false);
    reference?.mark?.(true);
    this.marked = reference;
  }

  // `reference` is a citation, a nearest passage (`near`), or an article as such (`file` alone);
  // `back` leads to where it was opened from.
  async open(reference, siblings, opener, back = null) {
    const body = el("div", { class: "article" }, el("p", { class: "aside" }, "Opening…"));
    const label = siblings.length ? `Footnote ${reference.id}` : reference.near ? "Nearest passage" : "Article";
    const head = back ? button("‹ All articles", back) : this.steps(reference, siblings);
    const shown = this.panel.show(head, body, opener, label);
    this.mark(reference);
    try {
      const article = await api.article(reference.file);
      if (shown !== this.panel.shown) return;
      this.panel.dialog.querySelector(".panel-label").append(" · ", name(article.title));
      this.draw(body, article, reference);
    } catch (problem) {
      if (!(problem instanceof api.Problem)) throw problem;
      if (shown !== this.panel.shown) return;
      if (problem.type === "unknown-article" && reference.quote !== undefined) {
        this.drawGone(body, reference);
        return;
      }
      const again = button("Try again", () => this.open(reference, siblings, opener, back), { class: "plain" });
      body.replaceChildren(problemBox(problem, again));
    }
  }

  steps(reference, siblings) {
    const at = siblings.findIndex((citation) => citation.id === reference.id);
    const go = (by) => siblings[at + by] && this.open(siblings[at + by], siblings, null);
    this.step = { go, shown: this.panel.shown + 1 };
    if (siblings.length < 2) return null;
    const arrow = (by, sign, label) => button(sign, () => go(by), {
      class: "quiet icon", "aria-label": label, title: `${label} (${by < 0 ? "←" : "→"})`, disabled: !siblings[at + by],
    });
    return el("div", { class: "steps" },
      arrow(-1, "‹", "Previous footnote"),
      el("span", { class: "aside" }, `${at + 1} of ${siblings.length}`),
      arrow(1, "›", "Next footnote"));
  }

  // Goes to another footnote by a key, as long as one is shown.
  move(by) {
    if (this.step?.shown === this.panel.shown) this.step.go(by);
  }

  draw(body, article, reference) {
    const found = find(article, reference);
    const text = el("div", { class: "text", dir: "auto" });
    const meta = [dateText(article.date), article.source].filter(Boolean).join(" · ");
    body.replaceChildren(...[
      el("h2", { id: "panel-title", dir: "auto" }, article.title),
      el("p", { class: "meta" }, meta, el("br"), name(article.id, { class: "file" })),
      el("p", { class: "actions" }, button("Ask only this article", () => this.onScope(article), { class: "plain" })),
      reference.near ? el("p", { class: "notice" }, "The marked passage came nearest to the question. It is not an answer.") : null,
      found.notice ? el("p", { class: "notice" }, found.notice) : null,
      text,
    ].filter(Boolean));
    const kind = reference.near ? "near" : "quote";
    text.append(...paragraphs(article.text, { ...found, kind, keys: reference.keys }));
    const mark = text.querySelector("mark");
    if (!mark) return;
    mark.tabIndex = -1;
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  }

  // Of an article that has been removed since, the answer still has what it quoted.
  drawGone(body, { title, date, file, quote, keys }) {
    body.replaceChildren(
      el("h2", { id: "panel-title", dir: "auto" }, title),
      el("p", { class: "meta" }, dateText(date), el("br"), name(file, { class: "file" })),
      el("p", { class: "notice" }, "This article has been removed since. The answer keeps what it quoted from it:"),
      el("div", { class: "text" }, ...paragraphs(quote, { start: 0, end: Array.from(quote).length, kind: "quote", keys })));
  }
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
