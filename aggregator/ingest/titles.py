"""Titles without the name of the site that many feeds put behind them."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

FEWEST_TITLES = 5
"""Different titles that a body must hold before what they share says anything."""
MOST = 0.6
"""Share of a body's titles that must have an ending in common for it to be the site's, not the articles'."""
LONGEST_ENDING = 60
"""Characters behind the separator: more is no name."""

_ENDING = re.compile(rf"\S(\s+(?:[-–—|·•»]|::)\s+\S.{{0,{LONGEST_ENDING - 1}}})$")
_PLACEHOLDERS = {
    "<publisher>": rf"[^-–—|]{{1,{LONGEST_ENDING}}}",
    "<url>": r"(?:https?://|www\.)\S+",
}
_PLACEHOLDER = re.compile(r"(<publisher>|<url>)", re.IGNORECASE)


def shared_ending(titles: Iterable[str]) -> str:
    """What most titles of one body, as published, have in common behind their last separator; else empty.

    `Pass closed | Steppe News` and `Rain in spring | Steppe News` give ` | Steppe News`.
    """
    different = {_plain(title) for title in titles}
    if len(different) < FEWEST_TITLES:
        return ""
    endings = Counter(match[1] for title in different if (match := _last_ending(title)))
    if not endings:
        return ""
    ending, count = endings.most_common(1)[0]
    return ending if count >= MOST * len(different) else ""


def without_endings(title: str, endings: Sequence[str]) -> str:
    """A plain title without the first of `endings` that it has; never empty because of one.

    `<Publisher>` in an ending stands for any name, `<URL>` for any address.
    """
    for ending in filter(None, endings):
        shortened = _pattern(ending).sub("", title).rstrip()
        if shortened and shortened != title:
            return shortened
    return title


def _plain(title: str) -> str:
    return " ".join(html.unescape(title).split())


def _last_ending(title: str) -> re.Match[str] | None:
    """Behind the last separator: names of sites seldom hold one."""
    start = max(0, len(title) - LONGEST_ENDING - 10)
    found = None
    while match := _ENDING.search(title, start):
        found, start = match, match.start(1) + 1
    return found


@lru_cache(maxsize=1000)
def _pattern(ending: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(ending)
    written = "".join(_PLACEHOLDERS.get(part.lower()) or re.escape(part) for part in parts)
    return re.compile(rf"{written}$", re.IGNORECASE)
