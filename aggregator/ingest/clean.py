"""Bodies of strangers as we keep them: safe markup and plain text, without what is not the article."""

from __future__ import annotations

import html
import re
from collections.abc import Collection
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.ingest import boilerplate, repeats
from aggregator.ingest.plain_text import folded, plain, without_invisible
from aggregator.ingest.sanitise import BLOCKS, sanitise

LONGEST_HTML = 100_000
LONGEST_TEXT = 20_000
MOST_TAGS = 5_000
"""A body with more tags than any article has is read as plain text: deep nesting costs quadratic time."""

_LEAF_BLOCKS = "p, div, li, dd, blockquote, h2, h3, h4, h5, h6, figcaption"
_LINE_BREAKER = re.compile(rf"</?(?:{'|'.join(sorted(BLOCKS | {'td', 'th'}))})(?:\s[^<>]*)?>")
_SAFE_TAG = re.compile(r"<[^<>]*>")
_LINE_MARK = "\x1e"
"""Where a line ends: markup's own line feeds mean no more than blanks."""


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
    safe = _sanitised(markup, base)
    text = text_of(safe)
    if not boilerplate.may_hold(text):
        return _both_forms(safe, text, paywalled=False)
    root = _tree(safe)
    paywalled = _drop_boilerplate(root)
    return _both_forms(root.inner_html or "", paywalled=paywalled)


def without_repeats(cleaned: CleanBody, repeated: Collection[repeats.Hash]) -> CleanBody:
    """A clean body without the sentences that its source repeats."""
    if not repeats.holds(cleaned.text, repeated):
        return cleaned
    root = _tree(cleaned.html or _as_paragraphs(cleaned.text))
    for block in _leaves(root):
        _keep(block, repeats.without(_line_of(block), repeated), root)
    return _both_forms(root.inner_html or "", paywalled=cleaned.paywalled)


def text_of(safe: str) -> str:
    """The text of sanitised markup, a line for each block."""
    text = _LINE_BREAKER.sub(_LINE_MARK, safe)
    if "<" in text:
        text = _SAFE_TAG.sub("", text)
    lines = without_invisible(html.unescape(text)).split(_LINE_MARK)
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _both_forms(shown: str, text: str | None = None, *, paywalled: bool) -> CleanBody:
    text = text_of(shown) if text is None else text
    shown = shown.strip()
    return CleanBody(shown if len(shown) <= LONGEST_HTML else "", text[:LONGEST_TEXT].rstrip(), paywalled)


def _as_paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.split("\n"))


def _sanitised(markup: str, base: str) -> str:
    """Markup by the allow-list; shortened until it fits when links make it longer than it came."""
    result = sanitise(markup, base)
    while len(result) > LONGEST_HTML:
        markup = markup[: len(markup) // 2]
        result = sanitise(markup, base)
    return result


def _tree(safe: str) -> LexborNode:
    root = LexborHTMLParser(safe).body
    assert root is not None  # the parser makes one for any text
    return root


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
        any(child.tag in BLOCKS and child.tag != "br" for child in block.iter())
        or len(
            block.css(_LEAF_BLOCKS)  # itself among them
        )
        > 1
    )


def _line_of(block: LexborNode) -> str:
    """A block's text on one line: where markup breaks it stands a blank."""
    return folded(block.text(separator=" ") if block.css_first("br") else block.text())


def _is_link(block: LexborNode, text: str) -> bool:
    """Whether a block is nothing but one link."""
    link = block.css_first("a")
    return link is not None and folded(link.text()) == text


def _keep(block: LexborNode, kept: str, root: LexborNode) -> None:
    """Leave `kept` of a block's text; a block without any goes."""
    if kept == _line_of(block):
        return
    if kept or block is root:
        block.inner_html = html.escape(kept, quote=False)
    else:
        block.decompose()
