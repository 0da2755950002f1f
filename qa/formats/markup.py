"""XML that cannot reach out or expand, and HTML as the text that a reader would see."""

from typing import Any

from qa import webpage
from qa.formats.parts import clean, damaged, guarded


def xml(data: bytes, name: str, kind: str, *, forgiving: bool = False) -> Any:
    """Return the root element. No entity is expanded, nothing is fetched, depth is bounded.

    `forgiving` reads on behind errors. DamagedArticle when nothing can be made of `data`, or
    when it declares entities, which documents of these formats never do.
    """
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        recover=forgiving, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    with guarded(name, kind):
        root = etree.fromstring(data, parser)
    if root is None:
        raise damaged(name, f"cannot be read as {kind}")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise damaged(name, "declares entities of its own, which are not expanded")
    return root


def local(element: Any) -> str:
    """Return an element's name without its namespace; "" for what is not an element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def seen(markup: str) -> str:
    """Return the text that a browser would show of `markup`, a page or a part of one."""
    return clean(webpage.visible(markup)).strip()
