// Answers as Markdown with footnotes. What came from articles or models is written so that no
// reader of Markdown takes any of it for markup.

import { dateText } from "./dom.js";
import { lacks } from "./parts.js";

function place({ date, file, page }) {
  return [dateText(date), escaped(file), page ? `page ${page}` : ""].filter(Boolean).join(", ");
}

export function escaped(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.replace(/[\\`*_[\]<>#|~&!]/g, "\\$&").replace(/^(\d+)([.)])/, "$1\\$2").replace(/^[-+=]/, "\\$&");
}

// `number` gives the mark of a footnote: in a whole conversation they are counted through.
function answerLines(turn, number) {
  const { answer } = turn;
  const marks = (ids) => ids.map((id) => `[^${number(id)}]`).join("");
  const lines = [];
  if (answer.rewritten) lines.push(`*Understood as: ${escaped(answer.rewritten)}*`, "");
  if (turn.scope) lines.push(`*Asked of ${escaped(turn.scope.label)}*`, "");
  if (answer.short_answer && answer.claims.length) lines.push(`**${escaped(answer.short_answer)}**`, "");
  if (answer.status === "not_found") lines.push(`${lacks(turn.scope, "answer this", "The")}.`, "");
  for (const claim of answer.claims) lines.push(`${escaped(claim.text)}${marks(claim.citations)}`, "");
  for (const { kind, positions } of answer.conflicts) {
    lines.push(kind === "development" ? "How it changed:" : "The articles disagree:", "");
    for (const side of positions) lines.push(`- ${escaped(side.value)} (${dateText(side.date)})${marks(side.citations)}`);
    lines.push("");
  }
  if (answer.removed.length) {
    lines.push("Removed, because the articles do not support it:", "");
    for (const claim of answer.removed) lines.push(`- ${escaped(claim.text)}`);
    lines.push("");
  }
  return lines;
}

function noteLines(answer, number) {
  return answer.citations.map((citation) =>
    `[^${number(citation.id)}]: ${escaped(citation.title)} (${place(citation)}): “${escaped(citation.quote)}”`);
}

// One answer, to be pasted elsewhere.
export function answerMarkdown(turn) {
  const number = (id) => id;
  return `${[`## ${escaped(turn.question)}`, "", ...answerLines(turn, number), ...noteLines(turn.answer, number)].join("\n").trim()}\n`;
}

export function conversationMarkdown({ title, turns }) {
  const lines = [`# ${escaped(title)}`, ""];
  const notes = [];
  let before = 0;
  for (const turn of turns) {
    const first = before;
    const number = (id) => first + id;
    lines.push(`## ${escaped(turn.question)}`, "", ...answerLines(turn, number));
    notes.push(...noteLines(turn.answer, number));
    before += turn.answer.citations.length;
  }
  return `${[...lines, ...notes].join("\n").trim()}\n`;
}

export function fileName(title) {
  const safe = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${safe || "conversation"}.md`;
}

export function download(text, filename) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Browsers lend the clipboard to secure pages only, and not always to these; a server in the house
// often is none. Returns whether the text was copied.
export async function copy(text) {
  const copied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  return copied || copiedByHand(text);
}

function copiedByHand(text) {
  const area = document.createElement("textarea");
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus();
  return copied;
}
