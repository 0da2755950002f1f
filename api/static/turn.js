// One question and its answer, drawn as the events arrive.

import { dateText, el, name, plural, problemBox } from "./dom.js";

const NEAREST_SHOWN = 3;

export class Turn {
  // `open(reference, siblings, opener)` shows a citation or a passage in its article.
  constructor(question, { open, retry }) {
    this.question = question;
    this.open = open;
    this.retry = retry;
    this.citations = new Map();
    this.claims = new Map();
    this.passages = [];
    this.answer = null;
    this.note = el("p", { class: "progress-note" }, "Reading your articles");
    this.list = el("div", { class: "claims" });
    this.body = el("div", { class: "answer", "aria-busy": "true" }, this.list, this.note);
    this.heading = el("h2", { class: "question", dir: "auto", tabindex: "-1" }, question);
    this.root = el("article", { class: "turn" }, this.heading, this.body);
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
    if (!rewritten || this.root.querySelector(".rewritten")) return;
    this.heading.after(el("p", { class: "rewritten", dir: "auto" }, "Understood as: ", rewritten));
  }

  drafted({ n, text }) {
    const claim = el("p", { class: "claim draft", dir: "auto" }, text);
    this.claims.set(n, claim);
    this.list.append(claim);
  }

  verified({ n, claim, citations }) {
    for (const citation of citations) this.citations.set(citation.id, citation);
    const node = this.claims.get(n);
    if (!node) return;
    if (claim.verdict !== "supported") {
      this.claims.delete(n);
      node.remove();
      return;
    }
    node.className = "claim";
    node.replaceChildren(...this.sentence(claim));
  }

  sentence(claim) {
    const chips = claim.citations.map((id) => this.chip(id));
    const [start, word] = lastWord(claim.text);
    return [start, el("span", { class: "tail" }, word, ...chips)];
  }

  chip(id) {
    const label = `Footnote ${id}: ${this.citations.get(id)?.title ?? ""}`;
    const chip = el("button", { class: "chip", type: "button", "aria-label": label, "data-id": id }, String(id));
    chip.addEventListener("click", () => this.cite(id, chip));
    return chip;
  }

  cite(id, opener) {
    this.open(this.citations.get(id), [...this.citations.values()], opener);
  }

  // The final object decides; what is already drawn as it says stays, and keeps the focus.
  answered(answer) {
    this.answer = answer;
    this.citations = new Map(answer.citations.map((citation) => [citation.id, citation]));
    this.showRewritten(answer.rewritten);
    const drawn = [...this.claims.values()].map((node) => node.textContent);
    const claims = answer.claims.map((claim) => el("p", { class: "claim", dir: "auto" }, ...this.sentence(claim)));
    if (drawn.join("\n") !== claims.map((node) => node.textContent).join("\n")) this.list.replaceChildren(...claims);
    if (answer.short_answer && answer.claims.length) {
      this.list.before(el("p", { class: "short", dir: "auto" }, answer.short_answer));
    }
    if (answer.status === "not_found") this.body.append(...this.notFound());
    if (answer.status === "incomplete") {
      this.body.append(el("p", { class: "notice" }, "This answer is incomplete: it broke off before everything was checked. What is shown was checked."));
    }
    for (const notice of answer.notices ?? []) this.body.append(el("p", { class: "notice", dir: "auto" }, notice));
    this.body.append(...[
      this.conflicts(answer.conflicts), this.footnotes(), removed(answer.removed), this.made(answer),
    ].filter(Boolean));
    this.end();
  }

  notFound() {
    const nearest = this.passages.slice(0, NEAREST_SHOWN);
    const parts = [
      el("p", { class: "nothing" }, "Your articles do not answer this."),
      el("p", { class: "aside" }, "Nothing in them supports an answer, so none is given."),
    ];
    if (nearest.length) {
      parts.push(el("section", { class: "nearest" },
        el("h3", {}, "Nearest passages ", el("span", { class: "tag" }, "not an answer")),
        el("ul", {}, ...nearest.map((passage) => this.near(passage)))));
    }
    return parts;
  }

