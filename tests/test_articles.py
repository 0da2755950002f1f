"""Files become articles: text, title, date, source, furniture; or an error with a remedy."""

import contextlib
import datetime as dt
import hashlib
import os
import socket
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.articles import TEXT_SUFFIXES, parse, read_bytes
from qa.errors import (
    ArticleError,
    ArticleTooLarge,
    BinaryArticle,
    EmptyArticle,
    LinkLoop,
    UndecodableArticle,
    UnreadableArticle,
    UnsupportedFormat,
)
from qa.types import Article
from qa.webpage import visible

DATA = Path(__file__).parent / "data"
LEDE = (
    "The ferry to Port Ansel was held in the harbour for nine hours on Monday after its crew found"
    " a leak below the car deck, the company that runs it said."
)
MORE = (
    "Nobody was hurt. Divers closed the leak in the evening, and the 212 passengers were brought to"
    " hotels at the company's expense."
)


def article(text: str, name: str = "ferry.txt") -> Article:
    """Parse a text as the file `name`."""
    return parse(name, text.encode())


def furniture(text: str, name: str = "ferry.txt") -> list[str]:
    """Return what of a text is furniture, trimmed."""
    found = article(text, name)
    return [found.text[start:end].strip() for start, end in found.furniture]


# Reading files


def test_bytes_are_returned_as_they_are(tmp_path: Path) -> None:
    """A regular file gives its bytes, also through a link."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"a\r\nb\xff")
    link = tmp_path / "b.txt"
    link.symlink_to(path)
    assert read_bytes(path, max_bytes=5) == read_bytes(link, max_bytes=5) == b"a\r\nb\xff"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    """A sparse file of 200 GB is refused by its size alone, with the setting that would help."""
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000_000)
    with pytest.raises(ArticleTooLarge, match=r"a\.txt has 200000\.0 MB.*QA_MAX_FILE_MB"):
        read_bytes(path, max_bytes=1000)


def test_the_limit_also_holds_where_the_size_is_not_known_beforehand() -> None:
    """A file that claims to have no bytes and has many is refused."""
    with pytest.raises(ArticleTooLarge):
        read_bytes(Path("/proc/self/maps"), max_bytes=10)


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    """No bytes, no article."""
    path = tmp_path / "a.txt"
    path.touch()
    with pytest.raises(EmptyArticle, match=r"a\.txt"):
        read_bytes(path, max_bytes=10)


@pytest.mark.parametrize("target", ["a.txt", "gone.txt"])
def test_a_link_to_itself_or_to_nothing_is_a_link_loop(tmp_path: Path, target: str) -> None:
    """Both kinds of link that lead nowhere are told from a missing file."""
    path = tmp_path / "a.txt"
    path.symlink_to(tmp_path / target)
    with pytest.raises(LinkLoop, match=r"a\.txt is a link to"):
        read_bytes(path, max_bytes=10)


@pytest.mark.timeout(10)
def test_what_is_not_a_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """A folder, a pipe without a writer, a socket and a missing file are unreadable, at once."""
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.txt"))
        for name in ("folder.txt", "pipe.txt", "s.txt", "missing.txt"):
            with pytest.raises(UnreadableArticle, match=name):
                read_bytes(tmp_path / name, max_bytes=10)


def test_an_error_of_the_disk_is_reported() -> None:
    """What the system refuses to read is unreadable, with the system's reason."""
    with pytest.raises(UnreadableArticle, match="Input/output error"):
        read_bytes(Path("/proc/self/mem"), max_bytes=10)


# Encodings


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "“No,” she said – it’s 5 € in Łódź."),
        ("utf-8-sig", "It’s the ship."),
        ("utf-16", "It’s the ship."),
        ("utf-32", "It’s the ship."),
        ("cp1252", "“Hi”"),
        ("cp1252", "It’s £5 or €6 – no more…"),
        ("cp1252", "He said “no” to François Müller in Bogotá."),
        ("latin-1", "El niño comió piñas en España."),
        ("latin-1", "Ça va très bien à Paris, où l'été est chaud."),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("cp1251", "Президент приехал в столицу, сообщили вчера в министерстве."),
        ("koi8-r", "Президент приехал в столицу, сообщили вчера в министерстве."),
        ("cp1253", "Χθες ήρθε η κυβέρνηση στην πρωτεύουσα."),
        ("shift_jis", "首相は昨日、東京に到着しました。"),
        ("euc-jp", "首相は昨日、東京に到着しました。船は港で九時間待っていた、と会社は述べた。"),
        ("iso2022_jp", "首相は昨日、東京に到着しました。"),
        ("gb18030", "总理昨天抵达首都。外交部表示欢迎。"),
        ("big5", "總理昨天抵達首都。外交部表示歡迎。"),
        ("euc-kr", "총리가 어제 수도에 도착했다고 외무부가 밝혔다."),
        ("mac-roman", "It’s the “best” ship."),
    ],
)
def test_a_short_text_is_read_in_its_encoding(encoding: str, text: str) -> None:
    """One line is enough to tell the encoding, with no byte order mark left over."""
    assert parse("a.txt", text.encode(encoding)).text == text


