// The parts of an answer below its statements.

import { button, dateText, el, name, origin, plural } from "./dom.js";
import { excerpt } from "./text.js";

const NEAREST_SHOWN = 3;
const STEPS = { retrieve: "Searching", answer: "Reading and writing", verify: "Checking", total: "Altogether" };

// Says of whatever was asked that it does not do something: of all articles, of some, or of one.
export function lacks(scope, doing, all = "Your") {
  if (!scope) return `${all} articles do not ${doing}`;
  return single(scope) ? `The article that was asked does not ${doing}` : `The articles that were asked do not ${doing}`;
}

function single({ filters, count = filters.files?.length }) {
  return count === 1;
}

export function notFound(passages, scope, open, widen) {
  const nearest = passages.slice(0, NEAREST_SHOWN);
  const why = `Nothing in ${scope && single(scope) ? "it" : "them"} supports an answer, so none is given.`;
  const parts = [
    el("p", { class: "nothing" }, `${lacks(scope, "answer this")}.`),
    el("p", { class: "aside" }, why, scope ? " No other was asked." : null),
    scope ? el("p", { class: "actions" }, button("Ask all articles", widen, { class: "plain small" })) : null,
  ].filter(Boolean);
  if (nearest.length) {
    parts.push(el("section", { class: "nearest" },
      el("h3", {}, "Nearest passages ", el("span", { class: "tag" }, "not an answer")),
      el("ul", {}, ...nearest.map((passage) => near(passage, open)))));
  }
  return parts;
}

function near(passage, open) {
  const { title, date, start, end } = passage;
  const reference = { file: passage.article_id, title, date, start, end, quote: passage.text, near: true };
  const button = el("button", { class: "source", type: "button" },
    name(passage.title, { class: "source-title" }),
    el("span", { class: "excerpt", dir: "auto" }, passage.text.trim()),
    origin(passage.date, passage.article_id));
  button.addEventListener("click", () => open(reference, [], button));
  return el("li", {}, button);
}

// Sides that cannot both be right stand beside each other; what changed with time is a line of it.
export function disagreements(conflicts, chip) {
  if (!conflicts.length) return null;
  return el("div", { class: "conflicts" }, ...conflicts.map(({ kind, positions }) => {
    const grew = kind === "development";
    return el("section", { class: grew ? "development" : "conflict" },
      el("h3", {}, grew ? "How it changed" : "Your articles disagree"),
      el(grew ? "ol" : "ul", {}, ...positions.map((side, at) => el("li", {},
        el("span", { class: "when" }, dateText(side.date),
          grew && at === positions.length - 1 ? el("span", { class: "tag" }, "latest") : null),
        el("span", { class: "value", dir: "auto" }, side.value),
        el("span", { class: "tail" }, ...side.citations.map(chip))))));
  }));
}

export function footnotes(citations, keys, cite) {
  if (!citations.length) return null;
  return el("section", { class: "footnotes" },
    el("h3", { class: "unseen" }, "Footnotes"),
    el("ol", {}, ...citations.map((citation) => {
      const button = el("button", { class: "source", type: "button" },
        name(citation.title, { class: "source-title" }),
        el("q", { class: "excerpt", dir: "auto" }, ...excerpt(citation.quote, keys(citation))),
        origin(citation.date, citation.file, citation.page));
      button.addEventListener("click", () => cite(citation, button));
      return el("li", { "data-id": citation.id }, el("span", { class: "number", "aria-hidden": "true" }, String(citation.id)), button);
    })));
}

export function removedClaims(claims, scope) {
  if (!claims.length) return null;
  const one = claims.length === 1;
  const why = lacks(scope, `support ${one ? "it" : "them"}`);
  return el("details", { class: "removed" },
    el("summary", {}, `${plural(claims.length, "statement")} ${one ? "was" : "were"} removed: ${why[0].toLowerCase()}${why.slice(1)}`),
    el("ul", {}, ...claims.map((claim) => el("li", { dir: "auto" }, claim.text,
      claim.verdict === "contradicted" ? el("span", { class: "tag" }, "contradicted") : null))));
}

// Which model answered, and how long each step took.
export function made({ model, timings, tokens, status }) {
  const who = model === "embedded" ? "the embedded reader" : model;
  const rows = Object.entries(timings).map(([key, value]) => [key.replace(/_ms$/, ""), seconds(value)]);
  const counted = Object.entries(tokens ?? {}).map(([key, value]) => [`Tokens, ${key}`, value.toLocaleString("en")]);
  return el("details", { class: "made" },
    el("summary", {}, `${status === "not_found" ? "Searched" : "Answered"} by ${who}`, timings.total_ms ? ` in ${seconds(timings.total_ms)}` : ""),
    el("dl", {}, ...[...rows, ...counted].flatMap(([key, value]) => [el("dt", {}, STEPS[key] ?? key), el("dd", {}, value)])));
}

function seconds(milliseconds) {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
