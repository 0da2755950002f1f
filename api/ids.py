"""How an article's id stands in an address: as the rest of the path, whatever it holds.

Starlette's own `path` stops at a line break, which a file's name may have.
"""

from starlette.convertors import PathConvertor, register_url_convertor


class _AnyText(PathConvertor):
    regex = "(?s:.*)"


register_url_convertor("article", _AnyText())
ARTICLE = "/{article_id:article}"
