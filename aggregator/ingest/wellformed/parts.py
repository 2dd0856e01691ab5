"""What both kinds of plain feed are made of, and where doubt begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from aggregator.ingest.tolerant import MOST_CATEGORIES
from aggregator.model import PublishedEntry

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ABOUT_THE_FEED = (
    ATOM.lower(),
    "{http://www.itunes.com/dtds/podcast-1.0.dtd}",
    "{http://rssnamespace.org/feedburner/ext/1.0}",
    "{http://www.google.com/schemas/play-podcasts/1.0}",
)
"""What these say of a whole feed is nothing that we keep."""
_MENDED_ADDRESS = re.compile(r"&amp;|[\s\\\[\]]|[?#](?:#|$)")
_LATIN_1 = re.compile("[\0-\xff]*")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


class DoubtError(Exception):
    """This feed is for feedparser."""


@dataclass(slots=True)
class WellFormed:
    """What was read; the same as feedparser would give."""

    title: str = ""
    language: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    """Text of `ttl`, `sy_updateperiod` and `sy_updatefrequency`."""
    entries: list[PublishedEntry] = field(default_factory=list)


def sure(condition: object) -> None:
    """Give up unless this holds."""
    if not condition:
        raise DoubtError


def text_of(element: etree._Element, *attributes: str) -> str:
    """An element's text; it must have no children, and no attributes but these."""
    sure(not len(element) and set(element.attrib) <= set(attributes))
    text = (element.text or "").strip()
    sure(not _seems_encoded_twice(text))
    return text


def _seems_encoded_twice(text: str) -> bool:
    """Whether feedparser takes it for UTF-8 that was read as Latin-1, which it mends."""
    if text.isascii() or not _LATIN_1.fullmatch(text):
        return False
    try:
        text.encode("latin-1").decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass(slots=True)
class Fields:
    """An entry's fields as they are found."""

    found: dict[str, str] = field(default_factory=dict)
    categories: list[tuple[str, str | None]] = field(default_factory=list)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    content_as_it_stands: str = ""
    """What feedparser takes for the summary where there is none."""

    def put(self, name: str, value: str) -> None:
        """A field stands once."""
        sure(name not in self.found)
        self.found[name] = value

    def entry(self, language: str) -> PublishedEntry:
        """The entry; a picture is taken from media contents, then thumbnails, then enclosures."""
        sure(len(self.categories) <= MOST_CATEGORIES)
        pictures = [
            url for kind in ("content", "thumbnail", "enclosure") for url in self.pictures.get(kind, ())
        ]
        return PublishedEntry(
            **self.found,
            language=language,
            categories=tuple(term for term, _ in dict.fromkeys(self.categories) if term),
            image=next(filter(None, pictures), ""),
        )


def picture(fields: Fields, kind: str, url: str, media: str) -> None:
    """Note an address if it is a picture's, by its media type or, where it has none, by its ending."""
    sure(url == url.strip() and media == media.strip())
    if media.startswith("image") or (not media and url.partition("?")[0].lower().endswith(_PICTURES)):
        fields.pictures.setdefault(kind, []).append(web_address(url))


def web_address(url: str) -> str:
    """feedparser mends and filters addresses; these it leaves alone."""
    sure(url.startswith(("http://", "https://")) and not _MENDED_ADDRESS.search(url))
    return url


Take = Callable[[etree._Element, Fields], None]
"""Puts one element of an entry into its fields."""