def test_a_few_broken_bytes_do_not_spoil_a_text() -> None:
    """UTF-8 with one damaged byte stays UTF-8; only the damage is lost."""
    text = "Größe und Höhe überall. " * 50
    assert parse("a.txt", text.encode() + b"\xff").text == text + "\ufffd"


MIXED = "It’s late, “they” said. "


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (MIXED.encode() + b"\xa9 2024 Gazette", MIXED + "© 2024 Gazette"),
        ("It’s late. ".encode() + b"\xa9 2024 caf\xe9s", "It’s late. © 2024 cafés"),
        ("Łódź has its ".encode() + b"caf\xe9s \x81", "Łódź has its cafés \ufffd"),
        (
            "Zoë, Müller, señor.\n".encode() + "“He’s à la carte” – £5, déjà vu.".encode("cp1252"),
            "Zoë, Müller, señor.\n“He’s à la carte” – £5, déjà vu.",
        ),
        (b"\xef\xbb\xbfPlain words \xa9", "Plain words ©"),
        ("Привет, мир и море. ".encode() + b"\xa9\xe9", "Привет, мир и море. ©\ufffd"),
        (MIXED.encode() + "they’".encode()[:-1], MIXED + "they\ufffd"),
        (MIXED.encode() + "they’".encode()[:-2], MIXED + "they\ufffd"),
        ("It was a long day for the “".encode()[:-1], "It was a long day for the \ufffd"),
        (
            "It’s the very first day of ".encode() + b"\xe2\x80 end",
            "It’s the very first day of \ufffd end",
        ),
    ],
    ids=[
        *("sign", "words", "undefined", "line", "mark", "script", "cut", "cut early", "only cut"),
        "cut within",
    ],
)
def test_utf8_with_some_bytes_of_another_origin_stays_utf8(data: bytes, text: str) -> None:
    """Only what does not fit is read as Windows does, or lost: a quote never shows other letters.

    A character that the end of the file cuts costs one U+FFFD.
    """
    assert parse("a.txt", data).text == text


def test_a_page_in_utf8_keeps_its_letters_beside_a_foreign_byte() -> None:
    """A page that declares UTF-8 and has one byte of Latin-1 is no page in Cyrillic."""
    page = '<html><head><meta charset="utf-8"></head><body><p>It’s “here” {} 2024</p></body></html>'
    before, _, after = page.partition("{}")
    data = before.encode() + b"\xa9" + after.encode()
    assert parse("a.html", data).text == "It’s “here” © 2024"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "“AMANHÔ é o dia da ação, não?"),
        ("cp1252", "The “CAFÉ” is open, “they” said."),
        ("cp1251", "«ДОЛГ» и «КРУГ». Пётр и её брат приехали в столицу, сообщили вчера."),
    ],
)
def test_a_text_that_has_bytes_of_utf8_by_chance_is_read_in_its_encoding(
    encoding: str, text: str
) -> None:
    """Two letters and marks of another encoding may be one character of UTF-8."""
    assert parse("a.txt", text.encode(encoding)).text == text


def test_a_page_may_declare_its_encoding() -> None:
    """A declared charset decides where the bytes alone would be read as another."""
    page = '<html><head><meta charset="{}"></head><body><p>Привет, мир и море</p></body></html>'
    for charset in ("windows-1251", "koi8-r"):
        assert "Привет, мир" in parse("a.html", page.format(charset).encode(charset)).text


@pytest.mark.parametrize("charset", ["rot13", "unicode_escape", "base64", "no-such", "utf-7"])
def test_a_page_cannot_choose_a_codec_that_is_no_charset(charset: str) -> None:
    """A page that names something else than a character set is read by its bytes."""
    page = f'<html><meta charset="{charset}"><body><p>Plain \\ud800 words +AD4-</p></body></html>'
    assert parse("a.html", page.encode()).text == "Plain \\ud800 words +AD4-"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj",
        b"PK\x03\x04 word/document.xml",
        b"\x89PNG\r\n\x1a\n",
        b"\x7fELF\x02\x01\x01",
        b"{\\rtf1 The ferry was held.}",
        b"words and then \0 a null",
        "a NUL in UTF-16 \0".encode("utf-16"),
        bytes(range(1, 32)) * 4,
    ],
)
@pytest.mark.parametrize("suffix", sorted(TEXT_SUFFIXES))
def test_binary_data_is_refused_under_any_name(data: bytes, suffix: str) -> None:
    """What is not text is not indexed, whatever its extension says, and the remedy is given."""
    with pytest.raises(BinaryArticle, match=r"photo\..*Save its text"):
        parse(f"photo{suffix}", data)


def test_a_false_byte_order_mark_is_undecodable() -> None:
    """Half a character of UTF-16 explains nothing."""
    with pytest.raises(UndecodableArticle, match="UTF-8"):
        parse("a.txt", b"\xff\xfea")


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"---\n***\n"])
def test_a_text_without_words_is_empty(data: bytes) -> None:
    """Space, marks and rules are no text."""
    with pytest.raises(EmptyArticle):
        parse("a.md", data)


def test_other_formats_are_named_as_unsupported() -> None:
    """The message lists what could be read; capitals in an extension do not matter."""
    with pytest.raises(UnsupportedFormat, match=r"a\.doc is .*\.docx, .*\.htm, \.html, .*\.txt"):
        parse("sub/a.doc", b"words")
    assert parse("sub/A.TXT", b"words").title == "words"


