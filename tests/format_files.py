"""One story in every format: files kept in tests/data/formats, and those made here."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from tests.make_formats import DATA, FIRST, SECOND, TITLE

STORY = "\n\n".join((*FIRST, *SECOND))
QUESTION = "How much did the repair of the ferry cost?"
PRICE = "48,000 euros"
OTHER = (
    "The lighthouse at Grey Point was sold to the town council for one crown in 1931, and its"
    " keeper, Hanna Voss, stayed on for 20 years."
)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Return a zip archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def kept(name: str) -> Callable[[], bytes]:
    """Return a reader of a file in tests/data/formats."""
    return (DATA / name).read_bytes


def rtf() -> bytes:
    """Write RTF as word processors do: fonts, a link, a unicode character, divided paragraphs."""
    body = "".join(f"\\pard\\f0\\fs24 {text}\\par\n" for text in (TITLE, *FIRST, *SECOND))
    return (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}"
        "{\\f1\\fcharset204 Courier;}}{\\info{\\title Harbour report}{\\author Ada Quill}}"
        "{\\*\\generator Writer;}" + body + "See {\\field{\\*\\fldinst{HYPERLINK "
        "\"https://port.example\"}}{\\fldrslt{the port}}} \\u8211? caf\\'e9.\\par{\\f1\\'cc\\'ee}}"
    ).encode("ascii")


def mail() -> bytes:
    """Write a mail with a plain part, a page and an attachment."""
    message = EmailMessage()
    message["Subject"] = TITLE
    message["From"] = "Ada Quill <ada@gazette.example>"
    message["To"] = "desk@gazette.example"
    message["Date"] = "Mon, 06 May 2024 18:00:00 +0200"
    message.set_content(STORY)
    message.add_alternative(f"<p>{STORY}</p>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="x.png")
    return bytes(message)


def rss(*, ids: tuple[str, ...] = ("101", "https://gazette.example/2")) -> bytes:
    """Write an RSS feed: the story and another one, or those with these ids only."""
    stories = {
        "101": (TITLE, f"<p>{'</p><p>'.join((*FIRST, *SECOND))}</p>", "Mon, 06 May 2024 18:00:00"),
        "https://gazette.example/2": ("Lighthouse sold", OTHER, "Tue, 07 May 2024 08:00:00"),
    }
    items = "".join(
        f"<item><title>{stories[key][0]}</title><guid>{key}</guid><pubDate>{stories[key][2]} GMT"
        f"</pubDate><description><![CDATA[{stories[key][1]}]]></description></item>"
        for key in ids
    )
    feed = f"<channel><title>Harbour Gazette</title>{items}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{feed}</rss>'.encode()


def atom() -> bytes:
    """Write an Atom feed with one entry in XHTML."""
    body = "".join(f"<p>{text}</p>" for text in (*FIRST, *SECOND))
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour Gazette</title><entry>'
        f"<title>{TITLE}</title><id>urn:1</id><published>2024-05-06T18:00:00Z</published>"
        '<link href="https://gazette.example/1"/><content type="xhtml">'
        f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div></content></entry></feed>'
    ).encode()


def json_feed() -> bytes:
    """Write a JSON Feed with two items."""
    items = [
        {
            "id": "1",
            "title": TITLE,
            "content_text": STORY,
            "date_published": "2024-05-06T18:00:00Z",
        },
        {"id": "2", "title": "Lighthouse sold", "content_html": f"<p>{OTHER}</p>"},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour Gazette"}
    return json.dumps(feed | {"items": items}).encode()


def json_lines() -> bytes:
    """Write two articles as JSON lines, in other fields."""
    lines = [
        {"headline": TITLE, "body": STORY, "publishedAt": "2024-05-06", "source": {"name": "HG"}},
        {"headline": "Lighthouse sold", "body": OTHER},
    ]
    return "\n".join(map(json.dumps, lines)).encode()


def table() -> bytes:
    """Write two articles as CSV."""
    rows = [
        ("id", "title", "date", "text"),
        ("7", TITLE, "2024-05-06", STORY),
        ("8", "", "", OTHER),
    ]
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return "\r\n".join(quoted).encode()


def archive() -> bytes:
    """Write an archive with a text, a page, an archive in it, and what is passed over."""
    inner = zipped({"lighthouse.txt": OTHER})
    return zipped(
        {
            "docs/report.txt": f"{TITLE}\n\n{STORY}",
            "inner.zip": inner,
            "photo.png": b"\x89PNG",
            "__MACOSX/docs/._report.txt": b"\0\0",
            ".hidden.txt": "hidden words",
        }
    )


FILES: dict[str, Callable[[], bytes]] = {
    "printed.pdf": kept("printed.pdf"),
    "columns.pdf": kept("columns.pdf"),
    "report.docx": kept("report.docx"),
    "report.odt": kept("report.odt"),
    "report.epub": kept("report.epub"),
    "report.rtf": rtf,
    "report.eml": mail,
    "news.rss": rss,
    "news.xml": rss,
    "news.atom": atom,
    "news.json": json_feed,
    "news.jsonl": json_lines,
    "news.csv": table,
    "news.zip": archive,
}
"""A file of each format by name; each holds the story, several hold another one as well."""
ARTICLES = {
    "news.rss": {"news.rss/101", "news.rss/57fe5c334365"},
    "news.xml": {"news.xml/101", "news.xml/57fe5c334365"},
    "news.atom": {"news.atom/0ee1048c0dfe"},
    "news.json": {"news.json/1", "news.json/2"},
    "news.jsonl": {"news.jsonl/1", "news.jsonl/2"},
    "news.csv": {"news.csv/7", "news.csv/8"},
    "news.zip": {"news.zip/docs/report.txt", "news.zip/inner.zip/lighthouse.txt"},
}
"""The ids of the articles in the files that hold several."""
