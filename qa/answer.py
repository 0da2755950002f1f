"""Passages -> drafted claims: the sentences that answer, each made to stand alone.

A claim is a sentence of an article, word for word. A narrow question (who, when, how many) gets
one or two, a broad one several from as many articles as have something to say (maximal marginal
relevance, Carbonell & Goldstein 1998). Sentences of two articles that say the same in nearly the
same words become one claim with two quotes. A sentence that points back ("He", "The vessel")
takes along what it points to; a row of a table the names of its columns, an item that stands for
its list the list, and an answer the question above it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.candidates import asked_around, previous
from qa.datelines import dateline
from qa.facts import mismatches, question_kind
from qa.layout import marker
from qa.lists import list_around
from qa.marks import is_answer, is_yes_or_no, leads, without_emphasis, without_opening
from qa.measured import speaks_of
from qa.orders import inert
from qa.overlap import words
from qa.reader import ANSWERABLE
from qa.reading import Candidate, Reader, Reading
from qa.sentences import sentences
from qa.tables import goes_on, headed, last_head, stated
from qa.types import Draft, Passage, Quote

SAME = 0.5
"""Support, both ways, from which two sentences are one claim."""
_NARROW = 2
_NARROW_SHARE = 0.4
"""A second claim needs this share of the first one's probability."""
_BROAD_SHARE = 0.2
_FURTHER_SHARE = 0.12
"""The same for a broad question, and for the first claim of a further article."""
_LEAST = 0.03
"""A sentence less likely than this is never a claim, however poor the rest."""
_LEAST_FIRST = 0.06
"""The same for the best one: where nothing is likelier, the articles hold no answer to show."""
_ALIKE = 0.6
"""Share of stems in common from which a second sentence adds nothing."""
_REPEAT = 0.8
"""What a further sentence of an article already quoted is worth, against one of a new article."""
_MOST_ASKED = 0.5
"""Share of a question's stems that the line above a list must have more than."""
_BACK = 3
"""Sentences that a quote is widened by at most, to one that stands alone."""
_LONGEST = 400
"""Characters of a claim that was widened."""

_BROAD = re.compile(
    r"\bwhy\b|\bhow (?:did|do|does|has|have|is|are|was|were|can|could|will|would|should)\b"
    r"|\b(?:describe|explain|summari[sz]e|list|discuss|compare|outline|tell me|overview|details?)\b"
    r"|\bwhat (?:happened|happens|is happening|is known|do we know|led|caused|else)\b"
    r"|\bwhat (?:did|does|do|has|have|had) .+ (?:do|done|say|said|think|offer|promise)\b"
    r"|\b(?:which|what) (?:(?:other|two|three|four|five|some|main|new|foreign|different) )?"
    r"(?!(?:does|was|is|has|this|gas|bus|news|class|process)\b)\w{2,}s\b"
    r"|\bwhat (?:are|were)\b|\bwho (?:are|were|all)\b"
    r"|\b(?:reactions?|responses?|consequences|effects|reasons|measures|steps)\b",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    r"[\"'“‘(\[*_]*(?:(?:and|but|so|yet|also|however|meanwhile|instead|then|still|later|in addition"
    r"|in response|as a result|for example|moreover|furthermore|afterwards?),? )?"
    r"(?:(?:he|she|they|his|her|their|its|these|those|such|both|another|others|this|that)\b"
    r"|it\b(?! (?:is|was|has been|seems|appears)\b.{0,60}\b(?:that|to)\b))",
    re.IGNORECASE,
)
_LATER_PRONOUN = re.compile(
    r"(?:In|On|At|By|After|Before|Since|From|During|Until|For|Within) [a-z0-9][^,.;:\"“”]{0,24},? "
    r"(?:he|she|they|his|her|their)\b"
)
"""A pronoun behind a time or place, where nobody can have been named."""
_NOT_BACKWARD = re.compile(
    r"\W*(?:this|that) (?:week|month|year|morning|evening|summer|winter|spring|autumn)\b",
    re.IGNORECASE,
)
_THE = re.compile(r"\W*(?:The|This|That|These|Those) (?=[a-z])")
_DEFINED = frozenset(
    ["of", "in", "at", "for", "from", "that", "which", "who", "to", "between", "on", "with"]
)
"""After a noun these say which one is meant: "the captain of the ferry"."""
_SUBJECT = 4
"""Words in which the subject of a sentence is named or defined, if at all."""
_QUOTED_BY_PRONOUN = re.compile(r"^[\"“].*[\"”] (?:he|she|they|it)\b", re.DOTALL)


