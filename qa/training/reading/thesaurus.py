"""Words for words: questions as somebody asks them who has not read the article.

Reads WordNet's own files (Princeton WordNet 3.0, `wordnet-base` on Debian). A word is exchanged for
one of its first sense: a synonym, or for a noun the word for the wider thing.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PARTS = {"noun": "1", "verb": "2", "adj": "3", "adv": "4"}
"""Parts of speech, as files are named and as keys of senses are numbered."""
_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_NOT_EXCHANGED = """
also been call called came come does done each ever from gave give given have into kind last
like made make many more most much name named next number only other people place said same some
sort such take than that their them there they this time took type used uses were what when
where which while whom whose will with word would year years your
"""
_KEPT = frozenset(_NOT_EXCHANGED.split())
"""Words that say what is asked for, or mean too many things."""
_SENSES = 3
"""Senses of the new word among which the old one's must be."""
_COMMON, _COMMON_WIDER = 3, 15
"""How often WordNet's own tagged texts hold a word that is put in, and one for a wider thing."""
_LEADS = 0.6
"""Share of a word's uses that its first sense must have, and its part of speech."""
_NARROW = 8
"""Steps between the widest thing of all and one whose word may be put in for a narrower one."""
_ENDINGS = {
    "noun": (("ies", "y"), ("es", ""), ("s", "")),
    "verb": (("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", "e"), ("ed", ""),
             ("ing", "e"), ("ing", "")),
    "adj": (), "adv": (),
}  # fmt: skip


@dataclass(frozen=True)
class _Form:
    """A word as it is looked up, and the ending that it came with: "", "s", "ed" or "ing"."""

    part: str
    lemma: str
    ending: str


