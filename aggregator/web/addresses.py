"""What an address below the site's root means. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

LONGEST_PATH = 1_000
"""Characters. The longest that means anything is a feed of six codes, or a topic."""
LONGEST_QUERY = 2_000
"""Bytes."""
MOST_FIELDS = 20
_PAGES = re.compile(r"(?:country/[^/]+|sources|feeds|about)(?:\.html)?")
"""Pages that stand once in each language: without one, they lead to the reader's."""
_ON_REQUEST = re.compile(r"(?:archive|search|letters)(?:/.+)?|(?:story|source|day|week|feed)/.+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_FEED = re.compile(r"feeds/(?P<name>.+)\.(?P<format>atom|rss|json)")
_ARCHIVED = re.compile(r"(?!(?:source|topic)/)[^/]+/[1-9][0-9]*")
"""An archive document of a feed, below the feed's name (RFC 5005, section 4)."""


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """One format of a feed, or of a document of its archive."""

    name: str
    """`kz`, `kz+tj-in-en`, `source/ak-zhol`: what its three formats have in common."""
    document: str
    """What follows the name: `.atom`, or `/3.atom` in its archive."""

    @property
    def is_archived(self) -> bool:
        """Whether it is a document of the archive, which never changes and has no view for people."""
        return self.document.startswith("/")


def below_root(path: str) -> str:
    """A request's path as the rest of this module takes it."""
    return path.removeprefix("/")


def is_root(path: str) -> bool:
    """Whether it is the site's front door, which leads to the front page in the reader's language."""
    return path in ("", "/")


def language_of(path: str, languages: Collection[str]) -> str | None:
    """The language that a page's path begins with."""
    first = below_root(path).partition("/")[0]
    return first if first in languages else None


def feed(path: str) -> FeedAddress | None:
    """The feed that a path names, if it is one's."""
    found = _FEED.fullmatch(below_root(path))
    if found is None:
        return None
    name, document = found["name"], f".{found['format']}"
    if _ARCHIVED.fullmatch(name):
        name, _, number = name.partition("/")
        document = f"/{number}{document}"
    return FeedAddress(name, document)


def feed_page(path: str, languages: Collection[str]) -> str | None:
    """The name of the feed of which a path is the view for people: `en/feed/kz` is that of `kz`."""
    language, _, rest = below_root(path).partition("/")
    return rest.removeprefix("feed/") if language in languages and rest.startswith("feed/") else None


def is_of_feed(path: str, languages: Collection[str]) -> bool:
    """Whether a path asks for a feed, or its view for people, however it goes on."""
    return below_root(path).startswith("feeds/") or feed_page(path, languages) is not None


def stands_in_each_language(path: str) -> bool:
    """Whether it is the path of a page, with the language left out."""
    below = below_root(path)
    return _PAGES.fullmatch(below) is not None or _ON_REQUEST.fullmatch(below) is not None


def letter(path: str, languages: Collection[str]) -> str | None:
    """What follows the language in a letter's address, where there are no pages in that language."""
    language, _, rest = below_root(path).partition("/")
    is_foreign = language not in languages and _LANGUAGE.fullmatch(language) is not None
    return f"/{rest}" if is_foreign and rest.startswith("letters/") else None


def is_answered_on_request(path: str, languages: Collection[str]) -> bool:
    """Whether somebody may know an answer where there is no file."""
    language, _, rest = below_root(path).partition("/")
    return feed(path) is not None or (language in languages and _ON_REQUEST.fullmatch(rest) is not None)


def fields(query: bytes) -> dict[str, str] | None:
    """The fields of a query; several values of one are joined by commas. None for more than we read."""
    if len(query) > LONGEST_QUERY:
        return None
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    read: dict[str, str] = {}
    for name, value in pairs:
        read[name] = f"{read[name]},{value}" if name in read else value
    return read


def written(path: str, query: bytes = b"") -> str:
    """A path with its query as it stands in a `Location`: ASCII, and nothing that could end the line."""
    address = quote(path, safe="/+:@!$&'()*,;=~-._")
    return f"{address}?{quote(query, safe=_IN_QUERY)}" if query else address


_IN_QUERY = "%/?:@!$&'()*+,;=~-._"
