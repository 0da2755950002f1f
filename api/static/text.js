// Texts as elements: an article's paragraphs with one stretch marked, a quote with words set off.

import { el } from "./dom.js";

// Of a quote in a list this many characters are in sight at least, on a narrow screen.
const IN_SIGHT = 110;
const BEFORE = 40;

// Paragraphs are parted by blank lines; in a text that has none, every line is one. Pages, where
// there are some, are parted by form feeds, which are drawn as a line.
// The line ends between them stay outside, so that copying and the offsets are what they were.
// `start` and `end` count code points; `keys` are stretches of the marked quote that matter.
export function paragraphs(text, { start, end, kind, keys = [] }) {
  const [from, to] = start === undefined ? [-1, -1] : units(text, start, end);
  const parting = /\n[ \t]*\n/.test(text) ? /(\n(?:[ \t]*\n)+|\f)/ : /([\n\f])/;
  const nodes = [];
  let at = 0;
  for (const [index, piece] of text.split(parting).entries()) {
    const isParting = index % 2 === 1;
    if (piece === "\f") nodes.push(el("span", { class: "page", role: "separator" }, piece));
    else if (isParting || !piece) nodes.push(piece);
    else nodes.push(el("p", { dir: "auto" }, ...marked(piece, from - at, to - at, kind, keys)));
    at += piece.length;
  }
  return nodes;
}

function marked(piece, from, to, kind, keys) {
  const start = Math.max(from, 0);
  const end = Math.min(to, piece.length);
  if (start >= end) return [piece];
  const own = keys.map(([a, b]) => [a + from - start, b + from - start]);
  return [
    piece.slice(0, start),
    el("mark", { class: kind }, ...emphasised(piece.slice(start, end), own)),
    piece.slice(end),
  ];
}

// `quote` with the stretches `ranges` (of UTF-16 units) set off. One that goes on overleaf is read on.
export function emphasised(quote, ranges) {
  const text = quote.replaceAll("\f", " ");
  const nodes = [];
  let at = 0;
  for (const [start, end] of ranges) {
    const [from, to] = [Math.max(start, at), Math.min(end, text.length)];
    if (from >= to) continue;
    nodes.push(text.slice(at, from), el("em", { class: "key" }, text.slice(from, to)));
    at = to;
  }
  nodes.push(text.slice(at));
  return nodes.filter((node) => node !== "");
}

// The same for a list, which shows a few lines: where the words that matter would not be in sight, it
// begins shortly before them. What comes before is there for paper, which shows the whole quote.
export function excerpt(quote, ranges) {
  const [first, end] = ranges[0] ?? [0, 0];
  if (end <= IN_SIGHT) return emphasised(quote, ranges);
  const from = quote.lastIndexOf(" ", Math.max(first - BEFORE, 0)) + 1;
  const head = from ? [el("span", { class: "cut" }, "… "), el("span", { class: "head" }, quote.slice(0, from))] : [];
  return [...head, ...emphasised(quote.slice(from), ranges.map(([a, b]) => [a - from, b - from]))];
}

// Offsets count Unicode code points, while strings here count UTF-16 units.
function units(text, start, end) {
  let point = 0;
  let unit = 0;
  const forward = (target) => {
    for (; point < target && unit < text.length; point += 1) {
      unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
    }
    return unit;
  };
  return [forward(start), forward(end)];
}