class Thesaurus:
    """WordNet, as far as words are exchanged.

    Raises FileNotFoundError where `folder` is not WordNet's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = {part: dict(self._entries(part)) for part in PARTS}
        self._synsets = {part: dict(self._sets(part)) for part in PARTS}

    def reworded(self, question: str, rng: random.Random, most: int = 2) -> str:
        """Return the question with one word, or up to `most`, exchanged; or as it is."""
        places = [m for m in _WORD.finditer(question) if m.group() not in _KEPT]
        rng.shuffle(places)
        put: list[tuple[int, int, str]] = []
        wanted = rng.randint(1, most)
        for place in places:
            new = self._others(place.group())
            if new and len(put) < wanted:
                put.append((*place.span(), rng.choice(new)))
        for start, end, new_word in sorted(put, reverse=True):
            question = question[:start] + new_word + question[end:]
        return question

    def _others(self, word: str) -> list[str]:
        form = self._form(word)
        if form is None:
            return []
        senses = self._index[form.part][form.lemma]
        uses = self._all_uses(form)
        if uses[0] < _LEADS * sum(uses):
            return []
        own, wider = self._synsets[form.part].get(senses[0], ((), ()))
        found = [(w, _COMMON) for w in own if self._among_first(form.part, w, senses[0])]
        for offset in wider if form.part == "noun" else ():
            if self._depth(offset) < _NARROW:
                continue
            found += [(w, _COMMON_WIDER) for w in self._synsets["noun"].get(offset, ((), ()))[0]]
        fit = [w for w, least in found if w != form.lemma and self._count[w] >= least]
        inflected = (self._inflected(w, form) for w in fit)
        return [w.replace("_", " ") for w in inflected if w is not None and w != word]

    def _form(self, word: str) -> _Form | None:
        """Return how a word of a text is looked up: as what it is used for most."""
        found = [
            _Form(part, lemma, ending)
            for part in PARTS
            for lemma, ending in self._lemmas(part, word)
            if lemma in self._index[part]
        ]
        if not found:
            return None
        uses = [sum(self._all_uses(form)) for form in found]
        most = max(range(len(found)), key=lambda n: uses[n])
        return found[most] if uses[most] > _LEADS * sum(uses) else None

    def _all_uses(self, form: _Form) -> list[int]:
        senses = range(len(self._index[form.part][form.lemma]))
        return [self._uses[form.part, form.lemma, n + 1] for n in senses]

    def _depth(self, offset: str) -> int:
        depth = 0
        while wider := self._synsets["noun"].get(offset, ((), ()))[1]:
            offset, depth = wider[0], depth + 1
        return depth

    def _lemmas(self, part: str, word: str) -> Iterator[tuple[str, str]]:
        yield word, ""
        for lemma in self._irregular[part].get(word, ()):
            yield lemma, self._ending(word)
        for ending, put in _ENDINGS[part]:
            if word.endswith(ending):
                yield word.removesuffix(ending) + put, self._ending(word)

    @staticmethod
    def _ending(word: str) -> str:
        return "s" if word.endswith("s") else "ing" if word.endswith("ing") else "ed"

    def _inflected(self, lemma: str, form: _Form) -> str | None:
        """Return `lemma` with the ending of `form`; None where that is not known."""
        if not form.ending:
            return lemma
        known = self._irregular_forms[form.part].get(lemma, ())
        own = [w for w in known if self._ending(w) == form.ending]
        if "_" in lemma or len(own) > 1 or (form.ending != "s" and form.part != "verb"):
            return None
        return own[0] if own else _regular(lemma, form.ending)

    def _among_first(self, part: str, word: str, synset: str) -> bool:
        return synset in self._index[part].get(word, ())[:_SENSES]

    @cached_property
    def _uses(self) -> Counter[tuple[str, str, int]]:
        """How often tagged texts hold a word (part of speech, lemma) in its n-th sense."""
        found: Counter[tuple[str, str, int]] = Counter()
        names = {number: part for part, number in PARTS.items()} | {"5": "adj"}
        for line in self._lines("cntlist.rev"):
            key, sense, count = line.split()
            lemma, _, rest = key.partition("%")
            found[names[rest[0]], lemma, int(sense)] += int(count)
        return found

    @cached_property
    def _count(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for (_, lemma, _), count in self._uses.items():
            found[lemma] += count
        return found

    @cached_property
    def _irregular(self) -> dict[str, dict[str, list[str]]]:
        return {
            part: {w: lemmas for w, *lemmas in (s.split() for s in self._lines(f"{part}.exc"))}
            for part in PARTS
            if part != "adv"
        } | {"adv": {}}

    @cached_property
    def _irregular_forms(self) -> dict[str, dict[str, list[str]]]:
        found: dict[str, dict[str, list[str]]] = {part: defaultdict(list) for part in PARTS}
        for part, entries in self._irregular.items():
            for word, lemmas in entries.items():
                for lemma in lemmas:
                    found[part][lemma].append(word)
        return found

    def _entries(self, part: str) -> Iterator[tuple[str, list[str]]]:
        for line in self._lines(f"index.{part}"):
            fields = line.split()
            yield fields[0], fields[-int(fields[2]) :]

    def _sets(self, part: str) -> Iterator[tuple[str, tuple[list[str], list[str]]]]:
        """Yield the synsets by offset: their words, and the offsets of those that are wider."""
        for line in self._lines(f"data.{part}"):
            fields = line.partition("|")[0].split()
            count = int(fields[3], 16)
            own = [fields[4 + 2 * n].partition("(")[0].lower() for n in range(count)]
            pointers = fields[5 + 2 * count :]
            wider = [b for a, b in zip(pointers[::4], pointers[1::4], strict=False) if a == "@"]
            yield fields[0], (own, wider)

    def _lines(self, name: str) -> Iterator[str]:
        with (self._folder / name).open(encoding="ascii") as file:
            for line in file:
                if not line.startswith(" "):  # the licence stands at the head of each file
                    yield line.rstrip("\n")


def _regular(lemma: str, ending: str) -> str:
    """Return `lemma` with "s", "ed" or "ing" at its end, as it is spelt."""
    if ending == "ing":
        return (lemma[:-1] if re.search(r"[^e]e$", lemma) else lemma) + "ing"
    if re.search(r"[^aeiou]y$", lemma):
        return f"{lemma[:-1]}ie{ending[-1]}"
    if ending == "s" and not lemma.endswith(("s", "x", "z", "ch", "sh")):
        return lemma + "s"
    return lemma + ("d" if lemma.endswith("e") and ending == "ed" else f"e{ending[-1]}")