# Text and offsets


def test_plain_text_is_kept_to_the_letter() -> None:
    """Line ends, odd spaces and front matter stay, so offsets hold against the file."""
    data = "\ufeff---\r\ntitle: X\r\n---\r\n\r\n a\tb \r\n\x0cc\r".encode()
    found = parse("a.md", data)
    assert found.text == data.decode("utf-8-sig")
    assert found.sha256 == hashlib.sha256(data).hexdigest()


def test_a_page_gives_its_article_and_nothing_else() -> None:
    """Of a page come the paragraphs, headings and lists; no menus, scripts, styles, comments."""
    found = parse("page.html", (DATA / "page.html").read_bytes())
    assert "the light failed only twice." in found.text
    assert "\n\nA machine takes over\n\n" in found.text
    assert "- It was built in 1887" in found.text
    for foreign in ("Sport", "tracker", "color", "stranger", "rights reserved"):
        assert foreign not in found.text


@pytest.mark.parametrize(
    "page",
    [
        "<body>{}</body>",
        "<body><div class='WordSection1'>{}</div></body>",
        "<body><style>p {{}}</style>{}</body>",
    ],
)
def test_a_page_that_is_only_an_article_keeps_its_headings_and_lists(page: str) -> None:
    """Word processors write pages in which nothing is marked as the article."""
    told = (
        f"<h1>Port Ansel</h1><p>{LEDE}</p><h2>Sights</h2>"
        "<ul><li>The old mill, built by Ida Holm</li><li>The fish market</li></ul>"
        f"<h2>The harbour</h2><p>{MORE}</p>"
    )
    assert article(f"<html>{page.format(told)}</html>", "a.html").text == (
        f"Port Ansel\n\n{LEDE}\n\nSights\n\n- The old mill, built by Ida Holm\n- The fish market"
        f"\n\nThe harbour\n\n{MORE}"
    )


@pytest.mark.parametrize(
    "menu",
    [
        "<div class='menu'><h3>Sections</h3><ul><li>Sport today</li></ul></div>",
        "<div class='left'><h3>Sections</h3><ul><li>Sport today</li></ul></div>",
        "<nav><h3>Sections</h3><ul><li>Sport today</li></ul></nav>",
    ],
)
def test_a_page_with_something_beside_its_article_is_left_to_the_extractor(menu: str) -> None:
    """What stands in a box of its own may be a menu."""
    page = f"<html><body>{menu}<h1>Ferry held</h1><p>{LEDE}</p><p>{MORE}</p></body></html>"
    assert "Sport" not in article(page, "a.html").text


def test_tables_of_a_page_are_put_in_words() -> None:
    """With the names of their columns, or of their rows; terms have what they mean beside them."""
    prose = (
        "The drill is sold in many shops of the country, and it has been praised by many people."
    )
    page = f"""<html><body><article><h1>Drill</h1><p>{prose}</p>
        <table><thead><tr><th>Feature</th><th>HX</th><th>HX Pro</th></tr></thead>
        <tr><td>Torque</td><td>65 Nm</td><td>82 Nm</td></tr></table><p>{prose}</p>
        <table><tr><th>Weight</th><td>2 kg</td></tr><tr><th>Price</th><td>$149</td></tr></table>
        <dl><dt>Colour</dt><dd>blue</dd></dl><p>It costs <del>20</del> 25 euros to rent it.</p>
        </article></body></html>"""
    text = article(page, "a.html").text
    for line in (
        "Feature: Torque; HX: 65 Nm; HX Pro: 82 Nm.",
        "Weight: 2 kg.\nPrice: $149.",
        "Colour: blue",
        "It costs 25 euros",
    ):
        assert line in text
    assert "|" not in text


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (
            "<p>It costs <s>20</s> 25 euros, not <strike>30</strike> 35.</p>",
            "It costs 25 euros, not 35.",
        ),
        ("<dl><dt>Colour</dt><dd>blue <b>and</b> red</dd></dl>", "- Colour\n- blue and red"),
        ("<dl><dt></dt><dd>blue</dd></dl>", "- blue"),
        (
            "<table><tr><td>Kind<th>A<th>B<tr><td>x<td>6<td>8</table>",
            "Kind: x; A: 6; B: 8.",
        ),
    ],
)
def test_a_part_of_a_page_says_what_it_shows(markup: str, said: str) -> None:
    """Nothing that is crossed out, all of what a term means, and the head of every column."""
    page = f"<html><body><article><h1>Drill</h1><p>{LEDE}</p>{markup}<p>{MORE}</p></article>"
    assert article(page, "a.html").text == f"Drill\n\n{LEDE}\n\n{said}\n\n{MORE}"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        (
            "<table><tr><th>Ship</th><th>Home</th></tr><tr><td>Ansel</td><td>Varnes</td></tr></table>",
            "Ship: Ansel; Home: Varnes.",
        ),
        (
            f"<table><tr><td>{LEDE} {MORE}</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>",
            f"{LEDE} {MORE}\n\nb\n\nc\n\nd",
        ),
        (
            f"<table>{'<tr><td>menu</td></tr>' * 3}{'<tr><td>a</td><td>b</td></tr>' * 2}</table>",
            "menu\n\nmenu\n\nmenu\n\na\n\nb\n\na\n\nb",
        ),
        (
            "<ul><li>a torch</li><li></li>and more</ul><span>than that</span>",
            "- a torch\n\nand more\n\nthan that",
        ),
    ],
)
def test_a_table_of_data_is_told_from_one_that_arranges(markup: str, shown: str) -> None:
    """By its head, and by its cells, which are short and several in most rows."""
    assert visible(markup) == shown


