"""Markup of strangers to markup that can be shown anywhere, and to plain text.

Nothing that a feed holds may run, load or track: a strict allow-list of elements, links only, no pictures, no
style.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.ingest import boilerplate, repeats

LONGEST_HTML = 100_000
LONGEST_TEXT = 20_000
LONGEST_TITLE = 500
MOST_TAGS = 5_000
"""A body with more tags than any article has is read as plain text: deep nesting costs quadratic time."""

_BLOCKS = frozenset({
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
_LEAF_BLOCKS = "p, div, li, dd, blockquote, h2, h3, h4, h5, h6, figcaption"
_LINE_MARK = "\x1e"
"""Where a line ends: markup's own line feeds mean no more than blanks."""
_LINE_BREAKERS = ", ".join(sorted(_BLOCKS | {"td", "th"}))

_TAG = re.compile(r"<!--[^<>]*-->|<!doctype\b[^<>]*>|</?[A-Za-z][^<>]*>", re.IGNORECASE)
_NO_TEXT = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKING_TAG = re.compile(r"<(?:br|/?(?:p|div|li|h[1-6]|tr|td))\b[^<>]*>", re.IGNORECASE)
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u2069\ufeff\u00ad]"
)
"""Controls and overrides of the writing direction; the joiners that Persian needs are not among them."""


@dataclass(frozen=True, slots=True)
class CleanBody:
    """A body in both forms that we show."""

    html: str
    text: str
    paywalled: bool = False
    """It said that the rest is for subscribers; it ends there."""


def body(markup: str, base: str) -> CleanBody:
    """Sanitise a body and tell its text: one line per block, without boilerplate.

    It ends at a paywall's line and at the heading of readers' comments.

    Links become absolute against `base` (http, https and mailto survive) and carry
    `rel="noopener nofollow noreferrer"`. At most LONGEST_HTML and LONGEST_TEXT characters.
    """
    markup = boilerplate.without_shortcodes(markup)[:LONGEST_HTML]
    if markup.count("<") > MOST_TAGS:
        markup = html.escape(plain(markup), quote=False)
    tree = LexborHTMLParser(_sanitised(markup, base))
    root = tree.body
    assert root is not None  # the parser makes one for any text
    return _both_forms(root, paywalled=_drop_boilerplate(root))


def without_repeats(cleaned: CleanBody, repeated: Collection[repeats.Hash]) -> CleanBody:
    """A clean body without the sentences that its source repeats."""
    if not repeats.holds(cleaned.text, repeated):
        return cleaned
    tree = LexborHTMLParser(cleaned.html or _as_paragraphs(cleaned.text))
    root = tree.body
    assert root is not None  # the parser makes one for any text
    for block in _leaves(root):
        _keep(block, repeats.without(_line_of(block), repeated), root)
    return _both_forms(root, paywalled=cleaned.paywalled)


def _both_forms(root: LexborNode, *, paywalled: bool) -> CleanBody:
    shown = (root.inner_html or "").strip()
    text = _text_of(root)[:LONGEST_TEXT].rstrip()
    return CleanBody(shown if len(shown) <= LONGEST_HTML else "", text, paywalled)


def _as_paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n"))


def title(markup: str) -> str:
    """A title as plain text on one line, at most LONGEST_TITLE characters.

    Entities are resolved twice, because many sites escape what they put into CDATA; never more often, so that
    a title about markup stays readable.
    """
    return plain(markup)[:LONGEST_TITLE].rstrip()


def plain(markup: str) -> str:
    """A short field as plain text: tags removed, entities resolved (twice at most), whitespace folded."""
    text = markup
    for _ in range(2):
        text = html.unescape(_without_tags(text))
    return _folded(_without_tags(text))


def _without_tags(text: str) -> str:
    return _TAG.sub("", _BREAKING_TAG.sub(" ", _NO_TEXT.sub("", text))) if "<" in text else text


def _sanitised(markup: str, base: str) -> str:
    """Markup by the allow-list; shortened until it fits when links make it longer than it came."""
    clean = _cleaner(base).clean
    result = clean(markup)
    while len(result) > LONGEST_HTML:
        markup = markup[: len(markup) // 2]
        result = clean(markup)
    return result


def _cleaner(base: str) -> nh3.Cleaner:
    try:
        return _cleaner_for(("rewrite_with_base", base))
    except ValueError:
        # A base that the URL standard does not take: links that need it are dropped.
        return _cleaner_for("deny")


def _cleaner_for(relative: Literal["deny"] | tuple[Literal["rewrite_with_base"], str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_BLOCKS | _INLINE),
        clean_content_tags=set(_SWALLOWED),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow noreferrer",
        url_relative=relative,
    )


def _drop_boilerplate(root: LexborNode) -> bool:
    """Take out what is not the article, block by block; whether a paywall was met.

    A paywall's line and the heading of readers' comments end the article, once it has begun.
    """
    begun = ended = paywalled = pointing = False
    for block in _leaves(root):
        text = _line_of(block)
        if not text:
            continue
        teaser = boilerplate.before_paywall(text)
        paywalled = paywalled or teaser is not None
        ended = ended or (begun and boilerplate.opens_comments(text))
        if ended or (pointing and _is_link(block, text)):
            kept = ""
        else:
            pointing = boilerplate.points_elsewhere(text)
            kept = boilerplate.strip(text) if teaser is None else teaser
        begun = begun or bool(kept)
        ended = ended or (begun and teaser is not None)
        _keep(block, kept, root)
    return paywalled


def _leaves(root: LexborNode) -> list[LexborNode]:
    """The innermost blocks that hold text, in order; the whole when there are none."""
    leaves = [block for block in root.css(_LEAF_BLOCKS) if not _holds_blocks(block)]
    return leaves or [root]


def _holds_blocks(block: LexborNode) -> bool:
    return (
        any(child.tag in _BLOCKS and child.tag != "br" for child in block.iter())
        or len(
            block.css(_LEAF_BLOCKS)  # itself among them
        )
        > 1
    )


def _line_of(block: LexborNode) -> str:
    """A block's text on one line: where markup breaks it stands a blank."""
    return _folded(block.text(separator=" ") if block.css_first("br") else block.text())


def _is_link(block: LexborNode, text: str) -> bool:
    """Whether a block is nothing but one link."""
    link = block.css_first("a")
    return link is not None and _folded(link.text()) == text


def _keep(block: LexborNode, kept: str, root: LexborNode) -> None:
    """Leave `kept` of a block's text; a block without any goes."""
    if kept == _line_of(block):
        return
    if kept or block is root:
        block.inner_html = html.escape(kept, quote=False)
    else:
        block.decompose()


def _text_of(root: LexborNode) -> str:
    """The text with a line for each block; leaves marks of our own in the tree."""
    for block in root.css(_LINE_BREAKERS):
        block.insert_before(_LINE_MARK)
        block.insert_after(_LINE_MARK)
    lines = map(_folded, root.text().split(_LINE_MARK))
    return "\n".join(line for line in lines if line)


def _folded(text: str) -> str:
    return " ".join(_CONTROL.sub(lambda match: " " if match[0].isspace() else "", text).split())
