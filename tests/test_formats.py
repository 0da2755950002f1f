"""What is read out of each format, and what is refused, by the bytes alone."""

import base64
import contextlib
import datetime as dt
import io
import json
import stat
import sys
import zipfile
import zlib

import pytest

from qa.articles import SUFFIXES, Part, holds_several, parse, parts
from qa.errors import (
    ArticleError,
    ArticleTooLarge,
    DamagedArticle,
    EmptyArticle,
    FormatNotInstalled,
    LockedArticle,
    UnreadableArticle,
    UnsupportedFormat,
)
from qa.formats import READERS, archive, packed, pdf
from qa.formats.fields import TEXTS
from qa.formats.parts import MOST_CHARACTERS, MOST_ENTRIES, Document, Entries
from qa.types import Article
from tests.format_files import FILES, OTHER, PRICE, STORY, rtf, zipped
from tests.make_formats import DATA, FIRST, SECOND, TITLE

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LIMIT = 20_000_000


def all_parts(name: str, data: bytes) -> list[Part]:
    """Return the parts of a file."""
    return list(parts(name, data, max_bytes=LIMIT))


def articles(name: str, data: bytes) -> list[Article]:
    """Return the articles of a file, which must all be readable."""
    return [part.make() for part in all_parts(name, data)]


def document(name: str, data: bytes) -> Document:
    """Return what the reader of a format makes of a file of one article."""
    found = READERS[name[name.rindex(".") :]](data, name)
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize("name", FILES)
def test_reading_twice_gives_the_same(name: str) -> None:
    """Text, digest and statements depend on nothing but the bytes."""
    data = FILES[name]()
    assert articles(name, data) == articles(name, data)


@pytest.mark.parametrize("name", FILES)
def test_the_story_is_read_whole(name: str) -> None:
    """Every paragraph of the story is in the first article, without control characters."""
    text = articles(name, FILES[name]())[0].text
    wanted = SECOND if name == "columns.pdf" else (*FIRST, *SECOND)
    assert [p for p in wanted if p not in text] == []
    assert {c for c in text if c < " "} <= {"\n", "\f"}


@pytest.mark.parametrize("name", [name for name in FILES if not holds_several(name)])
def test_what_a_file_states_is_taken(name: str) -> None:
    """Title, author and date come from the file's properties where they mean the article."""
    found = parse(name, FILES[name]())
    dated = {"printed.pdf", "report.epub", "report.eml"}
    signed = dated | {"report.docx", "report.rtf"}
    assert found.title == (SECOND[0] if name == "columns.pdf" else TITLE)
    assert found.date == (dt.date(2024, 5, 6) if name in dated else None)
    assert found.source == ("Ada Quill" if name in signed else None)


# PDF


def test_a_pdf_has_a_form_feed_between_pages() -> None:
    """The page of a place in the text can be counted; running heads and divided words are gone."""
    text = document("printed.pdf", FILES["printed.pdf"]()).text
    assert text.count("\f") == 2
    assert [pdf.page_of(text, text.index(w)) for w in (TITLE, PRICE, "September")] == [1, 2, 3]
    columns = document("columns.pdf", FILES["columns.pdf"]()).text
    assert columns == "\n\n".join(SECOND)


def lines(*texts: str, size: float = 10.0) -> list[pdf.Line]:
    """Return printed lines, evenly spaced."""
    return [pdf.Line(text, 700 - 12 * n, size) for n, text in enumerate(texts)]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    """A line that recurs at the edge of most pages is not text, whatever its number."""
    pages = [lines("Gazette", f"Words of page {'abc'[n]}.", f"Page {n + 1} of 3") for n in range(3)]
    assert pdf._text(pages) == "Words of page a.\n\n\fWords of page b.\n\n\fWords of page c."


