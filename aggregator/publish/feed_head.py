"""What stands at the head of a feed's document: whose it is, where it stands, what it hangs together with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Suffix = Literal["atom", "rss", "json"]
MEDIA_TYPES: dict[Suffix, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
"""By the last part of a feed's path."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one document of a feed, whatever its format."""

    uri: str
    """Permanent id of the feed, of its archive documents too."""
    title: str
    description: str
    language: str
    page: str
    """Absolute address of the page for people."""
    note: str
    """What a feed is, for people who see its source: Chromium shows it as text."""
    place: str
    """Absolute address of the document, without its suffix."""
    updated: datetime
    parameters: str = ""
    """What follows the suffix, from the question mark on."""
    after: str = ""
    """`parameters` of the next page, where there is one (RFC 5005 section 3); empty where there is none."""
    first: str | None = None
    """`parameters` of the first page, where this is a page of several."""
    hubs: tuple[str, ...] = ()
    history: Literal["", "archive", "complete"] = ""
    """What RFC 5005 says of the document: an archive document (section 4), or a complete feed (section 2)."""
    archives: tuple[tuple[str, str], ...] = ()
    """Relation and absolute address of neighbours in the archive, which is Atom."""

    def address(self, suffix: Suffix) -> str:
        """Absolute address of the document in one format."""
        return f"{self.place}.{suffix}{self.parameters}"

    def following(self, suffix: Suffix) -> str:
        """Absolute address of the next page in one format; empty where there is none."""
        return f"{self.place}.{suffix}{self.after}" if self.after else ""

    def links(self, suffix: Suffix) -> list[dict[str, str]]:
        """Every link of the document, its page last."""
        own = MEDIA_TYPES[suffix]
        links = [{"rel": "self", "href": self.address(suffix), "type": own}]
        links += [{"rel": "hub", "href": hub} for hub in self.hubs]
        links += [
            {"rel": relation, "href": address, "type": MEDIA_TYPES["atom"]}
            for relation, address in self.archives
        ]
        if self.first is not None:
            links.append({"rel": "first", "href": f"{self.place}.{suffix}{self.first}", "type": own})
        if self.after:
            links.append({"rel": "next", "href": self.following(suffix), "type": own})
        return [*links, {"rel": "alternate", "href": self.page, "type": "text/html"}]