def test_a_page_that_is_no_article_keeps_its_rows_and_items() -> None:
    """As visible text; a table that only arranges the page is none."""
    page = """<div>It has:</div><ul><li><p>a torch</p></li><li></li><li>gloves</li></ul>
        <table><tr><th>Ship</th><th>Built</th></tr><tr><td>Ansel</td><td>1987</td></tr></table>
        <table><caption>Crews</caption><tr><td>Ansel</td><td>nine</td></tr>
        <tr><td>Brig</td><td>ten</td></tr></table>
        <table><tr><td>x<script>y()</script></td><td>z</td></tr><tr><td>u</td><td>v</td></tr></table>
        <table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td>c</td></tr></table>"""
    assert visible(page) == (
        "It has:\n\n- a torch\n- gloves\n\nShip: Ansel; Built: 1987.\n\n"
        "Crews\n\nAnsel: nine.\n\nBrig: ten.\n\nx\n\nz\n\nu\n\nv\n\na\n\nb\n\nc"
    )


def test_a_page_without_an_article_gives_its_visible_text() -> None:
    """Where nothing looks like an article, what a reader would see is kept, line by line."""
    rows = "".join(f"<tr><td>Ship {n}</td></tr>" for n in range(30_000))
    page = f"<html><head><title>t</title><script>no()</script></head><table>{rows}</table></html>"
    text = article(page, "a.html").text
    assert text.startswith("Ship 0\n\nShip 1\n\nShip 2")
    assert text.endswith("Ship 29999")


def test_a_page_may_be_one_huge_paragraph() -> None:
    """A paragraph of 11 MB, over the parser's usual limit, is read to its end."""
    assert article(f"<p>{'words ' * 1_900_000}end.", "a.html").text.endswith("words end.")


# Titles


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", f"---\ntitle: 'Ferry: held'\n---\n# Other\n\n{LEDE}", "Ferry: held"),
        ("a.md", f"---\ntitle: Ferry: held at port\n---\n{LEDE}", "Ferry: held at port"),
        ("a.md", f"---\ntitle: 2024\n---\n{LEDE}", "2024"),
        ("a.txt", f"Title: Ferry held\nDate: 2024-05-06\n\n{LEDE}", "Ferry held"),
        (
            "a.md",
            f"Intro line.\n\n```\n# code\n```\n\n# The *long* [wait](x) #\n\n{LEDE}",
            "The long wait",
        ),
        ("a.md", f"## Ferry held\n\n{LEDE}\n\n## Background\n\n{MORE}", "Ferry held"),
        ("a.md", f"Ferry held\n==========\n\n{LEDE}", "Ferry held"),
        ("a.txt", f"Ferry held for nine hours\n\n{LEDE}", "Ferry held for nine hours"),
        ("a.txt", f"Why was the ferry held?\n{LEDE}\n{MORE}", "Why was the ferry held?"),
        ("a.txt", f"PORT ANSEL, May 6, 2024 – {MORE}", "Nobody was hurt."),
        ("a.txt", f"May 6, 2024\n\nFerry held\n\n{LEDE}", "Ferry held"),
        ("a.txt", f"Photo: A. Quill/AP\n\nFerry held\n\n{LEDE}", "Ferry held"),
        ("a.md", f"{MORE}\n\n## Background\n\n{LEDE}", "Nobody was hurt."),
        ("a.txt", f"PRESS RELEASE\n\nFerry held\n\n{LEDE}", "Ferry held"),
        ("a.txt", f"FERRY HELD\n\nA day in port\n\n{LEDE}", "FERRY HELD"),
        (
            "a.txt",
            f"From: Ann Reed <ann@x.example>\nTo: all\nSubject: Ferry held\n\n{LEDE}",
            "Ferry held",
        ),
        ("dir/2024-05-06-ferry.txt", "© 2024 Harbour Gazette", "2024-05-06-ferry"),
    ],
)
def test_the_title_is_what_the_article_calls_itself(name: str, text: str, title: str) -> None:
    """Front matter, header lines, headings, headlines; else the first sentence, else the name."""
    assert article(text, name).title == title


def test_a_long_first_sentence_is_cut_at_a_word() -> None:
    """A title made of a sentence has at most 90 characters and shows that it was cut."""
    title = article(LEDE).title
    assert title.endswith("…")
    assert len(title) <= 91
    assert LEDE.startswith(title[:-1] + " ")


def test_malformed_front_matter_is_text() -> None:
    """What only looks like front matter is not lost: it stays, and can be answered from."""
    for text in (f"---\nA play of two acts.\n{MORE}\n---\n\n{LEDE}", f"---\n[: {{\n---\n\n{LEDE}"):
        found = article(text, "a.md")
        assert found.text == text
        assert found.furniture == ()


