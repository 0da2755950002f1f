"""Words: how a text is cut into them, how they are folded, and which of them carry meaning."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from qa import lean
from qa.types import Span

_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|[A-Z]\.[A-Z](?!\w)"  # U.S., p.m., U.S.A, U.S
    r"|\d+(?:[.,]\d+)*[^\W\d_]*"  # 4,500  3.5  22nd  10km
    r"|[^\W_]+(?:['’][^\W\d_]+)*"  # Venezuela's  don't  F16
)
_UNFOLDABLE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)
"""Letters that Unicode does not decompose, though readers of English write them plain."""
_POSSESSIVE = re.compile(r"['’]s?$")

_NEGATIVES = """
no not nor neither never none nobody nothing nowhere cannot without hardly scarcely
"""
NEGATIVE_WORDS = frozenset(_NEGATIVES.split())
_FUNCTION_WORDS = """
a about above across after afterwards again against all almost along already also although
always am amid among an and another any anyone anything are around as at away back be became
because become been before behind being below besides between beyond both but by can could did
do does doing done down due during each either else enough etc even ever every everyone
everything few for from further gave get gets got had has have having he hence her here hers
herself him himself his how however i if in indeed instead into is it its itself just least
less like made make many may me might mine more moreover most much must my myself near nearly
no nobody none nor not nothing now of off often on once only onto or other others otherwise
our ours ourselves out over own per perhaps quite rather really said same say says shall she
should since so some someone something sometimes somewhere still such than that the their
theirs them themselves then thence there therefore these they this those though through
throughout thus to together too toward towards under until up upon us use used using very via
was we well were what whatever when where whereas wherever whether which while who whoever
whole whom whose why will with within without would yet you your yours yourself yourselves
cannot neither never nowhere hardly scarcely according currently meanwhile
"""
STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Words that say how a sentence is built, not what it is about."""
_IRREGULAR_VERBS = """
become:became begin:began,begun bring:brought build:built buy:bought catch:caught
choose:chose,chosen come:came draw:drew,drawn drive:drove,driven eat:ate,eaten
fall:fell,fallen feel:felt fight:fought find:found fly:flew,flown forget:forgot,forgotten
freeze:froze,frozen give:gave,given go:went,gone grow:grew,grown hear:heard hide:hid,hidden
hold:held keep:kept know:knew,known lead:led leave:left lose:lost mean:meant meet:met pay:paid
ride:rode,ridden rise:rose,risen run:ran seek:sought see:saw,seen sell:sold send:sent
shake:shook,shaken shoot:shot sing:sang,sung sink:sank,sunk sit:sat speak:spoke,spoken
spend:spent stand:stood steal:stole,stolen strike:struck swear:swore,sworn swim:swam,swum
take:took,taken teach:taught tell:told think:thought throw:threw,thrown understand:understood
wear:wore,worn win:won withdraw:withdrew,withdrawn write:wrote,written
overthrow:overthrew,overthrown undertake:undertook,undertaken arise:arose,arisen
break:broke,broken die:dying lie:lying
"""
_IRREGULAR = {
    past: base
    for base, forms in (pair.split(":") for pair in _IRREGULAR_VERBS.split())
    for past in forms.split(",")
}
"""Past forms that no stemmer leads back to their verb."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    `key` is its folded form without possessive or dots, `stem` the stem of that; `content` is
    False for function words. `start` and `end` are offsets into the text.
    """

    text: str
    start: int
    end: int
    key: str
    stem: str
    content: bool

    @property
    def span(self) -> Span:
        """Where the word stands."""
        return self.start, self.end

    @property
    def capital(self) -> bool:
        """Tell whether it is written as a name would be: `Skipper`, `US`, `iPhone`."""
        return not self.text.islower() and any(map(str.isupper, self.text))


@lru_cache(maxsize=32_768)
def fold(text: str) -> str:
    """Lower-case `text` and take its accents off: `Nicolás` and `NICOLAS` become one."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return plain.translate(_UNFOLDABLE).replace("’", "'").replace("‘", "'")


@lru_cache(maxsize=32_768)
def key(word: str) -> str:
    """Return the form under which a word is compared: folded, no possessive, no dots."""
    folded = _POSSESSIVE.sub("", fold(word))
    if folded[:1].isdigit():
        return folded.replace(",", "")
    return folded.replace(".", "")


@lru_cache(maxsize=1)
def _stemmer() -> Callable[[str], str]:
    lean.nltk()
    from nltk.stem.snowball import EnglishStemmer

    stem: Callable[[str], str] = EnglishStemmer().stem
    return stem


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """Return the stem of a folded word (Porter's second algorithm, "Snowball")."""
    if not word.isalpha():
        return word
    return _stemmer()(_IRREGULAR.get(word, word))


@lru_cache(maxsize=2048)
def words(text: str) -> tuple[Word, ...]:
    """Cut `text` into words, in order."""
    found = []
    for match in _WORD.finditer(text):
        raw = match.group()
        plain = key(raw)
        content = plain not in STOP_WORDS and not plain.endswith("n't")
        content = content or (plain == "us" and raw not in {"us", "Us"})
        found.append(Word(raw, match.start(), match.end(), plain, stem(plain), content))
    return tuple(found)


@lru_cache(maxsize=8192)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(word.stem for word in words(text) if word.content)


def terms(text: str) -> list[str]:
    """Return the stems of the words of `text` that carry meaning, in order, repeats kept."""
    return list(_terms(text))
