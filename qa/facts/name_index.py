"""The names of a text, ready to be asked whether a given name is among them."""

from collections.abc import Sequence
from itertools import pairwise

from qa.facts.aliases import ALIASES, GENERIC, LONGEST_ALIAS, PARTICLES, SEATS, spelling, variants
from qa.facts.names import ACRONYM, PLURAL_ACRONYM, Name
from qa.facts.words import words


class NameIndex:
    """All the forms under which a text has names, for asking whether it has a given one."""

    def __init__(self, text: str, found: Sequence[Name]) -> None:
        row = words(text)
        self.names = tuple(found)
        self._keys = {w.key for w in row if w.text != "us"}
        self._keys |= {w.key[:-1] for w in row if PLURAL_ACRONYM.fullmatch(w.text)}
        self._stems = {w.stem for w in row}
        keys = [w.key for w in row]
        for size in range(2, LONGEST_ALIAS + 1):
            for i in range(len(keys) - size + 1):
                joined = "-".join(keys[i : i + size])
                if joined in ALIASES or joined in SEATS:
                    self._keys.add(joined)
        self._keys |= {ALIASES[k] for k in self._keys if k in ALIASES}
        self._countries = {SEATS[k] for k in self._keys if k in SEATS}
        self._spellings = {spelling(k) for k in self._keys}
        self._joined = {k.replace("-", "") for k in self._keys} | {a + b for a, b in pairwise(keys)}
        self._initials = {_initials(name) for name in found} - {""}
        self._letters = "".join(k[0] for k in keys if k)
        self._content_letters = "".join(k[0] for k in keys if k not in PARTICLES)

    def has(self, key: str) -> bool:
        """Tell whether the text has the word, or another form of it."""
        return (
            key in self._keys
            or not variants(key).isdisjoint(self._keys)
            or not variants(key).isdisjoint(self._countries)
            or (len(key) > 3 and spelling(key) in self._spellings)  # noqa: PLR2004 -- short names differ by a letter
            or key in self._joined
        )

    def has_stem(self, stem: str) -> bool:
        """Tell whether the text has a word of this stem, capitalised or not."""
        return stem in self._stems

    def missing(self, name: Name) -> tuple[str, ...]:
        """Return the words of `name` that the text lacks; () when it has the name."""
        whole = "-".join(k for k in name.keys)
        if self.has(whole) or whole.replace("-", "") in self._joined:
            return ()
        lacking = tuple(k for k in name.keys if not self.has(k) and k not in PARTICLES)
        if lacking and self._abbreviated(name):
            return ()
        present = [k for k in name.keys if k not in lacking and k not in PARTICLES]
        telling = tuple(k for k in lacking if k not in GENERIC)
        if telling or not any(k not in GENERIC for k in present):
            return telling or lacking
        return ()

    def _abbreviated(self, name: Name) -> bool:
        """Tell whether the text has the name's acronym, or the name is the acronym of one in it."""
        if len(name.keys) == 1 and ACRONYM.fullmatch(name.text.replace(".", "")):
            key = name.keys[0]
            spelled_out = key in self._letters or key in self._content_letters
            return key in self._initials or (len(key) > 2 and spelled_out)  # noqa: PLR2004 -- two letters fit too much
        initials = _initials(name)
        return bool(initials) and initials in self._keys

    def seat_of(self, name: Name) -> bool:
        """Tell whether `name` is a capital that acts for a country that the text has."""
        country = SEATS.get("-".join(name.keys))
        return country is not None and not name.located and self.has(country)


def _initials(name: Name) -> str:
    letters = [k[0] for k in name.keys if k not in PARTICLES]
    return "".join(letters) if len(letters) > 2 else ""  # noqa: PLR2004 -- two letters fit too much