def test_a_page_names_itself_its_day_and_its_publisher() -> None:
    """The page's metadata are used; the year of the copyright line is not."""
    found = parse("page.html", (DATA / "page.html").read_bytes())
    assert found.title == "Lighthouse keeper retires after 41 years"
    assert found.date == dt.date(2023, 5, 17)
    assert found.source == "Harbour Gazette"


@pytest.mark.parametrize(
    ("head", "body", "title", "date", "source"),
    [
        ("<title>Ferry held | Harbour Gazette</title>", "", "Ferry held", None, None),
        (
            "<title>Ferry held at port | Harbour Gazette</title>",
            "<h1>Ferry held at port</h1>",
            *("Ferry held at port", None, "Harbour Gazette"),
        ),
        (
            (
                '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type":'
                ' "NewsArticle", "headline": "Ferry held", "datePublished": "2024-05-06T01:00:00Z",'
                ' "publisher": {"name": "The Gazette"}}]}</script>'
            ),
            *("", "Ferry held", dt.date(2024, 5, 6), "The Gazette"),
        ),
        (
            '<link rel="canonical" href="https://www.gazette.example/2024/05/06/ferry/">',
            *("<h1>Ferry held</h1>", "Ferry held", dt.date(2024, 5, 6), "gazette.example"),
        ),
        (
            "",
            "<h1>Ferry</h1><time datetime='2024-05-06'>today</time>",
            "Ferry",
            dt.date(2024, 5, 6),
            None,
        ),
        (
            "",
            "<h1>Ferry</h1><span class='post-date'>Published: 6 May 2024</span>",
            *("Ferry", dt.date(2024, 5, 6), None),
        ),
        (
            "",
            (
                "<h1>Ferry</h1><aside><time datetime='2020-01-01'>x</time></aside>"
                "<time datetime='2024-05-06'>today</time>"
            ),
            *("Ferry", dt.date(2024, 5, 6), None),
        ),
        (
            "",
            (
                "<header><div class='menu'><a href='/'>Up</a><span class='post-date'>Updated 7"
                " May 2024</span><span class='post-date'>6 May 2024</span></div></header>"
                "<h1>Ferry</h1>"
            ),
            *("Ferry", dt.date(2024, 5, 6), None),
        ),
        (
            "<title>Port news</title>",
            "<time datetime='2024-05-06'>x</time><time datetime='2024-05-07'>y</time>",
            *("Port news", None, None),
        ),
        ("", "<h1>Ferry</h1><footer>© 2024 The Gazette, 6 May 2024</footer>", "Ferry", None, None),
        ('<meta name="date" content="03/04/2024">', "<h1>Ferry</h1>", "Ferry", None, None),
        (
            "<meta property='article:modified_time' content='2024-05-07'>",
            *("<h1>Ferry</h1>", "Ferry", dt.date(2024, 5, 7), None),
        ),
    ],
)
def test_what_a_page_states_is_found_and_nothing_more(
    head: str, body: str, title: str, date: dt.date | None, source: str | None
) -> None:
    """Each place where pages state their data is read; a footer's year and prose are not."""
    page = f"<html><head>{head}</head><body><article>{body}<p>{LEDE}</p><p>On 1 May 2019 it sank."
    found = article(page + f"</p><p>{MORE}</p></article></body></html>", "a.html")
    assert (found.title, found.date, found.source) == (title, date, source)


def test_of_several_headings_none_is_the_title() -> None:
    """Unless one of them is the article's."""
    lines = f"<h1>One</h1><p>{LEDE}</p><h1>Two</h1><p>{MORE}</p>"
    page = "<html><head><title>Port news</title></head><body>{}</body></html>"
    assert article(page.format(lines), "a.html").title == "Port news"
    own = f"<h1>One</h1><article><h1>Ferry</h1><p>{LEDE}</p><p>{MORE}</p></article>"
    assert article(page.format(own), "a.html").title == "Ferry"


# Dates and sources


