// One question and its answer, drawn as the events arrive, or from what was kept.

import { explain } from "./card.js";
import { button, el, folded, plural, problemBox } from "./dom.js";
import { disagreements, footnotes, lacks, made, notFound, removedClaims } from "./parts.js";
import { matter } from "./words.js";

const NEAREST_KEPT = 3;
const LONG_CHARACTERS = 160;
const REATTRIBUTED = "The model named another passage; this one was found to say it.";

export class Turn {
  // `open(reference, siblings, opener)` shows a citation or a passage in its article, `retry(turn)`
  // asks again, `widen(turn)` asks all articles instead, `change(turn)` puts the question back to be
  // written differently, `addArticles(opener)` is offered where there are none, and `tools(turn)`
  // makes the buttons below a finished answer.
  // `scope` says of what the question is asked, if not of all.
  constructor(question, { open, retry, widen, change, addArticles, tools }, scope = null) {
    Object.assign(this, { question, open, retry, widen, change, addArticles, tools, scope });
    this.id = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
    this.asked = new Date().toISOString();
    this.citations = new Map();
    this.claims = new Map();
    this.passages = [];
    this.dropped = 0;
    this.answer = null;
    this.opinion = null;
    this.note = el("p", { class: "progress-note" }, "Reading your articles");
    this.list = el("div", { class: "claims" });
    this.body = el("div", { class: "answer", "aria-busy": "true" }, this.list, this.note);
    this.heading = el("h2", { class: question.length > LONG_CHARACTERS ? "question long" : "question", dir: "auto", tabindex: "-1" }, question);
    this.asking = folded(this.heading);
    this.root = el("article", { class: "turn" }, this.asking,
      scope ? el("p", { class: "rewritten" }, `Asked of ${scope.label}`) : null, this.body);
  }

  static restored(kept, acts) {
    const turn = new Turn(kept.question, acts, kept.scope);
    Object.assign(turn, { id: kept.id, asked: kept.asked, opinion: kept.opinion });
    turn.passages = kept.nearest;
    turn.answered(kept.answer);
    return turn;
  }

  // What is kept of it: all that is needed to draw it again.
  get record() {
    const { id, asked, question, scope, answer, opinion, passages } = this;
    return { id, asked, question, scope, answer, opinion, nearest: passages.slice(0, NEAREST_KEPT) };
  }

  take(event, data) {
    if (event === "retrieved") this.retrieved(data);
    else if (event === "claim") this.drafted(data);
    else if (event === "verdict") this.verified(data);
    else if (event === "answer") this.answered(data);
    else if (event === "error") this.failed(data);
  }

  retrieved({ rewritten, passages }) {
    this.passages = passages;
    this.showRewritten(rewritten);
    const files = new Set(passages.map((passage) => passage.article_id)).size;
    if (files) this.note.textContent = `Checking what ${plural(files, "article")} say${files === 1 ? "s" : ""}`;
  }

  showRewritten(rewritten) {
    if (!rewritten || rewritten === this.question || this.rewritten) return;
    this.rewritten = folded(el("p", { class: "rewritten", dir: "auto" }, "Understood as: ", rewritten));
    this.asking.after(this.rewritten);
  }

  drafted({ n, text }) {
    const claim = el("p", { class: "claim draft", dir: "auto" }, text);
    this.claims.set(n, { node: claim });
    this.list.append(claim);
  }

  verified({ n, claim, citations }) {
    for (const citation of citations) this.citations.set(citation.id, citation);
    const drawn = this.claims.get(n);
    if (!drawn) return;
    if (claim.verdict !== "supported") {
      this.claims.delete(n);
      this.dropped += 1;
      drawn.node.remove();
      this.note.textContent = `Checking; ${plural(this.dropped, "statement")} removed so far`;
      return;
    }
    drawn.claim = claim;
    drawn.node.className = "claim";
    drawn.node.replaceChildren(...this.sentence(claim));
  }

  sentence(claim) {
    const chips = claim.citations.map((id) => this.chip(id));
    const [start, word] = lastWord(claim.text);
    const parts = [start, el("span", { class: "tail" }, word, ...chips)];
    if (claim.reattributed) parts.push(el("span", { class: "tag", title: REATTRIBUTED }, "re-attributed"));
    return parts;
  }

  chip(id) {
    const label = `Footnote ${id}: ${this.citations.get(id)?.title ?? ""}`;
    const chip = el("button", { class: "chip", type: "button", "aria-label": label, "data-id": id }, String(id));
    chip.addEventListener("click", () => this.cite(id, chip));
    explain(chip, () => ({ citation: this.citations.get(id), keys: this.keys(this.citations.get(id)) }));
    return chip;
  }