def test_a_sentence_may_cross_a_page() -> None:
    """Where a page ends within a sentence, the form feed is only a space in it."""
    pages = [lines("The repair of the ferry cost"), lines("48,000 euros, less than thought."), []]
    assert pdf._text(pages).startswith("The repair of the ferry cost\n\n\f48,000")
    pages = [lines("The repair of the ferry was"), lines("cheap.")]
    assert pdf._text(pages) == "The repair of the ferry was\fcheap."


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (("The govern-", "ment is here."), "The government is here."),
        (("A well-known man. A well-", "known ship."), "A well-known man. A well-known ship."),
        (("It sails in 2024-", "25."), "It sails in 2024- 25."),
        (("A long paragraph that ends.", "Short.", "Then another line goes on."),
         "A long paragraph that ends. Short.\n\nThen another line goes on."),
        (("Some points are listed here:", "• one thing", "• another"),
         "Some points are listed here:\n\n• one thing\n\n• another"),
    ],
)  # fmt: skip
def test_lines_become_paragraphs(printed: tuple[str, ...], read: str) -> None:
    """Words divided at a line's end are joined, short lines end a paragraph, points stand alone."""
    assert pdf._text([lines(*printed)]) == read


def test_scanned_and_locked_files_are_told_apart() -> None:
    """A PDF of pictures has no text, with a tool that would help; an encrypted one is locked."""
    with pytest.raises(EmptyArticle, match=r"1 pages without text.*ocrmypdf"):
        parse("scanned.pdf", (DATA / "scanned.pdf").read_bytes())
    with pytest.raises(LockedArticle, match=r"locked\.pdf is encrypted"):
        parse("locked.pdf", (DATA / "locked.pdf").read_bytes())


def pdf_of(stream: bytes, resources: bytes = b"", more: tuple[bytes, ...] = ()) -> bytes:
    """Return a PDF of one page with this compressed content."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    content = zlib.compress(stream)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> " + resources + b" >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(content), content),
        font,
        *more,
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + head + table + tail % (len(objects) + 1, len(out))


def test_a_pdf_that_expands_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a stream of 300 MB in 300 KB nor forms that draw forms take the machine down."""
    assert PRICE in parse("a.pdf", pdf_of(b"BT /F 9 Tf (It cost 48,000 euros.) Tj ET")).text
    with pytest.raises(ArticleError):
        parse("bomb.pdf", pdf_of(b"BT /F 9 Tf (x) Tj ET " + b" " * 300_000_000))
    monkeypatch.setattr(pdf, "MOST_OPERATIONS", 2000)
    forms = tuple(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >>"
        b" /Font << /F 5 0 R >> >> /Length %d >>\nstream\n%b\nendstream"
        % (number + 1, len(draw), draw)
        for number in range(6, 14)
        for draw in (b"/X Do " * 10 + b"BT /F 9 Tf (x) Tj ET",)
    )
    last = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream"
    nested = pdf_of(b"/X Do", b"/XObject << /X 6 0 R >>", (*forms, last))
    with pytest.raises(ArticleTooLarge, match="drawing instructions"):
        parse("forms.pdf", nested)


def test_a_pdf_of_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Text and pages have bounds of their own."""
    data = FILES["printed.pdf"]()
    monkeypatch.setattr(pdf, "MOST_PAGES", 2)
    with pytest.raises(ArticleTooLarge, match="more than 2 pages"):
        parse("a.pdf", data)
    monkeypatch.setattr(pdf, "MOST_PAGES", 5)
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "MOST_BYTES", 1000)
        with pytest.raises(ArticleTooLarge, match="expands to more"):
            parse("a.pdf", data)
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 100)
    with pytest.raises(ArticleTooLarge, match="more than 100 characters"):
        parse("a.pdf", data)


@pytest.mark.parametrize(("module", "name"), [("pypdf", "printed.pdf"), ("striprtf", "report.rtf")])
def test_a_missing_library_is_named_with_its_remedy(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, the file is reported with the command that installs what reads it."""
    for loaded in [m for m in sys.modules if m.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        FormatNotInstalled, match=rf"{module}.*pip install 'footnote-qa\[formats\]'"
    ):
        parse(name, FILES[name]())


