"""Bytes of a file -> its text, or the reason why there is none.

UTF-8 and byte order marks are certain, so they come first. A page's own `charset` is next. Then
comes UTF-8 with a few bytes of another origin: what is valid in it stays, and only those bytes are
read as Windows does. What is left is a guess: Western encodings are tried first under rules of
ordinary spelling, because statistics need more text than a short note with two curly quotes has;
charset-normalizer judges everything else.
"""

import codecs
import re
from collections.abc import Iterator

from qa.errors import BinaryArticle, UndecodableArticle

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = {
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document",
    b"{\\rtf": "a rich text document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\x7fELF": "a program",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"\xfd7zXZ": "an xz archive",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"RIFF": "an image or a recording",
    b"ID3": "a recording",
}
_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE
)
_CODEC = re.compile(
    r"windows-?(?:125\d|874)|cp(?:125\d|866|874|932|949)|iso[-_]?8859[-_]\d{1,2}|latin-?\d|koi8-[rut]"
    r"|shift[-_]?jis|sjis|euc[-_](?:jp|kr)|iso-2022-(?:jp|kr)|gb(?:2312|k|18030)|big5(?:-hkscs)?"
    r"|tis-620|mac(?:intosh|roman|-?cyrillic)",
    re.IGNORECASE,
)
"""Names a page may give. Python knows codecs that are not character sets; those stay out."""
_AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "euc-kr": "cp949",
    "windows-874": "cp874",
    "macintosh": "mac_roman",
}
_GUESSES = [
    *(f"cp125{n}" for n in range(9)),
    *("koi8_r", "koi8_u", "cp866", "mac_cyrillic", "iso8859_2", "iso8859_5", "iso8859_7"),
    *("iso8859_9", "cp932", "euc_jp", "gb18030", "big5", "cp949", "cp874"),
]
_SAMPLE = 200_000
_ODD = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd\ufffe\uffff]+")
_ODD_SHARE = 0.05
_DAMAGE = 0.1
"""A UTF-8 text of any script may have this many bytes that do not fit per byte that does."""
_MIXED = 10
"""So many, if what fits and what does not make words of Western languages together."""
_CUT = re.compile("\udce2\udc80")
"""The first two bytes of a curly quote or a dash, which no text of another encoding has."""
_ESCAPED = {0xDC00 + n: bytes([n]).decode("cp1252", "replace") for n in range(0x80, 0xFE)}
_ESCAPED |= {0xDCFE: "\ufffd", 0xDCFF: "\ufffd"}
"""What a byte means that is no part of UTF-8, by Python's escape for it. þ and ÿ stand in hardly
any word, and their two bytes are what damage looks like.
"""
_ESCAPED_MARKS = {code: "\ufffd" if c.isalpha() else c for code, c in _ESCAPED.items()}
"""The same beside another script, where the letters would be false and only the marks are alike."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_WESTERN_MARKS = frozenset("€…‘’“”•–—™«»£©®°§·½¼¾¿¡ºª²³¢¥\u00a0\u00ad\u0085")
_WESTERN = [
    frozenset(letters + letters.upper())
    for letters in ("áéíóúüñ", "àâäçéèêëîïôöùûüÿœæ", "äöüßé", "ãõáâàéêíóôúç", "àèéìíîòóùú")
] + [frozenset("åäöæøéüÅÄÖÆØÉÜ"), frozenset("áéíóúýðþæöÁÉÍÓÚÝÐÞÆÖ")]
_WESTERN_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿœŒ")
_MISSPELT = re.compile(r"[a-zß-ÿ][À-ÖØ-Þ]|[^\W\d_][²³¹º¿¡€£§©®°·½¼¾¢¥«][^\W\d_]|â€")
"""What no Western language has; the third is the beginning of a curly quote in UTF-8."""
_FOREIGN = re.compile("[À-ÖØ-öø-ÿ]{4}")
"""What words of other scripts look like when they are read as Western."""
_RARE = 0.03
"""Below this share of letters, accents are foreign names and may be of any language."""


def decode(data: bytes, name: str, *, markup: bool = False) -> str:
    """Return the text of `data`, without a byte order mark and otherwise as it stands.

    `name` is for the messages; `markup` lets the first bytes declare a charset. Raises
    BinaryArticle or UndecodableArticle. The text has neither NUL nor lone surrogates.
    """
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind:
        raise _binary(name, f"starts like {kind}")
    text = _marked(data, name)
    if text is None:
        if b"\0" in data:
            raise _binary(name, "has NUL bytes")
        text = _unmarked(data, markup=markup)
    if text is None or _SURROGATE.search(text):
        raise UndecodableArticle(
            f"{name}: no known encoding explains its bytes.",
            "Open it where it reads right and save it as UTF-8.",
        )
    if "\0" in text:
        raise _binary(name, "has NUL characters")
    if sum(len(run[0]) for run in _ODD.finditer(text)) > _ODD_SHARE * len(text):
        raise _binary(name, "consists largely of control characters")
    return text


def _binary(name: str, why: str) -> BinaryArticle:
    return BinaryArticle(
        f"{name} {why}; it is not text.",
        "Save its text as .txt, .md or .html, or move the file out of the folder.",
    )


def _marked(data: bytes, name: str) -> str | None:
    """Decode by the byte order mark; None without one."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _try(data[len(mark) :], encoding)
            if text is None and encoding == "utf-8":
                return None  # damaged UTF-8 is dealt with like any other
            if text is None:
                raise UndecodableArticle(
                    f"{name}: it is marked as {encoding} but is not.",
                    "Save it again as UTF-8.",
                )
            return text
    return None


