// An article's text as paragraphs, with one stretch of it marked.

import { el } from "./dom.js";

// Paragraphs are parted by blank lines; in a text that has none, every line is one.
// The line ends between them stay outside, so that copying and the offsets are what they were.
export function paragraphs(text, start, end, kind) {
  const [from, to] = start === undefined ? [-1, -1] : units(text, start, end);
  const parting = /\n[ \t]*\n/.test(text) ? /(\n(?:[ \t]*\n)+)/ : /(\n)/;
  const nodes = [];
  let at = 0;
  for (const [index, piece] of text.split(parting).entries()) {
    const isParting = index % 2 === 1;
    if (isParting || !piece) nodes.push(piece);
    else nodes.push(el("p", { dir: "auto" }, ...marked(piece, from - at, to - at, kind)));
    at += piece.length;
  }
  return nodes;
}

function marked(piece, from, to, kind) {
  const start = Math.max(from, 0);
  const end = Math.min(to, piece.length);
  if (start >= end) return [piece];
  return [piece.slice(0, start), el("mark", { class: kind }, piece.slice(start, end)), piece.slice(end)];
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