# Office documents


def docx(body: str, **files: str) -> bytes:
    """Return a DOCX with this body."""
    named = {f"word/{name}.xml": content for name, content in files.items()}
    return zipped(
        {"word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>", **named}
    )


def test_a_docx_is_read_as_it_would_be_printed() -> None:
    """Insertions stay, deletions and field codes go; tables by row; boxes and notes at the end."""
    body = (
        "<w:p><w:pPr><w:rPr><w:ins/></w:rPr></w:pPr><w:r><w:t>Held </w:t></w:r>"
        "<w:ins><w:r><w:t>nine</w:t></w:r></w:ins><w:del><w:r><w:delText>ten</w:delText></w:r></w:del>"
        "<w:r><w:tab/><w:t>hours</w:t><w:br/><w:t>below</w:t></w:r>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t xml:space='preserve'> decks</w:t></w:r></w:hyperlink></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Ansel</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>19</w:t></w:r><w:r><w:t>87</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:t>End.</w:t><w:txbxContent><w:p><w:r><w:t>Box.</w:t></w:r></w:p>"
        "</w:txbxContent></w:r></w:p>"
    )
    notes = (
        f"<w:footnotes {WORD}><w:footnote w:type='separator'><w:p><w:r><w:t>--</w:t></w:r></w:p>"
        "</w:footnote><w:footnote><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>"
        "</w:footnotes>"
    )
    text = document("a.docx", docx(body, footnotes=notes)).text
    assert text == "Held nine hours\nbelow decks\n\nAnsel: 1987.\n\nEnd.\n\nBox.\n\nA note."


def test_lists_and_heads_of_a_docx_are_seen() -> None:
    """An item has its mark, and a row the names of its columns."""

    def paragraph(text: str, properties: str = "") -> str:
        return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    def row(*cells: str, properties: str = "") -> str:
        inner = "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells)
        return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"

    head = row("Name", "Office", properties="<w:tblHeader/>")
    plain = row("Occasion", "Days") + row("Own wedding", "2")
    body = (
        paragraph("You need:")
        + paragraph("a torch", "<w:numPr/>")
        + paragraph("gloves", "<w:pStyle w:val='ListBullet'/>")
        + paragraph("Listen to this.", "<w:pStyle w:val='Listening'/>")
        + f"<w:tbl>{head}{row('Ann', 'Holm')}</w:tbl><w:tbl>{plain}</w:tbl>"
    )
    assert document("a.docx", docx(body)).text.split("\n\n") == [
        "You need:",
        "- a torch",
        "- gloves",
        "Listen to this.",
        "Name: Ann; Office: Holm.",
        "Occasion: Own wedding; Days: 2.",
    ]


def test_an_odt_is_read_as_it_would_be_printed() -> None:
    """Runs of spaces, line breaks and notes are kept; deletions and comments are not."""
    space = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("text", "text"), ("table", "table"))
    )
    body = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:h>Head</text:h><text:p>One<text:s text:c='900000000'/>two<text:line-break/>three"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note."
        "</text:p></text:note-body></text:note><office:annotation><text:p>no</text:p>"
        "</office:annotation> <text:span>four</text:span>.</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    content = (
        f"<office:c {space}><office:body><office:text>{body}</office:text></office:body></office:c>"
    )
    text = document("a.odt", zipped({"content.xml": content})).text
    assert text == "Head\n\nOne two\nthree four.\n\nA note.\n\na: b."


