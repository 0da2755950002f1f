"""Mutilated files of every format: each becomes articles or an ArticleError, and nothing else."""

import contextlib
import io
import random
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.articles import SUFFIXES, parts
from qa.errors import ArticleError
from tests.format_files import FILES, zipped
from tests.make_formats import DATA

CORPUS = {name: make() for name, make in FILES.items()} | {
    name: (DATA / name).read_bytes() for name in ("locked.pdf", "scanned.pdf")
}


def read(name: str, data: bytes) -> int:
    """Read all that a file holds, and check what comes out; return how many articles it was."""
    good = 0
    with contextlib.suppress(ArticleError):
        for part in parts(name, data, max_bytes=5_000_000):
            assert part.path == name or part.path.startswith(f"{name}/")
            with contextlib.suppress(ArticleError):
                article = part.make()
                article.text.encode()
                assert article.sha256 == part.digest
                assert (article.title, any(map(str.isalnum, article.text))) > ("", False)
                assert all(0 <= a < b <= len(article.text) for a, b in article.furniture)
                good += 1
    return good


def mutilated(data: bytes, seed: int) -> bytes:
    """Flip, cut, double or swap some stretches of `data`."""
    chance = random.Random(seed)  # noqa: S311 -- not for secrets
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, size = chance.randrange(len(out)), chance.randint(1, 40)
        kind = chance.randrange(5)
        if kind == 0:
            out[at] ^= 1 << chance.randrange(8)
        elif kind == 1 and len(out) > 2 * size:
            del out[at : at + size]
        elif kind == 2:
            out[at:at] = out[at : at + size] * chance.randint(1, 3)
        elif kind == 3:
            out[at : at + size] = chance.randbytes(size)
        else:
            out[at : at + 1] = chance.choice(
                [b"\0", b"\xff", b"-1", b"99999999999", b"<", b"(", b"{"]
            )
    return bytes(out)


@pytest.mark.parametrize("name", CORPUS)
def test_mutilated_files_are_read_or_refused(name: str) -> None:
    """Sixty mutilations of a real file of each format raise nothing but an ArticleError."""
    for seed in range(60):
        read(name, mutilated(CORPUS[name], seed))


def mutilated_inside(data: bytes, seed: int) -> bytes:
    """Mutilate one of the files that are packed in `data`, and pack it again."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    chosen = sorted(name for name, content in files.items() if content)[seed % len(files) - 1]
    return zipped(files | {chosen: mutilated(files[chosen], seed)})


@pytest.mark.parametrize("name", [n for n, data in CORPUS.items() if data.startswith(b"PK")])
def test_mutilated_insides_are_read_or_refused(name: str) -> None:
    """So do sound archives and office documents with a broken file inside."""
    for seed in range(60):
        read(name, mutilated_inside(CORPUS[name], seed))


@pytest.mark.parametrize("name", CORPUS)
def test_files_cut_short_are_read_or_refused(name: str) -> None:
    """So do files of which the end has not arrived yet."""
    data = CORPUS[name]
    for share in range(20):
        read(name, data[: len(data) * share // 20])


@given(st.sampled_from(sorted(SUFFIXES)), st.binary(max_size=300))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_or_refused(suffix: str, data: bytes) -> None:
    """Bytes without any form, under every suffix."""
    read("some/name" + suffix, data)


TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        *(
            "{",
            "}",
            "[",
            "]",
            '"',
            ",",
            ":",
            "\n",
            "\\",
            "\\u12",
            "\\'e9",
            "\\bin9",
            "\\pict",
            "null",
        ),
        *('{"text":', '"id":', "<rss>", "<item>", "<title>", "<description>", "<![CDATA[", "]]>"),
        *(
            "<feed>",
            "<entry>",
            "&amp;",
            "&#0;",
            "&x;",
            "text,title",
            ";",
            "\t",
            "Subject: ",
            "\n\n",
        ),
        *(
            "Date: x",
            "Content-Type: text/html; charset=",
            "=?utf-8?b?",
            "multipart/mixed; boundary=",
        ),
        *("{\\rtf1", "\\fonttbl", "\\f0", "\\fcharset", "\\u-9", "\\u99999999", "\\ansicpg99"),
    ]
)


@given(
    st.sampled_from([".json", ".jsonl", ".csv", ".tsv", ".rss", ".xml", ".eml", ".rtf"]),
    st.sampled_from(["", "{\\rtf1 ", '{"text": "', "text,id\n", "Subject: x\n", "<rss><item>"]),
    st.lists(TEXTS, max_size=20).map("".join),
)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused(suffix: str, start: str, text: str) -> None:
    """Texts made of what the readers look for."""
    read("name" + suffix, (start + text).encode("utf-8", "replace"))
