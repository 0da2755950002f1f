"""A follow-up question made to stand alone, so that it can be searched for.

"How many people did it kill?" finds nothing by itself. Where a question leans on the last turn
(a pronoun, "the ship", "And in May?"), the names and terms that the last turn was about are put
behind it; where it only names something else to ask the same of ("And in Oslo?"), it takes the
place of what was named. Nothing is invented: every added word stood in the conversation.
"""

import re
from collections.abc import Sequence

from qa.facts import facts, fold, terms
from qa.types import Span, Turn

_TIME = (
    r"(?:(?:past|coming|last|next) )?(?:day|week|month|year|morning|afternoon|evening|night|spring"
    r"|summer|autumn|winter|season|century|decade|time)\b"
)
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those|both|either"
    rf"|this(?! {_TIME})|the (?:same|other|latter|former|first|second|two)"
    rf"|(?:about|after|before|of|for|with|by|in|at|on|from|to|is|was|did|do|does|why|like) that"
    rf"(?! {_TIME})|(?:that|then|there)(?=\W*$)"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )there"
    r"(?! (?:is|are|was|were|be|been)\b))\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:he|she|him|her|his|hers|they|them|their|its)\b", re.IGNORECASE)
"""What may stand for a name before it in the same question."""
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\s*(?:(?:and|but|so)\W+)?(?:who|whom|whose|which)\b", re.IGNORECASE)
_CONTINUES = re.compile(
    r"^\s*(?:and|but|so|or|also|what about|how about|why\b.{0,12}$)", re.IGNORECASE
)
_PREDICATE = re.compile(
    r"\b(?:is|are|was|were|been|being) (?:[\w'’-]+ ){0,4}?"
    r"(?P<told>\w{2,}ed|born|built|found|held|hit|hurt|led|left|lost|made|paid|sent|shot|sold|spent"
    r"|sunk|told|won|\w+(?:aught|ought|aken|oken|iven|itten|osen|olen|own))\b",
    re.IGNORECASE,
)
"""What was done to what is talked about: "And how many were killed?" asks about that instead."""
_INSTEAD = re.compile(
    r"\s*(?:(?:and|but|or|so)\s+)?(?:(?:what|how) about\s+|(?<=\s))"
    r"(?:(?P<link>about|after|at|before|by|during|for|from|in|of|on|to|under|with|without)\s+)?"
    r"(?P<named>[\w'’-]+(?: [\w'’-]+){0,5})\s*\?*\s*",
    re.IGNORECASE,
)
"""A question that is only a name, or a few words with what links them: "And in winter?"."""
_SAYS_MORE = re.compile(
    r"\b(?:are|can|could|did|do|does|had|has|have|he|her|him|his|how|is|it|its|may|must|she|should"
    r"|that|their|them|these|they|this|those|was|were|what|when|where|which|who|whom|whose|why|will"
    r"|would|not)\b|\bthe (?:others?|same|rest)\b",
    re.IGNORECASE,
)
_IS_WHO = re.compile(r"\s*who (?:is|was)\s+$", re.IGNORECASE)
_ONE_WORD = re.compile(r"(?:(?:the|an?|my|our|your) )?[\w'’-]+(?=\s*\?*\s*$)", re.IGNORECASE)
_SHORT = 2
"""A question with fewer terms than this rarely stands alone."""
_PEOPLE = 2
"""Names of an answer that "he" or "she" may mean after "Who …?"; words of one that says who."""
_MOST = 6
"""Names and terms that are taken along, at most."""


def standalone(question: str, history: Sequence[Turn]) -> str | None:
    """Return the stand-alone form of `question`, None when it needs none.

    The last turn's question says what is being talked about; its answer is asked only when that
    question has no names.
    """
    if not history or not _leaning(question):
        return None
    last = history[-1]
    whole = standalone(last.question, history[:-1]) or last.question
    replaced = _asked_of_another(question, whole)
    if replaced is not None:
        return replaced
    topic, passed = _topic(question, whole, last)
    own = set(terms(question))
    instead = _PREDICATE.search(question) and not _LEANS.search(question)
    told = _PREDICATE.search(last.question) if instead else None
    words = [
        word
        for word in re.findall(r"[^\W\d_][\w'’-]+", last.question)
        if terms(word) and not any(fold(word) in fold(name) for name in (*topic, *passed))
        if told is None or word != told["told"]
    ]
    said = [part for part in dict.fromkeys([*topic, *words]) if not own & set(terms(part))]
    return f"{question} ({', '.join(said[:_MOST])})" if said else None