@pytest.mark.parametrize(
    ("text", "date", "source"),
    [
        (" date 2025-12-23 " + LEDE, dt.date(2025, 12, 23), None),
        (f"PORT ANSEL, Dec. 11, 2025 – {LEDE}", dt.date(2025, 12, 11), None),
        (f"PORT ANSEL (Reuters) - {LEDE}", None, "Reuters"),
        (f"LONDON (Reuters) - 11 December 2025\n\n{LEDE}", dt.date(2025, 12, 11), "Reuters"),
        (f"Paris, 3 March 2024 (AFP) – {LEDE}", dt.date(2024, 3, 3), "AFP"),
        (f"Headline here\n\nPORT ANSEL, Malta (AP) — {LEDE}", None, "AP"),
        (f"Ferry held\n\nPublished: 3 March 2024\n\n{LEDE}", dt.date(2024, 3, 3), None),
        (f"Ferry held\nBy Ada Quill | March 3, 2024\n\n{LEDE}", dt.date(2024, 3, 3), "Ada Quill"),
        (f"Ferry held\n\nUpdated 5 March 2024 10:15 GMT\n\n{LEDE}", dt.date(2024, 3, 5), None),
        (
            f"Ferry held\n\nUpdated 5 March 2024\nPublished on Sun 3 March 2024\n\n{LEDE}",
            *(dt.date(2024, 3, 3), None),
        ),
        (f"{LEDE}\n\n{MORE}\n\nFirst published on 3 March 2024", dt.date(2024, 3, 3), None),
        (
            f"---\ndate: 2024-03-03 10:00\nauthor: [Ada Quill, B]\n---\n{LEDE}",
            dt.date(2024, 3, 3),
            "Ada Quill",
        ),
        (f"Title: A\nURL: https://www.gazette.example/x\n\n{LEDE}", None, "gazette.example"),
        (f"Posted 25/12/2024\n\n{LEDE}", dt.date(2024, 12, 25), None),
        (f"Posted 03/04/2024\n\n{LEDE}", None, None),
        (f"{LEDE}\n\n© 2025 Latin Times. All rights reserved.", None, "Latin Times"),
        (f"{LEDE}\n\nCopyright 2025 The Harbour Gazette", None, "The Harbour Gazette"),
        (f"{LEDE} It was built on 3 March 2024.", None, None),
        (f"March 3, 2024 was a dark day. {LEDE}", None, None),
        (f"December 7, 1941 – a date which will live in infamy. {LEDE}", None, None),
        (f"The Quay\nThe Quay on May 7, 2025. Via Getty Images\n\n{LEDE}", None, None),
        (f"Diary\n\n3 March 2024\n\nWe left.\n\n5 March 2024\n\n{LEDE}", None, None),
        (f"Updated figures on 3 March 2024 showed a fall.\n\n{LEDE}", None, None),
        (f"{LEDE}\n\n{MORE}\n\n3 March 2024\n\n{LEDE}", None, None),
        (f"---\ndate: 0001-01-01\n---\n{LEDE}", None, None),
    ],
)
def test_only_a_stated_date_and_source_count(
    text: str, date: dt.date | None, source: str | None
) -> None:
    """Fields, bylines, datelines and copyright lines count; prose, captions and doubt do not."""
    found = article(text)
    assert (found.date, found.source) == (date, source)


def test_the_file_name_dates_an_article_that_does_not_date_itself() -> None:
    """An ISO date in the name is the last resort, after all that the text states."""
    assert article(LEDE, "2025-12-11-ferry.md").date == dt.date(2025, 12, 11)
    assert article(" date 2024-01-02 " + LEDE, "2025-12-11.txt").date == dt.date(2024, 1, 2)
    assert article(LEDE, "003_20251211b97c7221.txt").date is None
    assert article(LEDE, "2025-13-11.txt").date is None


# Furniture


