"""Short fields and lines as plain text: no markup, no entities, no invisible characters."""

from __future__ import annotations

import html
import re

LONGEST_TITLE = 500

_TAG = re.compile(r"<!--[^<>]*-->|<!doctype\b[^<>]*>|</?[A-Za-z][^<>]*>", re.IGNORECASE)
_NO_TEXT = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAKING_TAG = re.compile(r"<(?:br|/?(?:p|div|li|h[1-6]|tr|td))\b[^<>]*>", re.IGNORECASE)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"
)
"""Controls and overrides of the writing direction; the joiners that Persian needs are not among them, nor
what counts as white space."""


def title(markup: str) -> str:
    """A title as plain text on one line, at most LONGEST_TITLE characters.

    Entities are resolved twice, because many sites escape what they put into CDATA; never more often, so that
    a title about markup stays readable.
    """
    return plain(markup)[:LONGEST_TITLE].rstrip()


def plain(markup: str) -> str:
    """A short field as plain text: tags removed, entities resolved (twice at most), whitespace folded."""
    text = markup
    if "<" in text or "&" in text:
        for _ in range(2):
            text = html.unescape(_without_tags(text))
        text = _without_tags(text)
    return folded(text)


def folded(text: str) -> str:
    """Text on one line, single blanks between its words."""
    return " ".join(without_invisible(text).split())


def without_invisible(text: str) -> str:
    """Text without controls that are no white space, and without overrides of the writing direction."""
    return text if text.isprintable() else _INVISIBLE.sub("", text)


def _without_tags(text: str) -> str:
    return _TAG.sub("", _BREAKING_TAG.sub(" ", _NO_TEXT.sub("", text))) if "<" in text else text