def epub(chapters: dict[str, str], more: dict[str, str] | None = None) -> bytes:
    """Return an EPUB with these chapters, in order of spine, and these other files."""
    items = "".join(f'<item id="{n}" href="{name}"/>' for n, name in enumerate(chapters))
    refs = "".join(f'<itemref idref="{n}"/>' for n in range(len(chapters)))
    opf = f"<package><manifest>{items}</manifest><spine>{refs}</spine></package>"
    container = '<container><rootfiles><rootfile full-path="o/p.opf"/></rootfiles></container>'
    return zipped(
        {"META-INF/container.xml": container, "o/p.opf": opf}
        | {f"o/{name}".replace("%20", " "): page for name, page in chapters.items()}
        | (more or {})
    )


def test_an_epub_is_read_in_the_order_of_its_spine() -> None:
    """Empty elements of XHTML do not swallow a chapter; entities of HTML are characters."""
    pages = {
        "b%20c.xhtml": "<html><head><title/></head><body><p>First&nbsp;caf&eacute;.</p></html>",
        "a.xhtml": "<?xml version='1.0'?><html><body><p>Second.<a id='x'/></p></body></html>",
    }
    assert document("a.epub", epub(pages)).text == "First café.\n\nSecond."


def test_a_protected_book_is_locked_and_one_with_protected_fonts_is_not() -> None:
    """Encrypted chapters cannot be read; encrypted fonts need not be."""
    locks = "<encryption><CipherReference URI='o/{}'/></encryption>"
    page = {"a.xhtml": "<p>Words.</p>"}
    with pytest.raises(LockedArticle):
        parse("a.epub", epub(page, {"META-INF/encryption.xml": locks.format("a.xhtml")}))
    book = epub(page, {"META-INF/encryption.xml": locks.format("f.otf")})
    assert parse("a.epub", book).text == "Words."


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", LockedArticle),
        ("a.odt", zipped({"content.xml": "<a/>", "META-INF/manifest.xml": "<encryption-data/>"}),
         LockedArticle),
        ("a.docx", b"PK\x03\x04 cut short", DamagedArticle),
        ("a.docx", zipped({"x": "y"}), DamagedArticle),
        ("a.odt", zipped({"x": "y"}), DamagedArticle),
        ("a.epub", zipped({"x": "y"}), DamagedArticle),
        ("a.epub", epub({"a.xhtml": "<p/>"}, {"o/p.opf": "<package><x"}), EmptyArticle),
        ("a.docx", docx("<w:p>"), DamagedArticle),
        ("a.docx", docx(""), EmptyArticle),
        ("a.epub", epub({}), EmptyArticle),
        ("a.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj", DamagedArticle),
        ("a.pdf", b"words", DamagedArticle),
        ("a.rtf", b"words", DamagedArticle),
        ("a.rtf", b"{\\rtf1 }", EmptyArticle),
        ("a.eml", b"just words\n\nand more", DamagedArticle),
        ("a.eml", b"Subject: x\n\n", EmptyArticle),
        ("a.json", b"{", DamagedArticle),
        ("a.json", b"[" * 100_000, DamagedArticle),
        ("a.json", b'{"version": 1}', UnsupportedFormat),
        ("a.json", b'[{"text": " "}]', DamagedArticle),
        ("a.jsonl", b'{"a": 1}\nx', UnsupportedFormat),
        ("a.csv", b"\n,,\n", EmptyArticle),
        ("a.xml", b"<html><p>x</p></html>", UnsupportedFormat),
        ("a.rss", b"no xml", DamagedArticle),
        ("a.rss", b"<rss><channel/></rss>", EmptyArticle),
        ("a.zip", b"no zip", DamagedArticle),
        ("a.zip", zipped({"x.png": "y"}), EmptyArticle),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_and_what_to_do(
    name: str, data: bytes, error: type[ArticleError]
) -> None:
    """The error names the file and has a remedy."""
    with pytest.raises(error, match=name) as raised:
        articles(name, data)
    assert raised.value.remedy