def _topic(question: str, asked: str, last: Turn) -> tuple[list[str], list[str]]:
    """Return the names that a question may mean, and those that it does not.

    "When did he die?" after "Whom did Ada Lind marry?" means neither Ada Lind.
    """
    names = facts(asked).names
    answered = facts(last.answer).names
    if not _PERSON.search(question) or not _ASKS_WHO.match(last.question):
        return [name.text for name in names or answered[:_MOST]], []
    known = {term for name in names for term in terms(name.text)}
    told = [n for n in answered if not n.located and known.isdisjoint(terms(n.text))]
    others = [name for name in names if not name.located]
    meant = (
        others and _IS_WHO.match(asked, 0, others[0].start) and not terms(asked[others[0].end :])
    )
    if meant or not told or len(told[0].keys) < _PEOPLE:
        return [name.text for name in (*answered[:_PEOPLE], *names)], []
    places = [name for name in names if name.located]
    return [name.text for name in (*told[:_PEOPLE], *places)], [name.text for name in others]


def _asked_of_another(question: str, last: str) -> str | None:
    """Ask the `last` question of what a short follow-up names; None where that is not clear.

    What was named before must be the only thing of its kind: one "in …", or one name.
    """
    found = _INSTEAD.fullmatch(question)
    if found is None or _SAYS_MORE.search(question[found.start("named") :]):
        return None
    link, named = found["link"], found["named"]
    asked, bracket, rest = last.partition(" (")
    span = _only_name(asked, named) if link is None else _linked(asked, link, named)
    if span is None:
        return None
    return f"{asked[: span[0]]}{named}{asked[span[1] :]}{bracket}{rest}"


def _only_name(asked: str, named: str) -> Span | None:
    """Return where the one name of a question stands, for another name to take its place."""
    names = facts(asked).names
    if len(names) != 1 or not facts(named).names:
        return None
    start, end = names[0].span
    article = re.search(r"\bthe $", asked[:start], re.IGNORECASE)
    owned = article is not None and named.lower().startswith("the ")
    return (article.start() if article is not None and owned else start), end


def _linked(asked: str, link: str, named: str) -> Span | None:
    """Return what stands behind the one `link` of a question: a name, a day, or a last word.

    A day takes no name's place, nor a name a day's.
    """
    places = list(re.finditer(rf"\b{link} (?:the )?", asked, re.IGNORECASE))
    if len(places) != 1 or not places[0].start():
        return None
    at = places[0].start() + len(link) + 1
    said = facts(asked)
    spans = [*(date.span for date in said.dates), *(name.span for name in said.names)]
    known = [span for span in spans if at <= span[0] <= places[0].end()]
    last = _ONE_WORD.match(asked, at)
    end = known[0][1] if known else last.end() if last is not None else None
    if end is None:
        return None
    was, now = facts(f"{link} {asked[at:end]}"), facts(f"{link} {named}")
    unlike = bool(was.dates) != bool(now.dates) and (was if now.dates else now).names
    return None if unlike else (at, end)


def _leaning(question: str) -> bool:
    if _CONTINUES.search(question):
        return True
    names = [name for name in facts(question).names if not name.weak]
    leans = [m for m in _LEANS.finditer(question) if not (names and _is_own(m, names[0].start))]
    if leans:
        return True
    return len(terms(question)) < _SHORT and not facts(question).names


def _is_own(pronoun: re.Match[str], name: int) -> bool:
    """Tell whether a pronoun means a name of its question: "How did Ana pay her fee?"."""
    return name < pronoun.start() and _OWN.fullmatch(pronoun[0]) is not None
