"""HEAD, wherever GET works (RFC 9110, section 9.3.2): the same answer without its body.

Routes are declared for GET alone, so that the OpenAPI document holds each operation once.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Head:
    """ASGI middleware around the routes: they see a GET, and only the head of its answer goes out.

    The answer is complete with its head, so that a stream ends there instead of being watched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; of a HEAD, as the GET that it asks about."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})

        await self.app({**scope, "method": "GET"}, receive, send_head)