  // The stretches of a citation's quote that matter for what it is cited for.
  keys(citation) {
    const has = ({ citations }) => citations.includes(citation.id);
    const claims = this.answer?.claims ?? [...this.claims.values()].map(({ claim }) => claim).filter(Boolean);
    const sides = (this.answer?.conflicts ?? []).flatMap(({ positions }) => positions).filter(has);
    return matter(citation.quote, {
      values: [...sides.map(({ value }) => value), ...[this.answer?.short_answer].filter(Boolean)],
      claims: claims.filter(has).map(({ text }) => text),
      question: this.question,
    });
  }

  cite(id, opener) {
    const siblings = [...this.citations.values()].map((citation) => (
      { ...citation, keys: this.keys(citation), mark: (on) => this.mark(citation.id, on) }));
    this.open(siblings.find((citation) => citation.id === id), siblings, opener);
  }

  // Sets off the numbers of the footnote whose article is open.
  mark(id, on) {
    for (const node of this.root.querySelectorAll(`[data-id="${id}"]`)) {
      if (on) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
  }

  // The final object decides; what is already drawn as it says stays, and keeps the focus.
  answered(answer) {
    this.answer = answer;
    this.citations = new Map(answer.citations.map((citation) => [citation.id, citation]));
    this.showRewritten(answer.rewritten);
    const drawn = [...this.claims.values()].map(({ node }) => node.textContent);
    const claims = answer.claims.map((claim) => el("p", { class: "claim", dir: "auto" }, ...this.sentence(claim)));
    if (drawn.join("\n") !== claims.map((node) => node.textContent).join("\n")) this.list.replaceChildren(...claims);
    if (answer.short_answer && answer.claims.length) {
      this.list.before(el("p", { class: "short", dir: "auto" }, begun(answer.short_answer)));
    }
    if (answer.status === "not_found") this.body.append(...notFound(this.passages, this.scope, this.open, () => this.widen(this)));
    if (answer.status === "incomplete") {
      this.body.append(el("div", { class: "notice" },
        el("p", {}, "This answer broke off. What is shown was checked; there may be more."), this.againButton()));
    }
    for (const notice of answer.notices ?? []) this.body.append(el("p", { class: "notice", dir: "auto" }, notice));
    this.body.append(...[
      disagreements(answer.conflicts, (id) => this.chip(id)), this.footnotes(), removedClaims(answer.removed, this.scope),
      el("footer", { class: "after" }, made(answer), ...this.tools(this)),
    ].filter(Boolean));
    this.end();
  }

  footnotes() {
    const cite = (citation, opener) => this.cite(citation.id, opener);
    return footnotes([...this.citations.values()], (citation) => this.keys(citation), cite);
  }

  againButton() {
    return button("Ask again", () => this.retry(this), { class: "plain" });
  }

  failed(problem) {
    this.dropDrafts();
    const add = problem.type === "nothing-indexed"
      ? button("Add articles", (event) => this.addArticles(event.currentTarget), { class: "primary" }) : null;
    // Asked again as it is, it would be refused again.
    const next = problem.type === "bad-question"
      ? button("Change the question", () => this.change(this), { class: "plain" }) : this.againButton();
    this.body.append(problemBox(problem, add, next));
    this.end();
  }

  stopped() {
    this.dropDrafts();
    const kept = this.claims.size ? " What is shown above was checked." : "";
    this.body.append(el("div", { class: "notice" }, el("p", {}, `Stopped.${kept}`), this.againButton()),
      ...[this.footnotes()].filter(Boolean));
    this.end();
  }

  dropDrafts() {
    for (const [n, { node }] of this.claims) {
      if (!node.classList.contains("draft")) continue;
      node.remove();
      this.claims.delete(n);
    }
  }

  end() {
    this.note.remove();
    this.body.removeAttribute("aria-busy");
  }

  // What a screen reader is told once, at the end.
  summary() {
    const answer = this.answer;
    if (!answer) return this.body.querySelector(".problem-title, .notice p")?.textContent ?? "No answer.";
    if (answer.status === "not_found") return `${lacks(this.scope, "answer this")}.`;
    const short = answer.short_answer ? ` ${answer.short_answer}.` : "";
    return `Answered:${short} ${plural(answer.claims.length, "statement")}, ${plural(answer.citations.length, "footnote")}.`;
  }
}

// A short answer is often cut from within a sentence: a plain first word begins with a capital,
// while a name that is written its own way ("iPhone") stays as it is.
function begun(text) {
  return text.replace(/^\p{Ll}[\p{Ll}'’-]*(?=[\s,]|$)/u, (word) => word[0].toUpperCase() + word.slice(1));
}

// The last word stays on a line with its footnotes, unless it is as long as a line.
function lastWord(text) {
  const at = text.trimEnd().lastIndexOf(" ") + 1;
  return text.length - at > 24 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}