@dataclass
class _Claim:
    """A claim in the making: its best candidate, and quotes that say the same."""

    lead: Candidate
    quotes: list[Quote]


def draft(
    question: str,
    reading: Reading,
    passages: Sequence[Passage],
    reader: Reader,
    *,
    max_claims: int,
    sides: Sequence[Sequence[Quote]] = (),
) -> tuple[Draft, ...]:
    """Draft an answer of at most `max_claims` claims, best first; () when nothing answers.

    `reading` is what `reader` found in `passages`; widening a quote may use any of these. `sides`
    are quotes that must be heard, those of one side being evidence for the same value: each side
    becomes a claim, before all others.
    """
    if not reading.candidates or reading.answerable < ANSWERABLE:
        return ()
    candidates = _of_the_measure(question, reading.candidates)
    if not sides and (not candidates or candidates[0].score < _LEAST_FIRST):
        return ()
    chances = {(_place(c.quote)): c.score for c in reading.candidates}
    first = [
        _Claim(Candidate(side[0], chances.get(_place(side[0]), 0.0)), list(side))
        for side in sides[:max_claims]
    ]
    broad = is_broad(question)
    further = _NARROW_SHARE if question_kind(question) == "reason" else _FURTHER_SHARE
    claims = _choose(
        candidates or reading.candidates, reader, first, broad=broad, further=further,
        limit=max_claims,
    )  # fmt: skip
    drafts = [_drafted(question, claim, passages) for claim in claims]
    return tuple(d for n, d in enumerate(drafts) if not _said_elsewhere(d, drafts, n))


