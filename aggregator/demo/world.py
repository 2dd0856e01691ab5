"""The outlets of the sample world, as their files tell them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One article of an outlet."""

    slug: str
    title: str
    hours_ago: float
    """Hours before now at which it appeared; negative is in the future."""
    number: int
    """Its number in the outlet's own database."""
    text: str = ""
    """Paragraphs of plain text, separated by empty lines; or else `html`."""
    html: str = ""
    author: str = ""
    categories: tuple[str, ...] = ()
    link: str = ""
    """For a reprint: another outlet's page, as a path below the world's address, query included."""
    date: str = ""
    """A style of `dates.STYLES` for this item alone."""
    image: str = ""
    """What its picture shows, a scene of `landscapes.SKIES`; empty when it has none."""
    paid: bool = False
    """The feed holds its first paragraph only."""

    def moment(self, now: datetime) -> datetime:
        """When it appeared, to the second."""
        return (now - timedelta(hours=self.hours_ago)).replace(microsecond=0)

    @property
    def body(self) -> str:
        """The article as HTML."""
        if self.html:
            return self.html.strip()
        paragraphs = self.text.strip().split("\n\n")
        return "\n".join(f"<p>{' '.join(paragraph.split())}</p>" for paragraph in paragraphs)

    @property
    def opening(self) -> str:
        """The first paragraph as HTML, without its element."""
        return self.body.partition("</p>")[0].removeprefix("<p>")


@dataclass(frozen=True, slots=True)
class Outlet:
    """A news source that does not exist."""

    id: str
    name: str
    shape: str
    """How it publishes: a name of `shapes.SHAPES`, or `dead-host`."""
    language: str
    description: str
    default_country: str | None = None
    profile: str = "unknown"
    time_zone: str = "UTC"
    paywall: str = ""
    items: tuple[Item, ...] = ()
    """The newest first."""

    @property
    def home_path(self) -> str:
        """Path of its home page."""
        return f"/{self.id}/"

    @property
    def feed_path(self) -> str:
        """Path of its feed."""
        return f"/{self.id}/feed.xml"

    def article_path(self, item: Item) -> str:
        """Path of an article's page; a reprint links to the original's."""
        return f"/{item.link}" if item.link else f"/{self.id}/{item.slug}"

    def image_path(self, item: Item) -> str:
        """Path of an article's picture."""
        return f"/{self.id}/images/{item.slug}.jpg"

    def illustrated(self, item: Item) -> str:
        """The article as HTML, with its picture above it."""
        picture = f'<p><img src="{self.image_path(item)}" alt="" width="1200" height="800" /></p>\n'
        return picture + item.body if item.image else item.body


def outlets() -> tuple[Outlet, ...]:
    """All outlets, in the order of their ids."""
    files = resources.files("aggregator.demo") / "world"
    named = {file.name.removesuffix(".toml"): file for file in files.iterdir() if file.name.endswith(".toml")}
    return tuple(_outlet(name, tomllib.loads(named[name].read_text("utf-8"))) for name in sorted(named))


def _outlet(name: str, told: dict[str, Any]) -> Outlet:
    entries = sorted(told.pop("entries", []), key=lambda entry: entry["hours_ago"])
    items = (_item(entry, 4000 + len(entries) - position) for position, entry in enumerate(entries))
    return Outlet(id=name, items=tuple(items), **told)


def _item(told: dict[str, Any], number: int) -> Item:
    return Item(number=number, **{**told, "categories": tuple(told.get("categories", ()))})
