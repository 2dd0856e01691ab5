"""What config says of a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where the parts of an entry stand on a page that lists them: CSS selectors, all but the first within
    the entry."""

    entry: str
    """Each match is one entry."""
    title: str | None = None
    """By default the text of the link."""
    link: str | None = None
    """By default the first link of the entry, or the entry itself when it is a link."""
    date: str | None = None
    """Its `datetime` or `content` attribute, or else its text."""
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Which entries of a source are no news: they are stored, never told."""

    titles: tuple[str, ...] = ()
    """Beginnings of titles, compared without regard to case."""
    categories: tuple[str, ...] = ()
    """Whole names, compared without regard to case."""
    paths: tuple[str, ...] = ()
    """Beginnings of the path of the entry's address."""


@dataclass(frozen=True, slots=True)
class Source:
    """A feed we read, as `config.yaml` describes it."""

    id: str
    """Stable slug; entries, health and history hang on it."""
    name: str
    url: str
    homepage: str | None = None
    language: str | None = None
    """Hint for language detection, an ISO 639-1 code."""
    default_country: str | None = None
    """Country (ISO 3166-1 alpha-2) of entries in which none is named: a fallback, never an addition."""
    profile: str = "unknown"
    """What kind of voice it is: state, independent, exile, agency, ngo, think-tank; unknown if not judged."""
    weight: float = 1.0
    """Larger leads a story before smaller."""
    time_zone: str = "UTC"
    """IANA zone of dates that carry none."""
    day_first: bool = True
    """How to read 03.06.2024."""
    interval: timedelta | None = None
    """Time between two polls by the operator's word; None follows the source's own rhythm."""
    timeout: timedelta = timedelta(seconds=30)
    max_entries: int = 2000
    user_agent: str | None = None
    content: Literal["excerpt", "full", "title"] = "excerpt"
    """How much of an entry may be republished."""
    guid_policy: Literal["guid", "link", "title"] = "guid"
    """What makes an entry the same one within this source."""
    strip_title: tuple[str, ...] = ()
    """Ends of titles that name the site; `<Publisher>` stands for any name, `<URL>` for any address."""
    exclude: Exclusions = Exclusions()
    paywall: Literal["none", "metered", "full"] = "metered"
    """Which entries are for subscribers: none, those whose text says so, or all."""
    was: str | None = None
    """The id that this source had before."""
    type: Literal["feed", "sitemap", "html"] = "feed"
    """What stands at `url`."""
    selectors: Selectors | None = None
    """Where the entries stand on the page of a source of type html; None for the other types."""
    images: Literal["copy", "none"] = "copy"
    """Whether its pictures are copied and shown."""
    websub: bool = True
    """Whether its hub, if it announces one, may push its news to us."""
    outlet: str | None = None
    """Who publishes it, where several sources are one outlet's editions; None for its site's domain."""
    backup_interval: timedelta = timedelta(hours=6)
    """Time between two polls while its hub pushes, when its own rhythm is shorter."""
