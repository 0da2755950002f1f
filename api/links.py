"""Addresses that open an article at a quote, for clients that show links and know no offsets."""

from urllib.parse import quote, urlencode

from qa.types import Citation

PATH = "/read"
ANCHOR = "quote"
DIGEST_CHARS = 12
"""How much of a digest tells versions of one article apart."""


class Links:
    """Addresses of one server, which its client reaches at `base`."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")

    def to(self, citation: Citation) -> str:
        """Return the address of a citation's article, opened at its quote."""
        place = urlencode(
            {
                "start": citation.start,
                "end": citation.end,
                "sha256": citation.sha256[:DIGEST_CHARS],
            }
        )
        return f"{self.base}{PATH}/{quote(citation.file)}?{place}#{ANCHOR}"