@pytest.mark.parametrize("suffix", ["docx", "odt", "epub", "rss", "xml"])
def test_entities_are_not_expanded(suffix: str) -> None:
    """A document that declares entities is refused, be they a bomb or a file of this machine."""
    bomb = '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss>&b;</rss>'
    thief = '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><item>&f;</item></rss>'
    for text in (bomb, thief):
        data = {
            "docx": lambda text: zipped({"word/document.xml": text}),
            "odt": lambda text: zipped({"content.xml": text}),
            "epub": lambda text: zipped({"META-INF/container.xml": text}),
        }.get(suffix, str.encode)(text)
        with pytest.raises(DamagedArticle, match="entities"):
            articles(f"a.{suffix}", data)


# RTF, mail


def test_rtf_keeps_characters_and_drops_instructions() -> None:
    """Code pages by font, Unicode and the words of a link are read; its address is not."""
    text = document("a.rtf", rtf()).text
    assert text.endswith("See the port – café.\n\n\u041c\u043e")
    for foreign in ("Arial", "Writer", "port.example", "\\"):
        assert foreign not in text


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "table",
    ["\\f1" * 300_000, "{\\f1" * 100_000, "\\f1\\fcharset0 " * 100_000, "{\\fonttbl" * 100_000],
)
def test_a_hostile_table_of_fonts_does_not_hang(table: str) -> None:
    """The patterns of the library, which would take days, see only a table written anew."""
    with contextlib.suppress(ArticleError):
        document("a.rtf", f"{{\\rtf1{{\\fonttbl{table}}}Words here.}}x".encode())


def test_a_mail_is_read_as_its_reader_sees_it() -> None:
    """Encoded headers and bodies are decoded, a page is read where there is no plain part."""
    html = base64.b64encode(f"<p>Grüße.</p><p>{OTHER}</p>".encode()).decode()
    mail = (
        "From: =?utf-8?q?Ad=C3=A9?= <a@b.example>\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\n"
        "Date: Tue, 7 May 2024 23:30:00 -0500\nContent-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: base64\n\n{html}\n"
    )
    found = parse("a.eml", mail.encode())
    assert found.text == f"Grüße.\n\n{OTHER}"
    assert (found.title, found.source) == ("Grüße", "Adé")
    assert found.date == dt.date(2024, 5, 7)
    plain = (
        b"Subject: Ships\nContent-Type: text/plain; charset=rot13\n\nThe ferry\nleft.\n\n- a\n- b"
    )
    assert parse("a.eml", plain).text == "Ships\n\nThe ferry left.\n\n- a\n- b"


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "header",
    [
        "From: " + "." * 200_000,
        "From: " + "a@b.example, " * 20_000,
        "From: " + "(" * 20_000,
        "Subject: " + "=?utf-8?q?=41?= " * 20_000,
        "Content-Type: text/plain; " + "a=b; " * 20_000,
        "Content-Type: multipart/mixed; boundary=a\n\n" + "--a\n\nx\n" * 1_000_000,
    ],
    ids=lambda header: header[:30],
)
def test_a_hostile_mail_does_not_hang(header: str) -> None:
    """Headers on which the standard parser takes minutes are read to a bound; so are parts."""
    with contextlib.suppress(ArticleError):
        parse("a.eml", f"To: x\n{header}\n\nWords.".encode())


# Feeds, tables, records


def test_feeds_state_title_date_and_source() -> None:
    """RSS, RDF and Atom: dates in both spellings, the feed as the source, markup as it is seen."""
    rdf = (
        '<rdf:RDF xmlns:rdf="r" xmlns:dc="d" xmlns:content="c"><channel><title>HG</title></channel>'
        "<item><title>A &amp;amp; B</title><link>https://x.example/1</link><dc:date>2024-05-06T01:02"
        "</dc:date><description>Short</description><content:encoded>&lt;p&gt;Long one.&lt;/p&gt;"
        "</content:encoded></item></rdf:RDF>"
    )
    (found,) = articles("a.xml", rdf.encode())
    assert (found.title, found.text) == ("A & B", "A & B\n\nLong one.")
    assert (found.date, found.source) == (dt.date(2024, 5, 6), "HG")
    (atom,) = articles("a.atom", FILES["news.atom"]())
    assert (atom.date, atom.source, atom.title) == (dt.date(2024, 5, 6), "Harbour Gazette", TITLE)


