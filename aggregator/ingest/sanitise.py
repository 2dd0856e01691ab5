"""Markup of strangers to markup that can be shown anywhere.

Nothing that a feed holds may run, load or track: a strict allow-list of elements, links only, no pictures, no
style.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

import nh3

BLOCKS = frozenset({
    "p", "div", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre",
    "table", "thead", "tbody", "tr", "figure", "figcaption", "hr", "br",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "q", "s", "small", "span", "strong", "sub",
    "sup", "time", "u", "td", "th", "caption",
})  # fmt: skip
_SWALLOWED = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "svg", "math", "form", "button", "select",
    "textarea", "title", "video", "audio", "canvas",
})  # fmt: skip
"""Elements that go with all they hold; any other unknown element leaves its text."""
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_RELATIVE_LINK = re.compile(r"href(?!\s*=\s*[\"']?\s*(?:https?://|mailto:))")
_ROOTED_LINK = re.compile(r"href\s*=\s*[\"']?/(?!/)")


def sanitise(markup: str, base: str) -> str:
    """Markup by the allow-list, well-formed: in its text and its attributes `<`, `>` and `&` are escaped.

    Links become absolute against `base` (http, https and mailto survive) and carry
    `rel="noopener nofollow noreferrer"`.
    """
    return _cleaner(_base_needed(markup, base)).clean(markup)


def _base_needed(markup: str, base: str) -> str:
    """As little of the base as the links in `markup` hang on: a cleaner is costly to make, and kept."""
    lowered = markup.lower()
    relative = len(_RELATIVE_LINK.findall(lowered))
    if not relative:
        return ""
    if relative > len(_ROOTED_LINK.findall(lowered)):
        return base
    try:
        parts = urlsplit(base)
    except ValueError:
        return base
    return f"{parts.scheme}://{parts.netloc}/"


@lru_cache(maxsize=64)
def _cleaner(base: str) -> nh3.Cleaner:
    """A cleaner for links against `base`; without one, or with one that is no URL, relative links go."""
    try:
        return _cleaner_for(("rewrite_with_base", base)) if base else _cleaner_for("deny")
    except ValueError:
        return _cleaner_for("deny")


def _cleaner_for(relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(BLOCKS | _INLINE),
        clean_content_tags=set(_SWALLOWED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow noreferrer",
        url_relative=relative,
    )
