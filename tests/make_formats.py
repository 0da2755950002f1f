"""Makes the office files in tests/data/formats by the programs' own libraries.

They are made once and kept, so that the tests need none of these:
`pip install python-docx odfpy ebooklib reportlab`, then `python -m tests.make_formats`; a Chromium
prints the page. What the standard library can write, the tests write themselves.
"""

import io
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

DATA = Path(__file__).parent / "data" / "formats"
TITLE = "Harbour report"
LEAK = (
    "The ferry to Port Ansel was held in the harbour for nine hours on Monday after its crew found"
    " a leak below the car deck, the company that runs it said."
)
HOTELS = (
    "Nobody was hurt. Divers closed the leak in the evening, and the 212 passengers were brought to"
    " hotels at the company's expense."
)
FIRST = (LEAK, HOTELS)
SECOND = (
    "The repair of the ferry cost 48,000 euros, which the insurer Marlin Mutual paid in June.",
    "The harbour master, Tomas Reyk, called the price cheap, and asked for a second ferry.",
)
ROWS = (("Ship", "Built"), ("Ansel", "1987"), ("Gannet", "2019"))


def printed() -> None:
    """Let a browser print three narrow pages with a running head."""
    page = f"""<html lang=en><title>{TITLE}</title><style>@page {{ size: 105mm 148mm }}
        * {{ font-family: "DejaVu Sans"; font-weight: normal; font-size: 14px }}
        div {{ break-after: page }}</style>
        <div><h1>{TITLE}</h1><p>By Ada Quill, 6 May 2024</p><p>{FIRST[0]}</p><p>{FIRST[1]}</p></div>
        <div><p>{SECOND[0]}</p><p>{SECOND[1]}</p></div>
        <div><p>A second ferry, the Gannet, will sail from September.</p></div></html>"""
    browser = shutil.which("chromium") or "chromium"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            [browser, "--headless", "--no-sandbox", f"--print-to-pdf={DATA / 'printed.pdf'}",
             source.as_uri()],
            check=True,
        )  # fmt: skip


def columns() -> None:
    """Let reportlab set two columns, with a word divided at a line's end."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(DATA / "columns.pdf"), pagesize=(400, 300), invariant=1)
    canvas.setFont("Helvetica", 10)
    left = (
        "The repair of the ferry cost|48,000 euros, which the in-|surer Marlin Mutual paid|in June."
    )
    right = "The harbour master, Tomas|Reyk, called the price cheap,|and asked for a second|ferry."
    for x, lines in ((30, left), (220, right)):
        for number, line in enumerate(lines.split("|")):
            canvas.drawString(x, 250 - 12 * number, line)
    canvas.save()


def scanned() -> None:
    """Let reportlab draw a page without a letter, and one that is locked."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(DATA / "scanned.pdf"), pagesize=(200, 200), invariant=1)
    canvas.rect(20, 20, 100, 100, fill=1)
    canvas.save()
    lock = StandardEncryption("secret", strength=128)
    canvas = Canvas(str(DATA / "locked.pdf"), pagesize=(400, 200), encrypt=lock, invariant=1)
    canvas.drawString(20, 100, SECOND[0])
    canvas.save()


def word() -> None:
    """Let python-docx write a document, with a table, a tracked change and a second run."""
    import docx

    document = docx.Document()
    document.core_properties.title = TITLE
    document.core_properties.author = "Ada Quill"
    document.add_heading(TITLE, 1)
    for text in (*FIRST, *SECOND):
        paragraph = document.add_paragraph(text[:40])
        paragraph.add_run(text[40:]).italic = True
    table = document.add_table(rows=0, cols=2)
    for row in ROWS:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    made = io.BytesIO()
    document.save(made)
    _without_picture(made.getvalue(), DATA / "report.docx")


def _without_picture(data: bytes, path: Path) -> None:
    """Leave the thumbnail of the template out, which is most of the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(path, "w", 8) as new:
        for info in old.infolist():
            if not info.filename.endswith(".jpeg"):
                new.writestr(info, old.read(info), 8)


def open_document() -> None:
    """Let odfpy write a document with a table."""
    from odf import dc, table, text
    from odf.opendocument import OpenDocumentText

    document = OpenDocumentText()
    document.meta.addElement(dc.Title(text=TITLE))
    document.text.addElement(text.H(outlinelevel=1, text=TITLE))
    for paragraph in (*FIRST, *SECOND):
        document.text.addElement(text.P(text=paragraph))
    made = table.Table()
    for row in ROWS:
        line = table.TableRow()
        for value in row:
            cell = table.TableCell()
            cell.addElement(text.P(text=value))
            line.addElement(cell)
        made.addElement(line)
    document.text.addElement(made)
    document.save(str(DATA / "report.odt"))


def book() -> None:
    """Let ebooklib write a book of two chapters."""
    from ebooklib import epub

    made = epub.EpubBook()
    made.set_title(TITLE)
    made.set_language("en")
    made.add_author("Ada Quill")
    made.add_metadata("DC", "date", "2024-05-06")
    chapters = []
    for number, (head, paragraphs) in enumerate((("The leak", FIRST), ("The price", SECOND)), 1):
        chapter = epub.EpubHtml(title=head, file_name=f"chapter{number}.xhtml")
        chapter.content = f"<h1>{head}</h1>" + "".join(f"<p>{text}</p>" for text in paragraphs)
        made.add_item(chapter)
        chapters.append(chapter)
    made.spine = chapters
    made.toc = chapters
    made.add_item(epub.EpubNcx())
    epub.write_epub(str(DATA / "report.epub"), made)


if __name__ == "__main__":
    DATA.mkdir(parents=True, exist_ok=True)
    for make in (printed, columns, scanned, word, open_document, book):
        make()
