"""RTF, by striprtf."""

import re

from qa.datelines import Stated
from qa.errors import EmptyArticle
from qa.formats.parts import (
    Document,
    clean,
    damaged,
    guarded,
    installed,
    joined,
    own_author,
    own_title,
)

_KIND = "an RTF"
_FONTS = re.compile(r"\{[^{}]{0,200}\\fonttbl")
_FONT = re.compile(r"\\f(\d{1,5})(?!\d)[^;{}]{0,200}?\\fcharset(\d{1,3})(?!\d)")
_LONGEST_TABLE = 200_000
_FIELD = re.compile(r"\{\\(title|author) ((?:[^{}\\]|\\'[0-9a-fA-F]{2}|\\u-?\d+ ?\??)*)\}")


def read(data: bytes, name: str) -> Document:
    """Return the text of an RTF; DamagedArticle, EmptyArticle or FormatNotInstalled without one."""
    striprtf = installed("striprtf.striprtf", name)
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise damaged(name, f"is not {_KIND}: it does not start with {{\\rtf")
    source = _tamed(data.decode("latin-1"))
    with guarded(name, _KIND):
        text = striprtf.rtf_to_text(source, errors="replace")
        fields = {
            key: " ".join(clean(striprtf.rtf_to_text("{\\rtf1 " + value + "}")).split())
            for key, value in _FIELD.findall(source[:_LONGEST_TABLE])
        }
    text = clean(joined(re.split(r"\n", clean(text))))
    if not text:
        raise EmptyArticle(f"{name} has no text.", "Open it and check that it is not a picture.")
    stated = Stated(title=own_title(fields.get("title")), source=own_author(fields.get("author")))
    return Document(text, stated)


def _tamed(source: str) -> str:
    """Write the table of fonts anew, and drop the addresses of links.

    striprtf looks for both with patterns that take polynomial time on hostile input; written
    like this they find what they look for at once, or nothing.
    """
    source = source.replace("\0", "").replace("HYPERLINK", "LINK")
    found = _FONTS.search(source)
    start = found.start() if found else 0
    end = _group_end(source, start) if found else 0
    fonts = _FONT.findall(source[start:end])
    table = "".join(f"{{\\f{number}\\fcharset{charset} x;}}" for number, charset in fonts)
    written = f"{{\\fonttbl{table}}}" if fonts else ""
    return _no_table(source[:start]) + written + _no_table(source[end:])


def _no_table(source: str) -> str:
    return source.replace("\\fonttbl", "\\stylesheet")


def _group_end(source: str, start: int) -> int:
    depth = 0
    for brace in re.compile(r"[{}]").finditer(source, start, start + _LONGEST_TABLE):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end()
    return min(len(source), start + _LONGEST_TABLE)
