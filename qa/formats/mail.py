"""Mail (.eml), by the standard library: the subject and the body; attachments are left out."""

import datetime as dt
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import parseaddr
from typing import Any, cast

from qa.datelines import Stated
from qa.decoding import decode
from qa.errors import EmptyArticle
from qa.formats.markup import seen
from qa.formats.parts import Document, clean, damaged, guarded, joined, titled, too_large

_KIND = "a mail"
_CHARSET = re.compile(
    r"utf-?(?:8|16)(?:le|be)?|iso-?8859-\d+|(?:windows-|cp)\d+|koi8-[ru]|gb\w+|big5\w*"
    r"|shift_jis|euc-\w+|iso-2022-\w+|latin-?1|macintosh",
    re.IGNORECASE,
)
_LONGEST_HEADER = 1_000
"""Characters of a header that are read; the parser takes quadratic time on some."""
_MOST_PARTS = 5_000


class _Policy(EmailPolicy):
    """The standard policy, for headers of bounded length."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Return name and value of a header, as far as it is read."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]


def read(data: bytes, name: str) -> Document:
    """Return subject and body of a message; EmptyArticle without text, DamagedArticle if no mail.

    The plain part is taken where there is one, else the page. Title is the subject, date that of
    the header, source the sender's name.
    """
    if data.count(b"\n--") > _MOST_PARTS:
        raise too_large(name, f"has more than {_MOST_PARTS:,} parts")
    with guarded(name, _KIND):
        message = cast("EmailMessage", message_from_bytes(data, policy=_Policy()))
        if not any(message.get(field) for field in ("From", "To", "Subject", "Date")):
            raise damaged(name, f"is not {_KIND}: it has no header")
        subject = _header(message, "Subject")
        body = _body(message, name)
        stated = Stated(title=subject or None, date=_date(message), source=_sender(message))
    if not body:
        raise EmptyArticle(
            f"{name} has no text in its body.", "Save its attachments as files of their own."
        )
    return Document(titled(subject, body), stated)


def _header(message: EmailMessage, field: str) -> str:
    return " ".join(clean(str(message.get(field) or "")).split())


def _sender(message: EmailMessage) -> str | None:
    name, address = parseaddr(_header(message, "From"))
    return name or address or None


def _date(message: EmailMessage) -> dt.date | None:
    header: Any = message.get("Date")
    moment: dt.datetime | None = getattr(header, "datetime", None)
    return moment.date() if moment is not None else None


def _body(message: EmailMessage, name: str) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    text = _decoded(payload, part.get_content_charset(), name)
    if part.get_content_subtype() == "html":
        return seen(text)
    return clean(joined([*_paragraphs(text)]))


def _decoded(payload: bytes, charset: str | None, name: str) -> str:
    """Decode by the declared character set if it explains the bytes, else by the bytes."""
    if charset and _CHARSET.fullmatch(charset) and not payload.isascii():
        try:
            return payload.decode(charset)
        except (LookupError, ValueError):
            pass
    return decode(payload, name)


def _paragraphs(text: str) -> list[str]:
    """Put the lines of each paragraph together; quoted and listed lines stay lines."""
    found: list[str] = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
        listed = any(line.lstrip()[:1] in {"-", "*", "•", ">", "|"} for line in lines)
        found.append(("\n" if listed else " ").join(lines))
    return found