def test_an_item_keeps_its_id_when_others_come() -> None:
    """Ids come from the entries; without any they are numbers, and doubles are told apart."""

    def ids(*items: dict[str, object]) -> list[str]:
        data = json.dumps([{"text": OTHER, **item} for item in items]).encode()
        return [part.path for part in all_parts("a.json", data)]

    assert ids({"id": "x"}, {"id": 7}) == ["a.json/x", "a.json/7"]
    assert ids({"id": "new"}, {"id": "x"}) == ["a.json/new", "a.json/x"]
    assert ids({}, {}) == ["a.json/1", "a.json/2"]
    assert ids({"id": "x"}, {"id": "x"}) == ["a.json/x", "a.json/x~2"]
    assert ids({"guid": "../../etc/x.txt"})[0].count("/") == 1


def test_one_object_is_one_article() -> None:
    """A JSON file that is an article has the file's own path."""
    data = json.dumps({"title": "Sold", "articleBody": [OTHER, {"text": "End."}]}).encode()
    (part,) = all_parts("a.json", data)
    assert part.path == "a.json"
    assert part.make().text == f"Sold\n\n{OTHER}\n\nEnd."


def test_entries_without_text_are_counted_once() -> None:
    """Bad lines are one error that says how many and where, and the good ones are read."""
    data = b'{"text": "Good words."}\nbroken\n{"text": ""}\n[1]\n'
    good, bad = all_parts("a.jsonl", data)
    assert good.make().text == "Good words."
    with pytest.raises(EmptyArticle, match=r"3 of 4 entries have no text \(the first is entry 2\)"):
        bad.make()


@pytest.mark.parametrize("name", ["news.rss", "news.json", "news.jsonl", "news.csv"])
def test_the_number_of_entries_is_bounded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of more entries than anybody reads is refused before they are made."""
    monkeypatch.setattr("qa.formats.parts.MOST_ENTRIES", 0)
    with pytest.raises(ArticleTooLarge, match="more than 0 entries"):
        articles(name, FILES[name]())


def test_a_table_without_texts_is_one_article() -> None:
    """Rows become lines that name their columns; any usual delimiter is understood."""
    data = "Ship;Built;Owner\nAnsel;1987;\nGannet;2019;Port Line\n".encode("utf-16")
    (found,) = articles("a.csv", data)
    assert found.text == "Ship: Ansel; Built: 1987.\nShip: Gannet; Built: 2019; Owner: Port Line."


def test_a_cell_may_hold_lines() -> None:
    """Quoted cells keep their paragraphs."""
    (first, second) = articles("a.csv", FILES["news.csv"]())
    assert STORY in first.text
    assert second.text == OTHER


# Archives


def test_nothing_in_an_archive_leads_out_of_it() -> None:
    """Names with `..`, absolute names, drives and links are reported, and nothing is read there."""
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("../up.txt", "/etc/abs.txt", "..\\back.txt", "C:/drive.txt", ".", "good.txt"):
            archive.writestr(name, OTHER)
        archive.writestr(link, "/etc/passwd")
    found = {part.path: part for part in all_parts("a.zip", made.getvalue())}
    assert found.pop("a.zip/good.txt").make().text == OTHER
    assert len(found) == 5
    for path, part in found.items():
        assert ".." not in path
        assert path.startswith("a.zip/")
        with pytest.raises(UnreadableArticle, match=r"leads out|is a link"):
            part.make()


def test_a_name_that_is_there_twice_is_read_once() -> None:
    """The second file of one name is reported, so that neither hides the other."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", OTHER)
        archive.writestr("./a.txt", "Other words.")
    outcome = all_parts("a.zip", made.getvalue())
    assert sum(bool(part.digest) for part in outcome) == 1


