"""An article as a page with one quote marked: where links in other clients lead.

It needs no script: the address holds the offsets, and its fragment scrolls to the quote. Whatever
the article contains is text here, never markup.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from api.ids import ARTICLE
from api.links import ANCHOR, PATH
from api.service import PipelineDep
from qa.types import Article, Span

router = APIRouter(include_in_schema=False)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_CHANGED = "This article has changed since it was quoted: what was quoted cannot be marked."
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
<link rel="stylesheet" href="/static/sheet.css">
<link rel="stylesheet" href="/static/docs.css">
</head>
<body class="docs">
<main>
<p class="wordmark"><a href="/">Footnote</a><sup aria-hidden="true">1</sup></p>
<article class="article">
<h1 dir="auto">{title}</h1>
<p class="meta">{about}</p>
{notice}
<div class="text" dir="auto">{text}</div>
</article>
</main>
</body>
</html>
"""


@router.get(PATH + ARTICLE)
def read(
    article_id: str,
    pipeline: PipelineDep,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int, Query(ge=0)] = 0,
    sha256: str = "",
) -> HTMLResponse:
    """Show an article with `text[start:end]` marked, or say that it is not the version quoted."""
    article = pipeline.library.article(article_id)
    about = " · ".join(str(part) for part in (article.date, article.source, article.id) if part)
    changed = not article.sha256.startswith(sha256)
    page = _PAGE.format(
        title=escape(article.title),
        about=escape(about),
        notice=f'<p class="notice">{_CHANGED}</p>' if changed else "",
        text="\n".join(_paragraphs(article, (0, 0) if changed else (start, end))),
    )
    return HTMLResponse(page)


def _paragraphs(article: Article, quote: Span) -> Iterator[str]:
    """Yield the paragraphs as HTML; blank lines part them, or every line where there are none."""
    text = article.text
    parting = r"\n(?:[ \t]*\n)+" if _BLANK_LINE.search(text) else r"\n"
    at, anchored = 0, False
    for gap in [*re.finditer(parting, text), None]:
        stop = gap.start() if gap else len(text)
        start, end = max(at, quote[0]), min(stop, quote[1])
        inner = escape(text[at:stop])
        if start < end:
            anchor = "" if anchored else f' id="{ANCHOR}"'
            anchored = True
            inner = (
                f"{escape(text[at:start])}<mark{anchor}>{escape(text[start:end])}</mark>"
                f"{escape(text[end:stop])}"
            )
        if stop > at:
            yield f'<p dir="auto">{inner}</p>'
        at = gap.end() if gap else stop
