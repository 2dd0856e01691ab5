"""Markup out of all proportion: what no feed holds, and what costs a parser minutes.

feedparser's time grows with the square of the attributes of one element and of the namespaces in scope.
Looked at before it parses, in one pass over the text, such a body costs milliseconds.
"""

from __future__ import annotations

import re

MOST_MARKUP = 200_000
"""Opening brackets of a body; the largest real feed seen has 20,000."""
MOST_NAMESPACES = 5_000
"""Namespace declarations: some sites repeat theirs on every entry."""
MOST_ATTRIBUTES = 1_000
_LONG_TAG = re.compile(r"<[^<>]{16384,}")
"""A tag that may hold that many attributes; most that are so long hold one picture."""
_PREFIX = "xmlns:"
_ENTRY_END = re.compile(r"</(?:\w{1,40}:)?(?:item|entry)\s*>", re.IGNORECASE)


def cut(text: str, most_entries: int) -> tuple[str, int]:
    """A feed too large to be parsed whole, without the entries after the first ones; and how many went.

    What is not too large comes back as it is: there the parser counts better.
    """
    if text.count("<") <= MOST_MARKUP:
        return text, 0
    ends = [match.end() for match in _ENTRY_END.finditer(text)]
    if len(ends) <= most_entries:
        return text, 0
    return text[: ends[most_entries - 1]] + text[ends[-1] :], len(ends) - most_entries


def found_in(text: str) -> str:
    """What a text holds more of than any feed, with the number; empty for nearly all."""
    if (brackets := text.count("<")) > MOST_MARKUP:
        return f"{brackets} tags where feeds have at most {MOST_MARKUP}"
    if (namespaces := text.count(_PREFIX)) > MOST_NAMESPACES:
        return f"{namespaces} namespaces where feeds have at most {MOST_NAMESPACES}"
    attributes = max((match[0].count("=") for match in _LONG_TAG.finditer(text)), default=0)
    if attributes > MOST_ATTRIBUTES:
        return f"{attributes} attributes in one tag where feeds have at most {MOST_ATTRIBUTES}"
    return ""