  near(passage) {
    const reference = { file: passage.article_id, start: passage.start, end: passage.end, quote: passage.text, near: true };
    const button = el("button", { class: "source", type: "button" },
      name(passage.title, { class: "source-title" }),
      el("span", { class: "excerpt", dir: "auto" }, passage.text.trim()),
      origin(passage.date, passage.article_id));
    button.addEventListener("click", () => this.open(reference, [], button));
    return el("li", {}, button);
  }

  conflicts(conflicts) {
    if (!conflicts.length) return null;
    return el("section", { class: "conflicts" }, ...conflicts.flatMap(({ kind, positions }) => [
      el("h3", {}, kind === "development" ? "Reported over time" : "Your articles disagree"),
      el("ul", {}, ...positions.map((side) => el("li", {},
        el("span", { class: "value", dir: "auto" }, side.value),
        ...side.citations.map((id) => this.chip(id)),
        el("span", { class: "origin" }, dateText(side.date))))),
    ]));
  }

  footnotes() {
    if (!this.citations.size) return null;
    return el("section", { class: "footnotes" },
      el("h3", { class: "unseen" }, "Footnotes"),
      el("ol", {}, ...[...this.citations.values()].map((citation) => this.footnote(citation))));
  }

  footnote(citation) {
    const button = el("button", { class: "source", type: "button" },
      name(citation.title, { class: "source-title" }),
      el("q", { class: "excerpt", dir: "auto" }, citation.quote),
      origin(citation.date, citation.file));
    button.addEventListener("click", () => this.cite(citation.id, button));
    return el("li", { "data-id": citation.id }, el("span", { class: "number", "aria-hidden": "true" }, String(citation.id)), button);
  }

  made({ model, timings, status }) {
    const total = timings.total_ms;
    const rows = Object.entries(timings).filter(([key]) => key !== "total_ms");
    return el("details", { class: "made" },
      el("summary", {}, `${status === "not_found" ? "Searched" : "Answered"} by the ${model} model`, total ? ` in ${seconds(total)}` : ""),
      el("dl", {}, ...rows.flatMap(([key, value]) => [
        el("dt", {}, key.replace(/_ms$/, "").replaceAll("_", " ")), el("dd", {}, seconds(value)),
      ])));
  }

  failed(problem) {
    this.dropDrafts();
    const again = el("button", { class: "plain", type: "button", onclick: () => this.retry(this) }, "Ask again");
    this.body.append(problemBox(problem, again));
    this.end();
  }

  stopped() {
    this.dropDrafts();
    const kept = this.claims.size ? " What is shown above was checked." : "";
    this.body.append(el("p", { class: "notice" }, `Stopped.${kept}`), ...[this.footnotes()].filter(Boolean));
    this.end();
  }

  dropDrafts() {
    for (const draft of this.list.querySelectorAll(".draft")) draft.remove();
  }

  end() {
    this.note.remove();
    this.body.removeAttribute("aria-busy");
  }

  // What a screen reader is told once, at the end.
  summary() {
    const answer = this.answer;
    if (!answer) return "No answer.";
    if (answer.status === "not_found") return "Your articles do not answer this.";
    return `Answered: ${plural(answer.claims.length, "statement")}, ${plural(answer.citations.length, "footnote")}.`;
  }
}

function removed(claims) {
  if (!claims.length) return null;
  const one = claims.length === 1;
  return el("details", { class: "removed" },
    el("summary", {}, `${plural(claims.length, "statement")} ${one ? "was" : "were"} removed: your articles do not support ${one ? "it" : "them"}`),
    el("ul", {}, ...claims.map((claim) => el("li", { dir: "auto" }, claim.text,
      claim.verdict === "contradicted" ? el("span", { class: "tag" }, "contradicted") : null))));
}

function seconds(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

// The last word stays on a line with its footnotes, unless it is as long as a line.
function lastWord(text) {
  const at = text.trimEnd().lastIndexOf(" ") + 1;
  return text.length - at > 24 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

function origin(date, file) {
  return el("span", { class: "origin" }, dateText(date), " · ", name(file, { class: "file" }));
}
