"""Articles cut into passages, by LlamaIndex's SentenceSplitter, with exact offsets.

The splitter works on text and gives text back; where the same words recur, their place cannot be
told from that. It is therefore given numbers that stand for the sentences, each counted with the
tokens of its sentence, so that what it puts together maps back to offsets by construction.

Furniture (captions, copyright lines, front matter) is cut around: it stays in the article's text
but never enters a passage, so it can be neither retrieved nor quoted. Lengths are counted in
tokens of the embedding model, so that nothing is lost at its limit.
"""

from collections.abc import Callable, Iterator, Sequence

from qa import lean
from qa.layout import marker
from qa.marks import leads
from qa.sentences import sentences
from qa.tables import is_row, is_rule
from qa.types import Article, Passage, Span

SPLIT_VERSION = 2
"""Raised whenever the same text would be cut elsewhere, so that old indexes are noticed."""


class Splitter:
    """Cuts articles. `lengths` counts the tokens of texts, as the embedding model sees them."""

    def __init__(
        self, lengths: Callable[[Sequence[str]], list[int]], *, tokens: int, overlap: int
    ) -> None:
        self._lengths = lengths
        self._tokens = tokens
        self._overlap = min(overlap, tokens // 2)

    def split(self, article: Article, version: str) -> list[Passage]:
        """Cut one version of an article; passage ids are `version` and the passage's number."""
        spans = [span for run in _runs(article) for span in self._cut(article.text, run)]
        return [
            Passage(
                id=f"{version}-{number}", article_id=article.id, title=article.title,
                date=article.date, text=article.text[start:end], start=start, end=end,
            )
            for number, (start, end) in enumerate(spans)
        ]  # fmt: skip

    def _cut(self, text: str, run: Span) -> Iterator[Span]:
        begin, end = run
        spans = [(begin + start, begin + stop) for start, stop in sentences(text[begin:end])]
        pieces = list(self._together(text, list(self._fitting(text, spans))))
        for first, last in self._merge([size for _, size in pieces]):
            yield pieces[first][0][0], pieces[last][0][1]

    def _together(
        self, text: str, pieces: Sequence[tuple[Span, int]]
    ) -> Iterator[tuple[Span, int]]:
        """Join the rows of a table, and the items of a list with what leads to it, while they fit.

        Cut apart, a row has lost the names of its columns, and an item what it is one of.
        """
        span, size = (0, 0), 0
        for n, (own, length) in enumerate(pieces):
            joins = n > 0 and _belong(text, pieces[n - 1][0], own)
            if joins and size + length <= self._tokens:
                span, size = (span[0], own[1]), size + length
                continue
            if n > 0:
                yield span, size
            span, size = own, length
        if pieces:
            yield span, size

    def _merge(self, sizes: Sequence[int]) -> Iterator[Span]:
        """Let the splitter put pieces of these sizes together; yield (first, last) of each."""
        lean.llama_index()
        from llama_index.core.node_parser import SentenceSplitter

        if not sizes:
            return
        splitter = SentenceSplitter(
            chunk_size=self._tokens,
            chunk_overlap=self._overlap,
            tokenizer=lambda text: [0] * sum(sizes[int(number)] for number in text.split()),
            chunking_tokenizer_fn=lambda text: [f"{number} " for number in text.split()],
        )
        for chunk in splitter.split_text(" ".join(str(number) for number in range(len(sizes)))):
            numbers = chunk.split()
            yield int(numbers[0]), int(numbers[-1])

    def _fitting(self, text: str, spans: Sequence[Span]) -> Iterator[tuple[Span, int]]:
        """Halve sentences, at white space if they have any, until each part fits a passage."""
        sizes = self._lengths([text[start:end] for start, end in spans])
        for (start, end), size in zip(spans, sizes, strict=True):
            if size <= self._tokens or end - start < 2:  # noqa: PLR2004 -- one character is left
                yield (start, end), size
                continue
            middle = _space_near(text, (start, end))
            rest = middle + len(text[middle:end]) - len(text[middle:end].lstrip())
            halves = [(start, middle), (rest, end)]
            yield from self._fitting(text, halves[: 1 + (rest < end)])


def has_prose(article: Article) -> bool:
    """Tell whether anything but furniture is in an article, so that it has a passage."""
    return next(_runs(article), None) is not None


def _belong(text: str, one: Span, other: Span) -> bool:
    """Tell whether two neighbouring pieces are of one table or list, or lead to one."""
    first, second = _line_kind(text, one), _line_kind(text, other)
    if second == "row":
        near = text.count("\n", one[1], other[0]) == 1
        return (first == "row" and near) or first == "heading"
    if second == "item":
        return first in {"item", "heading"} or leads(text[slice(*one)])
    return False


def _line_kind(text: str, piece: Span) -> str:
    """Tell what line a piece stands in: a row, an item or what goes on with one, or a heading."""
    start = text.rfind("\n", 0, piece[0]) + 1
    end = text.find("\n", piece[1])
    line = text[start : len(text) if end < 0 else end]
    if "|" in line and (is_row(line) or is_rule(line)):
        return "row"
    if marker(line):
        return "item"
    if line.startswith("#"):
        return "heading"
    above = text[text.rfind("\n", 0, start - 1) + 1 : start - 1] if start > 0 else ""
    indented = line[:1] in {" ", "\t"} and line.strip()
    return "item" if indented and (marker(above) or above[:1] in {" ", "\t"}) else ""


def _space_near(text: str, span: Span) -> int:
    """Return the white space nearest to the middle of a span, or the middle if it has none."""
    start, end = span
    middle = (start + end) // 2
    spaces = [at for at in range(start + 1, end) if text[at].isspace()]
    return min(spaces, key=lambda at: abs(at - middle), default=middle)


def _runs(article: Article) -> Iterator[Span]:
    """Yield the stretches of the text that hold words and no furniture."""
    at = 0
    for start, end in (*article.furniture, (len(article.text), len(article.text))):
        if any(character.isalnum() for character in article.text[at:start]):
            yield at, start
        at = max(at, end)