def test_archives_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ratio, size together, number and depth have bounds; what is over them is an error."""
    (bomb,) = all_parts("a.zip", zipped({"zeros.txt": b"0" * 50_000_000}))
    with pytest.raises(ArticleTooLarge, match=r"zeros\.txt in a\.zip would expand more than 200"):
        bomb.make()
    deep = zipped({"a.txt": OTHER})
    for _ in range(3):
        deep = zipped({"in.zip": deep})
    (part,) = all_parts("a.zip", deep)
    with pytest.raises(ArticleTooLarge, match="3 archives"):
        part.make()
    monkeypatch.setattr(packed, "MOST_MEMBERS", 2)
    monkeypatch.setattr(packed, "MOST_BYTES", 1000)
    with pytest.raises(ArticleTooLarge, match="more than 2 files"):
        all_parts("a.zip", zipped({f"{n}.txt": "w" for n in range(3)}))
    (good, over) = all_parts("a.zip", zipped({"a.txt": "w" * 600, "b.txt": "w" * 600}))
    assert good.make()
    with pytest.raises(ArticleTooLarge, match="expand to more than"):
        over.make()


def test_a_large_file_in_an_archive_is_refused() -> None:
    """The limit for files holds for those in archives."""
    (part,) = parts("a.zip", zipped({"a.txt": OTHER}), max_bytes=20)
    with pytest.raises(ArticleTooLarge, match="QA_MAX_FILE_MB"):
        part.make()


def test_a_locked_file_in_an_archive_is_reported() -> None:
    """A member behind a password is an error of its own."""
    data = bytearray(zipped({"a.txt": OTHER}))
    directory = data.index(b"PK\x01\x02")
    data[6] |= 1
    data[directory + 8] |= 1
    (part,) = all_parts("a.zip", bytes(data))
    with pytest.raises(LockedArticle, match=r"a\.txt in a\.zip"):
        part.make()


def test_a_document_that_expands_is_refused() -> None:
    """An office document is an archive, too, and has its bounds."""
    with pytest.raises(ArticleTooLarge):
        parse("a.docx", docx(f"<w:p><w:r><w:t>{'0' * 60_000_000}</w:t></w:r></w:p>"))


def test_several_articles_are_not_one() -> None:
    """`parse` makes one article, and says so of files that hold several."""
    for name in ("news.rss", "news.zip"):
        with pytest.raises(UnsupportedFormat, match="several articles"):
            parse(name, FILES[name]())


def test_every_reader_says_what_it_returns() -> None:
    """Each suffix has a reader that returns a document or entries."""
    for name in FILES:
        reader = READERS.get(name[name.rindex(".") :])
        if reader is not None:
            assert isinstance(reader(FILES[name](), name), Document | Entries)


def test_the_documentation_lists_every_format_and_limit() -> None:
    """`docs/formats.md` names each suffix, each field and each bound as the code has them."""
    said = (DATA.parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in said] == []
    assert [field for field in TEXTS if f"`{field}`" not in said] == []
    bounds = {
        f"{packed.MOST_BYTES // 1_000_000} MB, {packed.MOST_MEMBERS:,} files",
        f"{packed.MOST_RATIO}-fold",
        f"{archive.DEEPEST} deep",
        f"{pdf.MOST_PAGES:,} pages, {pdf.MOST_BYTES // 1_000_000} MB",
        f"{pdf.MOST_OPERATIONS // 1_000_000} million drawing",
        f"{MOST_CHARACTERS // 1_000_000} million characters",
        f"rows in a table | {MOST_ENTRIES:,}",
    }
    assert [bound for bound in bounds if bound not in said] == []


def test_a_document_of_too_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound on text holds for every format."""
    monkeypatch.setattr("qa.articles.MOST_CHARACTERS", 100)
    with pytest.raises(ArticleTooLarge, match="more than 100 characters"):
        parse("report.docx", FILES["report.docx"]())