def _of_the_measure(question: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Leave out what cannot tell a price, a weight or a size that is asked for.

    Where what is left is far less likely than what goes, nothing answers.
    """
    kept = tuple(c for c in candidates if speaks_of(question, c.quote.text))
    if kept and kept[0].score < _NARROW_SHARE * candidates[0].score:
        return ()
    return kept


def is_broad(question: str) -> bool:
    """Tell whether a question wants several statements rather than one value."""
    if question_kind(question) in {"list", "reason"}:
        return True
    return bool(_BROAD.search(question)) and question_kind(question) not in {"number", "date"}


def _choose(
    candidates: Sequence[Candidate],
    reader: Reader,
    first: Sequence[_Claim],
    *,
    broad: bool,
    further: float,
    limit: int,
) -> list[_Claim]:
    """Take candidates greedily, those of articles not yet quoted first among equals.

    Sentences that repeat a chosen one, the `first` among them, are added to it as quotes, or left
    out. `further` is the share that a broad question's claim of another article needs. A list that
    is quoted as a whole holds most of what was asked for: what stands beside it needs more.
    """
    best_score = candidates[0].score
    taken = {_place(quote) for claim in first for quote in claim.quotes}
    left = [c for c in candidates if c.score >= _LEAST or c is candidates[0]]
    left = [c for c in left if _place(c.quote) not in taken]
    claims = list(first)
    articles = {_article(claim.lead) for claim in first}
    most = limit if broad else max(len(claims), min(_NARROW, limit))
    while left:
        best = max(left, key=lambda c: c.score * (_REPEAT if _article(c) in articles else 1.0))
        left.remove(best)
        twin = next((c for c in claims if _same(c.lead, best, reader)), None)
        if twin is not None:
            twin.quotes.append(best.quote)
            continue
        new = _article(best) not in articles
        share = (further if new else max(further, _BROAD_SHARE)) if broad else _NARROW_SHARE
        if best.score < share * best_score:
            continue
        if len(claims) < most and not any(_alike(c.lead, best) for c in claims):
            claims.append(_Claim(best, [best.quote]))
            articles.add(_article(best))
            listed = _listed(best.quote) if broad else None
            if listed is not None:
                further = _NARROW_SHARE
                left = [c for c in left if not _holds(listed.quotes[0], c.quote)]
    return claims


def _place(quote: Quote) -> tuple[str, int, int]:
    return quote.passage.article_id, quote.start, quote.end


def _article(candidate: Candidate) -> str:
    return candidate.quote.passage.article_id


def _jaccard(first: str, second: str) -> float:
    a, b = words(first).known, words(second).known
    return len(a & b) / max(1, len(a | b))


def _alike(first: Candidate, second: Candidate) -> bool:
    return _jaccard(first.quote.text, second.quote.text) >= _ALIKE


def _same(first: Candidate, second: Candidate, reader: Reader) -> bool:
    """Tell whether sentences of two articles say the same, facts and all."""
    one, other = first.quote.text, second.quote.text
    if _article(first) == _article(second) or _jaccard(one, other) < _ALIKE:
        return False
    if mismatches(one, other) or mismatches(other, one):
        return False
    return reader.support(one, other) >= SAME and reader.support(other, one) >= SAME


def _drafted(question: str, claim: _Claim, passages: Sequence[Passage]) -> Draft:
    """Put first a quote that stands alone; where none does, widen the best and keep only it.

    The others would not support what the widening adds.
    """
    row = _row(claim, passages)
    if row is not None:
        return row
    opens = leads(claim.quotes[0].text)
    listed = _listed(claim.quotes[0])
    if listed is not None and (opens or is_broad(question) or _asks_for(question, listed)):
        return listed
    block = _with_question(claim.quotes[0])
    if block is not None:
        return Draft(text=plain(block.text), quotes=(block,))
    alone = [quote for quote in claim.quotes if not points_back(quote.text, question)]
    if alone:
        rest = [quote for quote in claim.quotes if quote is not alone[0]]
        return Draft(text=plain(alone[0].text), quotes=(alone[0], *rest))
    first = claim.quotes[0]
    quote = _with_previous(first, passages)
    quotes = (quote,) if quote != first else tuple(claim.quotes)
    return Draft(text=plain(quote.text), quotes=quotes)


def _row(claim: _Claim, passages: Sequence[Passage]) -> Draft | None:
    """Put a table's row into words, with the table's head; None for prose.

    The head of a long table may stand in a passage before that of the row.
    What else says so stays beside it, where head and row are one quote that bears it out alone.
    """
    quote, *rest = claim.quotes
    passage = quote.passage
    found = stated(passage.text, quote.start - passage.start, quote.end - passage.start)
    if found is None:
        return None
    spans, text = found
    at = passage.start
    own = [Quote(passage=passage, start=at + start, end=at + end) for start, end in spans]
    head = _head_before(quote, passages) if len(own) == 1 and own[0] == quote else None
    under = headed(head.text, quote.text) if head is not None else None
    if head is not None and under is not None:
        own, text = [head, quote], under
    return Draft(text=inert(text), quotes=(*own, *rest) if len(own) == 1 else tuple(own))


def _head_before(quote: Quote, passages: Sequence[Passage]) -> Quote | None:
    """Find the head of a row's table in the passages that lie one after another before its own."""
    passage, at = quote.passage, quote.start - quote.passage.start
    if not goes_on(passage.text, at):
        return None
    while True:
        before = next(
            (
                p for p in passages
                if p.article_id == passage.article_id and p.start < passage.start
                and passage.start - 1 <= p.end < passage.end
            ),
            None,
        )  # fmt: skip
        if before is None:
            return None
        head, further = last_head(before.text)
        if head is not None:
            start, end = before.start + head[0], before.start + head[1]
            return Quote(passage=before, start=start, end=end)
        if not further:
            return None
        passage = before


def _listed(quote: Quote) -> Draft | None:
    """Quote the whole list that a sentence is an item of; None where there is none."""
    passage = quote.passage
    found = list_around(passage.text, quote.start - passage.start, quote.end - passage.start)
    if found is None:
        return None
    (start, end), text = found
    own = Quote(passage=passage, start=passage.start + start, end=passage.start + end)
    return Draft(text=text, quotes=(own,))


def _asks_for(question: str, listed: Draft) -> bool:
    """Tell whether the line that leads to a list, if one does, says most of what is asked."""
    first = listed.quotes[0].text.partition("\n")[0]
    lead = "" if marker(first) else listed.text.partition(":")[0]
    asked = words(question).known
    return bool(lead) and len(asked & words(lead).known) > _MOST_ASKED * len(asked)


def _with_question(quote: Quote) -> Quote | None:
    """Widen a sentence of an answer to a question in the article to both, where they are short.

    "No." and what is said of something else belong together.
    """
    passage = quote.passage
    at = quote.start - passage.start
    found = asked_around(passage.text, at)
    if found is None or found[1] - found[0] > _LONGEST or found[1] < quote.end - passage.start:
        return None
    return Quote(passage=passage, start=passage.start + found[0], end=passage.start + found[1])


def points_back(sentence: str, question: str) -> bool:
    """Tell whether a sentence needs the one before it to be understood.

    "The tanker" does not when the question speaks of the tanker, nor when it is named or defined
    at once: "The tanker Skua", "The captain of the tanker".
    """
    if _points_to_someone(sentence) or is_yes_or_no(sentence) or is_answer(sentence):
        return True
    the = _THE.match(sentence)
    if the is None or _NOT_BACKWARD.match(sentence):
        return False
    subject = sentence[the.end() :].split()[:_SUBJECT]
    if any(word[:1].isupper() or word[:1].isdigit() or word in _DEFINED for word in subject):
        return False
    return words(" ".join(subject[:2])).known.isdisjoint(words(question).known)


def _points_to_someone(sentence: str) -> bool:
    """Tell whether a sentence has a pronoun for what was named before it."""
    if _NOT_BACKWARD.match(sentence):
        return False
    patterns = (_BACKWARD, _QUOTED_BY_PRONOUN, _LATER_PRONOUN)
    return any(pattern.match(sentence) for pattern in patterns)


def _with_previous(quote: Quote, passages: Sequence[Passage]) -> Quote:
    """Widen to the left to a sentence that stands alone, in whichever passage has all of it.

    Where none does within reach, the quote stays as it is: what would be added explains nothing.
    "The vessel" is explained in its own paragraph, if anywhere.
    """
    noun = _THE.match(quote.text) and not _BACKWARD.match(quote.text)
    for passage in (quote.passage, *passages):
        if passage.article_id != quote.passage.article_id or passage.end < quote.end:
            continue
        at = quote.start
        for _ in range(_BACK):
            start = previous(passage, at)
            if start is None or quote.end - start > _LONGEST:
                break
            between = passage.text[start - passage.start : at - passage.start]
            if noun and "\n\n" in between:
                break
            wider, at = Quote(passage=passage, start=start, end=quote.end), start
            if not _points_to_someone(wider.text):
                return wider
    return quote


def _holds(one: Quote, other: Quote) -> bool:
    """Tell whether the stretch of `other` lies within that of `one`."""
    same = one.passage.article_id == other.passage.article_id
    return same and one.start <= other.start and other.end <= one.end


def _said_elsewhere(own: Draft, drafts: Sequence[Draft], at: int) -> bool:
    """Tell whether a widened claim holds this one's sentence already."""
    quote = own.quotes[0]
    return any(
        _holds(other.quotes[0], quote) and (n < at or _place(other.quotes[0]) != _place(quote))
        for n, other in enumerate(drafts) if n != at
    )  # fmt: skip


def plain(text: str) -> str:
    """Return quoted words as a claim: white space collapsed, light Markdown marks dropped.

    So is the place that opens a report ("WILLEMSTAD – "), unless a date stands with it.
    """
    opening = dateline(text)
    if opening is not None and opening.date is None and opening.end < len(text):
        text = text[opening.end :]
    bare = without_emphasis(inert(text))
    lines = (without_opening(bare[a:b]) for a, b in sentences(bare))
    return " ".join(" ".join(lines).split())
