"""Where a browser gives its key: a page with one field, and the cookie that it leads to.

The chat page asks for the key itself (`api.routes.session`); whoever follows a link of another
client to an article comes here.

The cookie holds the key itself, out of reach of scripts: removing the key ends the session, and a
restart of the server does not. It is sent along with links from other sites (`Lax`), as other
clients' footnotes link to /read; what such a site posts is refused by its origin.
"""

from html import escape
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.access import COOKIE, LOGIN, LOGOUT, Door
from qa.keys import LOCAL

_DAYS_30 = 30 * 24 * 60 * 60
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
_HEADERS = {
    # The one page with a form that is sent; the guard's own policy allows none.
    "Content-Security-Policy": _POLICY + "form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Footnote: a key is needed</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/style.css">
<link rel="stylesheet" href="/static/docs.css">
</head>
<body class="docs">
<main>
<p class="wordmark">Footnote<sup aria-hidden="true">1</sup></p>
<h1>A key is needed</h1>
<p>Who runs this server makes one with <code>qa keys add NAME</code>.</p>
<form method="post" action="/login">
<input type="hidden" name="next" value="{next}">
<p><label for="key">Key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus></p>
<p role="alert">{said}</p>
<p><button>Open</button></p>
</form>
</main>
</body>
</html>
"""


def install(app: FastAPI, door: Door) -> None:
    """Serve /login and /logout."""

    async def login(request: Request) -> Response:
        if request.method != "POST":
            return _form(_inside(request.query_params.get("next")))
        async with request.form(max_files=0, max_fields=2) as form:
            secret, target = str(form.get("key", "")).strip(), _inside(form.get("next"))
        key = door.find(secret)
        if key is None or key.name == LOCAL:
            return _form(target, "This is none of the server's keys.", HTTPStatus.UNAUTHORIZED)
        reply = RedirectResponse(target, HTTPStatus.SEE_OTHER, headers=_HEADERS)
        keep(reply, secret, request)
        return reply

    async def logout(_: Request) -> Response:
        reply = RedirectResponse(LOGIN, HTTPStatus.SEE_OTHER, headers=_HEADERS)
        forget(reply)
        return reply

    app.add_route(LOGIN, login, methods=["GET", "POST"], include_in_schema=False)
    app.add_route(LOGOUT, logout, methods=["POST"], include_in_schema=False)


def keep(reply: Response, secret: str, request: Request) -> None:
    """Have the browser keep a key and send it with each request."""
    reply.set_cookie(
        COOKIE, secret, _DAYS_30, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip


def forget(reply: Response) -> None:
    """Have the browser forget its key."""
    reply.delete_cookie(COOKIE, httponly=True, samesite="lax")


def _form(target: str, said: str = "", status: int = HTTPStatus.OK) -> Response:
    page = _PAGE.format(next=escape(target), said=escape(said))
    return HTMLResponse(page, status, headers=_HEADERS)


def _inside(target: object) -> str:
    """Return where to go after the login: a path of this server, whatever the link says."""
    path = str(target or "/")
    outside = path.startswith(("//", "/\\")) or not path.startswith("/")
    return "/" if outside or not path.isprintable() else path