@pytest.mark.parametrize(
    "line",
    [
        "Photo: Ada Quill",
        "(Image: The Gazette)",
        "Photo by Ada Quill on Unsplash",
        "The quay at Port Ansel on May 7, 2025. Via Getty Images",
        "Cars wait on the quay on Monday. (AP Photo/Ada Quill, File)",
        "Cars wait on the quay. REUTERS/Ada Quill/File Photo",
        "Cars wait on the quay on Monday [Ada Quill/Reuters]",
        "Cars wait on the quay on Monday, May 6. (Photo by Ada Quill/AFP via Getty Images)",
        "![The quay](quay.jpg)",
        "*Image credit: Ada Quill*",
        "© 2025 Harbour Gazette",
        "Copyright 2025 The Harbour Gazette. All rights reserved.",
        "All rights reserved.",
        "Copyright © 2016-2020, The Gazette.",
        "© gazette.example",
        "(c) 2025 Gazette Media Ltd. All rights reserved. Use is subject to the terms.",
        "Do not reproduce without permission.",
        "Reporting by Ada Quill in Port Ansel; Editing by Bo van Dam",
        "(Reporting by Ada Quill, additional reporting by Bo Dam; editing by Cy Orr)",
        "Bo Dam in Valletta contributed to this report.",
        "This article was originally published by The Gazette.",
        "Sign up for our daily newsletter to get the news first.",
        "Read more: Ferries that were late last year",
        "Advertisement",
        "Share this article",
        "Follow us on Facebook and X",
        "Story continues below advertisement",
    ],
)
@pytest.mark.parametrize("where", ["middle", "end"])
def test_a_line_of_the_page_is_furniture(line: str, where: str) -> None:
    """Each kind of line is found, whole and alone, wherever it stands."""
    parts = [LEDE, line, MORE] if where == "middle" else [LEDE, MORE, line]
    assert furniture("\n\n".join(parts)) == [line]
    assert furniture("\n".join(parts)) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Pic: Ada Quill",
        "Illustration: Ada Quill",
        "Graphic: Ada Quill",
        "Caption: The quay",
        "Credit: Ada Quill",
        "Cars wait on the quay. Via AFP",
        "(Courtesy of Ada Quill)",
        "[File: the quay]",
        "Cars wait on the quay. Getty",
        "Cars wait on the quay. Shutterstock",
        "Cars wait on the quay. iStock",
        "Cars wait on the quay. Alamy",
        "Cars wait. Ada Quill/Bloomberg",
        "Cars wait. Ada Quill/Xinhua",
        "Cars wait. Ada Quill/TASS",
        "Cars wait. Ada Quill/Sputnik",
        "Cars wait. Ada Quill/Anadolu",
        "Cars wait. Ada Quill/Pool",
        "Cars wait. Ada Quill/ Pool",
        "Cars wait. Ada Quill/Handout",
        "Cars wait. Ada Quill/ Handout",
        "(c) 2025 Gazette Media",
        "Copyright 2025 Gazette Media",
        "Please do not redistribute.",
        "Do not republish.",
        "Unauthorised copying is prohibited.",
        "Written by Ada Quill",
        "Edited by Ada Quill",
        "Translation by Ada Quill",
        "The post Ferries appeared first on The Gazette",
        "The post Ferries first appeared on The Gazette",
        "First published in The Gazette",
        "This story originally ran in The Gazette",
        "Sign up for alerts",
        "Subscribe to our channel today",
        "Receive it in your inbox",
        "Receive our newsletters",
        "Don't miss:",
        "You may also like",
        "Sponsored content",
        "This material must not be published again.",
        "Our standards: The Principles",
        "With additional reporting from Ada Quill",
        "With files from Ada Quill",
        "With assistance from Ada Quill",
        "With reporting from Ada Quill",
        "It was autogenerated from a syndicated feed",
        "Cars wait. Ada Quill/AP",
        "Cars wait. Ada Quill/EPA",
        "Related articles",
        "Recommended stories",
        "More from The Gazette",
        "See also:",
        "Watch now: the quay",
        "Listen: the quay",
        "Explore more: the quay",
        "Learn more",
        "Download our app",
        "Get the new app",
        "Join our channel",
        "Click here to go on",
        "Tap here for more",
        "Tags: ferry, port",
        "Filed under: ports",
        "Skip to content",
        "Leave a comment",
        "12 comments",
        "Article continues below",
        "Story continues below",
        "Report continues below",
    ],
)
def test_a_line_with_a_single_mark_of_the_page_is_furniture(line: str) -> None:
    """Each word by which such lines are told from prose at a glance is enough alone."""
    assert furniture(f"{LEDE}\n\n{line}\n\n{MORE}") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "The photo of the leak was taken by a diver, according to Reuters.",
        "Photos of the leak were published by Reuters and the AP on Monday.",
        "Photos by Ada Quill show how the water came in.",
        "The company sued Getty Images.",
        "She shared the image via Facebook.",
        "Copyright law does not protect the design, a judge said in 2019.",
        "Copyright 2024 was the year in which the court decided otherwise.",
        "The company owns the copyright and all rights to the name.",
        "Reporting by Reuters found that the leak was known for weeks.",
        "With assistance from NATO, the port was cleared.",
        "Smith also contributed to the report.",
        "First published in 1945, the book sold ten million copies.",
        "Share prices of the company fell by 4 percent.",
        "Follow the money, the lawyer told reporters on Tuesday.",
        "Related companies were not searched.",
        "Unauthorised boats were prohibited from the harbour.",
        "Read the report and you will see, she said.",
        "Subscribe to his view or not, the leak was there.",
        "Updated rules came into force on 1 May 2024.",
        "By Friday all the passengers had left.",
        "Advertisement spending fell in the third quarter.",
        "He watched the painting (courtesy of the museum) for an hour.",
        "The poll, by Ipsos for AP/Reuters, had 1,000 respondents.",
        "The talks have ended, officials said. Reuters",
        "(c) the ship must have two exits.",
        "Coordination at the port",
        "©Getty Images The company has announced that it will pay for the hotels.",
        "(Photo: Harbour Gazette) The mayor was the first to thank the divers.",
    ],
)
def test_prose_is_never_furniture(line: str) -> None:
    """A sentence or a heading that only mentions such things is answered from."""
    for text in (f"{LEDE}\n\n{line}\n\n{MORE}", f"{LEDE}\n{line}\n{MORE}", f"{LEDE} {line}"):
        assert furniture(text) == []


def test_a_long_paragraph_is_prose_however_it_begins() -> None:
    """What is as long as a paragraph is answered from, even when it starts like a notice."""
    begins = "This story was first published in a village, and from there it went around the island"
    assert furniture(f"{LEDE}\n\n{begins}; {MORE}\n\n{MORE}") == []
    assert furniture(f"{LEDE}\n\nPhoto: {LEDE} {MORE} {LEDE}\n\n{MORE}") == []


def test_a_caption_block_above_the_text_is_furniture() -> None:
    """The names above a caption belong to it; a headline above a caption does not."""
    caption = "Ada Quill and Zoë Orr wait at Port Ansel on May 7, 2025. Via Getty Images"
    names = f"Ada Quill, Zoe Orr\n{caption}\n\n{LEDE}\n\n{MORE}"
    assert furniture(names) == ["Ada Quill, Zoe Orr", caption]
    assert article(names).title.startswith("The ferry to Port Ansel")
    headline = f"Ferry Held For Hours\n{caption}\n\n{LEDE}\n\n{MORE}"
    assert furniture(headline) == [caption]
    assert article(headline).title == "Ferry Held For Hours"