def _unmarked(data: bytes, *, markup: bool) -> str | None:
    declared = _declared(data) if markup else None
    if b"\x1b$" in data[:_SAMPLE]:  # Japanese in seven bits, which also passes as UTF-8
        declared = declared or "iso2022_jp"
    utf8 = _try(data, "utf-8")
    if utf8 is not None and (declared is None or not data.isascii()):
        return utf8
    if declared is not None:
        text = _try(data, declared)
        if text is not None:
            return text
    if utf8 is not None:
        return utf8
    return _damaged_utf8(data) or next(_guesses(data), None)


def _declared(data: bytes) -> str | None:
    """Return the encoding that the head of a page names, when it is one that can be trusted."""
    found = _CHARSET.search(data[:4096])
    label = found[1].decode("ascii").lower() if found else ""
    if not _CODEC.fullmatch(label):
        return None
    label = _AS_BROWSERS_DO.get(label, label)
    try:
        return codecs.lookup(label).name
    except LookupError:
        return None


def _damaged_utf8(data: bytes) -> str | None:
    """Read UTF-8 with bytes in it that are none; None if that explains little.

    A byte that does not fit is read as Windows-1252, or becomes U+FFFD; so does what is left of a
    character that the end of the file cuts.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text = decoder.decode(data)
    cut = decoder.getstate()[0]
    valid = _SURROGATE.sub("", text)
    good = len(valid.encode()) - len(valid) + max(0, len(cut) - 1)
    bad = len(text) - len(valid)
    latin = _latin(valid)
    text = _CUT.sub("\ufffd", text).translate(_ESCAPED if latin else _ESCAPED_MARKS)
    text = text.removeprefix("\ufeff") + ("\ufffd" if cut else "")
    if good and bad <= (good if latin else _DAMAGE * good):
        return text
    if not latin or bad > _MIXED * good or _MISSPELT.search(text) or _FOREIGN.search(text):
        return None
    return None if _western(data) else text


def _western(data: bytes) -> bool:
    """Tell whether all of `data` reads as the Windows-1252 of a Western language."""
    text = _try(data, "cp1252")
    return text is not None and _spelt_as_in_the_west(text)


def _latin(text: str) -> bool:
    """Tell whether most of the non-ASCII characters are Latin letters, or marks of the West."""
    other: list[str] = re.findall(r"[^\x00-\x7f]", text.removeprefix("\ufeff"))
    fit = sum(c in _WESTERN_MARKS or "\u00c0" <= c < "\u0250" for c in other)
    return 2 * fit >= len(other)


def _guesses(data: bytes) -> Iterator[str]:
    sample = _sample(data)
    for encoding in ("cp1252", "mac_roman"):
        text = _try(sample, encoding)
        if text is not None and _spelt_as_in_the_west(text):
            whole = _try(data, encoding)
            if whole is not None:
                yield whole
    from charset_normalizer import from_bytes

    for match in from_bytes(sample, cp_isolation=_GUESSES):
        whole = _try(data, match.encoding)
        if whole is not None:
            yield whole


def _sample(data: bytes) -> bytes:
    """Whole lines of `data` from the first byte that is not ASCII; all of it when it is short."""
    if len(data) <= _SAMPLE:
        return data
    first = re.search(rb"[\x80-\xff]", data)
    start = data.rfind(b"\n", 0, first.start() if first else 0) + 1
    start = max(start, (first.start() if first else 0) - _SAMPLE // 2)
    cut = data.rfind(b"\n", start + _SAMPLE // 2, start + _SAMPLE)
    return data[start:cut] if cut > 0 else data[start : start + _SAMPLE]


def _spelt_as_in_the_west(text: str) -> bool:
    """Tell whether the non-ASCII characters stand where Western languages put them."""
    foreign = re.findall(r"[^\W\d_a-zA-Z]", text)
    strange = {c for c in set(text) if not c.isascii()} - _WESTERN_MARKS - _WESTERN_LETTERS
    letters = {c for c in foreign if c in _WESTERN_LETTERS}
    if strange - frozenset("ýÝðþÐÞ"):
        return False
    if _MISSPELT.search(text):
        return False
    if strange or len(foreign) > _RARE * len(re.findall(r"[^\W\d_]", text)):
        return any((letters | strange) - frozenset("ºª") <= alphabet for alphabet in _WESTERN)
    return True


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, ValueError):
        return None
