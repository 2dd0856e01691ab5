"""The picture of an entry that names none: the first real one in its text."""

from __future__ import annotations

import html
import re

_LOOK_AT = 50_000
"""Characters of markup: the picture that stands for an article stands near its beginning."""
_IMAGE = re.compile(r"<img\b([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ADDRESSES = ("data-src", "data-lazy-src", "data-original", "src")
"""Where pages that load pictures late put the address; their `src` is a placeholder."""
_SMALLEST = 50
"""Pixels: what is smaller counts readers, or is an emoji or an icon."""
_NO_PICTURE = re.compile(r"\.svg(?:$|\?)|/(?:emoji|smilies|pixel|spacer|blank)\b", re.IGNORECASE)


def first(markup: str) -> str:
    """Address of the first picture in `markup`, as written there; empty when there is none."""
    for match in _IMAGE.finditer(markup[:_LOOK_AT]):
        given = {
            name.lower(): html.unescape(quoted or single or bare)
            for name, quoted, single, bare in _ATTRIBUTE.findall(match[1])
        }
        if any(_pixels(given.get(side, "")) < _SMALLEST for side in ("width", "height")):
            continue
        for name in _ADDRESSES:
            address = given.get(name, "").strip()
            if address and not address.startswith(("data:", "blob:")) and not _NO_PICTURE.search(address):
                return address
    return ""


def _pixels(written: str) -> int:
    digits = written.removesuffix("px")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else _SMALLEST
