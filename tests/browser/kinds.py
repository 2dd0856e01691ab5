"""One address for every kind of page that the site has."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.browser.canary import WORD
from tests.browser.newsroom import HOSTILE, PERSIAN, Newsroom

KINDS = (
    "front",
    "country",
    "story",
    "story told by many",
    "hostile story",
    "source",
    "hostile source",
    "sources",
    "feeds",
    "feed",
    "hostile feed",
    "feed on request",
    "archive",
    "day",
    "week",
    "search",
    "search with results",
    "search without results",
    "hostile search",
    "refused search",
    "letters",
    "letter",
    "about",
    "not found",
    "refused",
    "leave",
    "api",
)
ATTACK = (
    "%22%3E%3Cscript%3Ewindow.__ran=1%3C/script%3E%3Cimg+src=x+onerror=window.__ran=1%3E%7B%7B7*191%7D%7D"
)


def addresses_of(site: Newsroom) -> Mapping[str, str]:
    """Path below the root by kind, in the interface language English."""
    stories = site.stories()
    many = max(stories, key=lambda story: story["entry_count"])
    assert many["entry_count"] > 1
    persian = next(story for story in stories if story["headline"]["source"]["id"] == PERSIAN)
    hostile = next(story for story in stories if story["headline"]["source"]["id"] == HOSTILE)
    return {
        "front": "en/",
        "country": "en/country/tm.html",
        "story": f"en/story/{persian['id']}",
        "story told by many": f"en/story/{many['id']}",
        "hostile story": f"en/story/{hostile['id']}",
        "source": f"en/source/{PERSIAN}",
        "hostile source": f"en/source/{HOSTILE}",
        "sources": "en/sources.html",
        "feeds": "en/feeds.html",
        "feed": "feeds/all.atom",
        "hostile feed": "feeds/odd.atom",
        "feed on request": "feeds/kz+tm.atom",
        "archive": "en/archive",
        "day": _link(site, "en/archive", r"en/day/[\d-]+"),
        "week": _link(site, "en/archive", r"en/week/[\dW-]+"),
        "search": "en/search",
        "search with results": f"en/search?q={WORD}",
        "search without results": "en/search?q=unheardof",
        "hostile search": f"en/search?q={ATTACK}&topic={ATTACK}",
        "refused search": f"en/search?q={ATTACK}&since={ATTACK}&country={ATTACK}",
        "letters": "en/letters",
        "letter": _link(site, "en/letters", r"en/letters/[\w-]+/[\w-]+/[\w-]+"),
        "about": "en/about.html",
        "not found": f"en/nowhere/{ATTACK}",
        "refused": "feeds/kz+kg+uz+tj+tm+af+ir.atom",
        "leave": "u/token",
        "api": "api/",
    }


def _link(site: Newsroom, path: str, pattern: str) -> str:
    found = re.search(rf'href="/({pattern})"', site.fetch(path)[1].decode())
    assert found is not None, f"{path} links no {pattern}"
    return found[1]