def test_the_head_of_a_file_is_furniture() -> None:
    """A leading date, front matter, bylines: the first sentence begins behind them."""
    dated = article(" date 2025-12-23 " + LEDE)
    assert dated.furniture == ((0, 17),)
    assert dated.text[17:].startswith("The ferry")
    front = f"---\ntitle: A\n---\n{LEDE}"
    assert furniture(front, "a.md") == ["---\ntitle: A\n---"]
    lines = ["By Ada Quill", "Updated 3 March 2024, 10:15 GMT"]
    assert furniture("\n".join(["Ferry held", *lines, LEDE, MORE])) == lines
    assert furniture(f"Brussels, 11 December 2025\n\n{LEDE}") == ["Brussels, 11 December 2025"]


def test_a_dateline_inside_a_paragraph_stays_prose() -> None:
    """Only whole lines are taken: where a report was filed can still be asked."""
    assert furniture(f"PORT ANSEL, Dec. 11, 2025 (AP) – {LEDE}") == []


def test_links_below_read_more_are_furniture_only_at_the_end() -> None:
    """A closing list of titles goes with its heading; prose after it keeps it in."""
    links = ["Related stories", "Another ferry", "A third ferry"]
    assert furniture("\n\n".join([LEDE, MORE, *links])) == links
    assert furniture("\n\n".join([LEDE, *links, MORE])) == links[:1]
    assert furniture("\n\n".join([LEDE, "Related companies", *links[1:]])) == []


def test_furniture_is_found_in_hard_wrapped_text() -> None:
    """Where lines are broken at a fixed width, a notice and its prose are still told apart."""
    text = (
        "The ferry to Port Ansel was held in the harbour for nine\n"
        "hours on Monday. Photo: credits for the rescue went to\n"
        "Copyright holders in the town, who own the boats there.\n"
        "© 2025 Harbour Gazette. All rights reserved. Please do\n"
        "not copy.\n"
    )
    assert furniture(text) == [text[text.index("©") :].strip()]


# Anything at all


def check(found: Article) -> None:
    """Assert what holds for every article."""
    assert found.title.strip()
    assert "\0" not in found.text
    found.text.encode()
    end = 0
    for start, stop in found.furniture:
        assert end <= start < stop <= len(found.text)
        end = stop


PIECES = st.sampled_from(
    [
        *(
            "---\n",
            "title: ",
            "date: ",
            "date 2025-12-23 ",
            "\n",
            "\r\n",
            "\n\n",
            "# ",
            "```",
            "[",
            "(",
        ),
        *(
            "© 2025 X",
            "(Reuters) - ",
            "Photo: ",
            "Via Getty Images",
            "By Ada Quill",
            " | ",
            "LONDON – ",
        ),
        *("Read more:", "<p>", "</div>", "<script>", "<!--", "<time datetime='", "<meta charset='"),
        *("&#0;", "&#xD800;", "<a href='//", '<script type="application/ld+json">'),
        '{"@type":"Article","datePublished":',
    ]
)


@given(st.sampled_from(sorted(TEXT_SUFFIXES)), st.binary(max_size=400))
@example(".txt", b"\xff\xfe\x00\xd8")
@example(".html", b"<p>&#xD800;&#0;x")
@example(".html", b"\x1b$B<?xml version='1.0' encoding='koi8-r'?>")
@settings(deadline=None)  # the first page loads the extractor
def test_any_bytes_make_an_article_or_an_article_error(suffix: str, data: bytes) -> None:
    """No input raises anything but an ArticleError, and whatever is made is well formed."""
    with contextlib.suppress(ArticleError):
        check(parse("some/name" + suffix, data))


@given(
    st.sampled_from(sorted(TEXT_SUFFIXES)),
    st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=25).map("".join),
)
@settings(deadline=None)  # the first page loads the extractor
def test_any_text_makes_a_well_formed_article(suffix: str, text: str) -> None:
    """Texts full of the marks that the parser looks for do not break it; .txt is kept as it is."""
    try:
        found = parse("name" + suffix, text.encode("utf-8", "replace"))
    except ArticleError:
        return
    check(found)
    if suffix in (".txt", ".md"):
        assert found.text == text.encode("utf-8", "replace").decode("utf-8-sig")


@given(st.text(st.characters(exclude_characters="/\0")))
@settings(deadline=None)  # the first page loads the extractor
def test_any_name_is_answered(name: str) -> None:
    """A name may hold anything that a file system allows, lone surrogates included."""
    for whole in (name + ".txt", "\udcff" + name + ".md"):
        try:
            check(parse(whole, b"Words."))
        except ArticleError as error:
            str(error).encode()


@pytest.mark.parametrize(
    "text",
    [
        f"{LEDE} {MORE} " * 80_000,
        "a" * 20_000_000,
        "-" * 20_000_000 + "a",
        "a" + " " * 20_000_000 + "b",
        ("Photo by (Photo by " * 20 + "\n\n") * 2_500,
        f"{LEDE}\n\n{MORE}\n\n" * 4_000,
        "---\n" + "[" * 19_000 + "\n---\nwords",
    ],
    ids=["sentences", "a word", "dashes", "spaces", "captions", "paragraphs", "brackets"],
)
def test_large_and_nasty_texts_take_seconds_at_most(text: str) -> None:
    """No input of 20 MB, and no pattern, makes parsing slow."""
    start = time.perf_counter()
    check(article(text, "a.md"))
    assert time.perf_counter() - start < 15
