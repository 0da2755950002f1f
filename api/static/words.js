// The words of a quote that matter for what is cited with it: found by comparing, without a model.
//
// Where the answer in few words, or a side of a disagreement, stands in the quote, that is it. Else
// the words that the statement shares with the quote; a statement that is the quote itself shares
// all of them, and then it is the words of the question.

const WORD = /[\p{L}\p{N}](?:[\p{L}\p{N}'’.,-]*[\p{L}\p{N}])?/gu;
const COMMON = new Set((
  "a about after all also an and any are as at be been before but by can could did do does for from had has have he her "
  + "his how if in into is it its many may more most much no not of on one or other out over said say says she so some such "
  + "than that the their them then there these they this those to up was we were what when where which who whom whose why "
  + "will with would you your").split(" "));
const VERBATIM = 0.8;

export function matter(quote, { values = [], claims = [], question = "" }) {
  const exact = values.flatMap((value) => places(quote, value.replace(/\s*\([^)]*\)\s*$/, "")));
  if (exact.length) return joined(exact, quote);
  const own = words(quote).filter(({ key }) => !COMMON.has(key));
  const said = keys(claims.join(" "));
  const shared = own.filter(({ key }) => said.has(key));
  const asked = keys(question);
  const found = shared.length < own.length * VERBATIM ? shared : own.filter(({ key }) => asked.has(key));
  return joined(found.map(({ start, end }) => [start, end]), quote);
}

function words(text) {
  return [...text.matchAll(WORD)].map((match) => ({ key: fold(match[0]), start: match.index, end: match.index + match[0].length }));
}

function keys(text) {
  return new Set(words(text).map(({ key }) => key).filter((key) => !COMMON.has(key)));
}

function fold(word) {
  return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/['’]s$/, "");
}

// Where `value` stands in the quote as whole words, whatever its case and its spaces.
function places(quote, value) {
  const wanted = words(value).map(({ key }) => key);
  if (!wanted.length) return [];
  const row = words(quote);
  const at = row.findIndex((_, i) => wanted.every((key, j) => row[i + j]?.key === key));
  return at < 0 ? [] : [[row[at].start, row[at + wanted.length - 1].end]];
}

// Neighbours become one stretch, so that a name does not fall apart.
function joined(ranges, quote) {
  const merged = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && !/[^\s]/.test(quote.slice(last[1], start))) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}
