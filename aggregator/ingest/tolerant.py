"""feedparser as it is used here: without cleaning of its own, and mended where it costs a feed or a minute.

What is mended is the class that both of its parsers share, once, when this module is imported:

- the search for a mail address in an author's name takes time by the square of the name's length, and each
  category of an entry is compared with all before it: both are bounded, far above what anybody keeps;
- an element where feedparser does not expect it (a GML position outside of a place, a chapter without its
  start) ends the reading of the whole feed: here it costs itself only;
- an RSS link that has an address in an attribute loses its text, which is the link by RSS 2.0.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import feedparser
from feedparser.mixin import _FeedParserMixin

LONGEST_AUTHOR = 300
"""Characters of an author in which a mail address is looked for; the rest is cut."""
MOST_CATEGORIES = 500
"""Categories of one entry."""

_LINK_WITH_ADDRESS = re.compile(
    r"<link\s(?=[^<>]{0,2000}?\b(?:uri|url|href)\s*=)[^<>]{1,2000}(?<!/)>"
    r"(?=\s{0,200}(?:<!\[CDATA\[\s{0,200})?(?:https?:/)?/)"
)
"""The start of a link whose address stands in an attribute, before another one in its text."""


def read(text: str, root: str) -> Any:
    """What feedparser makes of a text; `root` is the name of its first tag.

    Nothing is fetched, sanitised or resolved. Raises whatever feedparser raises.
    """
    if root != "feed":  # Atom's links are attributes
        text = _LINK_WITH_ADDRESS.sub("<link>", text)
    # A stream, because feedparser takes a bare string for an address or a file name.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    return feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)


_STUMBLES = (KeyError, IndexError, TypeError, ValueError)
"""What feedparser's methods raise for elements that they did not expect."""

_part_author_and_mail = _FeedParserMixin._sync_author_detail
_add_tag = _FeedParserMixin._add_tag
_context = _FeedParserMixin._get_context


def _part_short_author_and_mail(parser: Any, key: str = "author") -> None:
    context = parser._get_context()
    if author := dict.get(context, key):
        context[key] = author[:LONGEST_AUTHOR]
    _part_author_and_mail(parser, key)


def _add_one_of_few_tags(parser: Any, term: Any, scheme: Any, label: Any) -> None:
    if len(parser._get_context().setdefault("tags", [])) < MOST_CATEGORIES:
        _add_tag(parser, term, scheme, label)


def _context_or_feed(parser: Any) -> Any:
    """What the element belongs to; the feed where feedparser believes to be in something that never began."""
    try:
        return _context(parser)
    except KeyError:
        return parser.feeddata


def _costing_itself(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that begins or ends elements, made to pass over those where it stumbles."""

    def mended(parser: Any, *attributes: Any) -> Any:
        try:
            return method(parser, *attributes)
        except _STUMBLES:
            return None

    return mended


_FeedParserMixin._sync_author_detail = _part_short_author_and_mail
_FeedParserMixin._add_tag = _add_one_of_few_tags
_FeedParserMixin._get_context = _context_or_feed
for _name in dir(_FeedParserMixin):
    if _name == "pop" or _name.startswith(("_start_", "_end_")):
        setattr(_FeedParserMixin, _name, _costing_itself(getattr(_FeedParserMixin, _name)))
