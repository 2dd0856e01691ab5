"""What `config.yaml` may say of a source, and how it becomes the source that the pipeline works with."""

# No `from __future__ import annotations`: pydantic would compile each annotation by itself at every start.

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from aggregator import model
from aggregator.config.settings import DAY, HOUR, MINUTE, Settings, default_of
from aggregator.config.values import (
    Country,
    Duration,
    Interval,
    Language,
    Selector,
    Slug,
    Text,
    TimeZone,
    Url,
    UrlPath,
    between,
)

Profile = Literal["unknown", "state", "independent", "exile", "agency", "ngo", "think-tank"]


class SourceDefaults(Settings):
    """What a source says of itself unless it says otherwise: scalars override, lists replace."""

    language: Language | None = default_of(model.Source, "language")
    """ISO 639-1 code; a hint, each entry is looked at on its own."""
    default_country: Country | None = default_of(model.Source, "default_country")
    """Country of entries that name none."""
    profile: Profile = default_of(model.Source, "profile")
    """What kind of voice it is; shown to readers."""
    weight: Annotated[float, Field(gt=0, le=10)] = default_of(model.Source, "weight")
    """Larger leads a story before smaller."""
    time_zone: TimeZone = default_of(model.Source, "time_zone")
    """IANA zone of its dates that carry none."""
    day_first: bool = default_of(model.Source, "day_first")
    """Whether 03.06.2024 is the third of June."""
    interval: Annotated[Interval, between(MINUTE, 30 * DAY)] = default_of(model.Source, "interval")
    """Time between two polls: `auto` follows the source's own rhythm, 15m to 24h; a duration is yours.

    What the source itself says (max-age, Retry-After, ttl, skipHours) may make it longer either way."""
    timeout: Annotated[Duration, between(MINUTE / 60, 5 * MINUTE)] = default_of(model.Source, "timeout")
    max_entries: Annotated[int, Field(ge=1, le=5000)] = default_of(model.Source, "max_entries")
    """Entries read of one body, from the top."""
    user_agent: Text | None = default_of(model.Source, "user_agent")
    """Overrides `polling.user_agent` for servers that are picky."""
    content: Literal["excerpt", "full", "title"] = default_of(model.Source, "content")
    """How much of an entry its publisher lets us show."""
    guid_policy: Literal["guid", "link", "title"] = default_of(model.Source, "guid_policy")
    """What makes an entry the same one: its guid; its link or title where guids change by themselves."""
    strip_title: tuple[Annotated[str, Field(min_length=2)], ...] = default_of(model.Source, "strip_title")
    """Ends of titles that name the site, such as " | Steppe News".

    `<Publisher>` stands for any name, `<URL>` for any address. An ending that most titles share is found
    without this."""
    paywall: Literal["none", "metered", "full"] = default_of(model.Source, "paywall")
    """Which entries are marked as for subscribers: none, those whose text says so, or all."""
    images: Literal["copy", "none"] = default_of(model.Source, "images")
    """Whether its pictures are copied, and shown from here."""
    websub: bool = default_of(model.Source, "websub")
    """Whether a hub that it announces may push its news; needs a public https `base_url`."""
    backup_interval: Annotated[Duration, between(HOUR, DAY)] = default_of(model.Source, "backup_interval")
    """Time between two polls while its hub pushes, where `interval: auto` would be shorter."""


class ExclusionSettings(Settings):
    """Entries that are no news: stored, never told. Counts for entries that come after the rule."""

    titles: tuple[Text, ...] = default_of(model.Exclusions, "titles")
    """Beginnings of titles."""
    categories: tuple[Text, ...] = default_of(model.Exclusions, "categories")
    """Whole names of categories."""
    paths: tuple[UrlPath, ...] = default_of(model.Exclusions, "paths")
    """Beginnings of the path of the entry's address, such as /horoscope/."""


class SelectorSettings(Settings):
    """Where the parts of an entry stand on a page: CSS selectors, all but the first within the entry."""

    entry: Selector
    """Each match is one entry."""
    title: Selector | None = default_of(model.Selectors, "title")
    """By default the text of the link."""
    link: Selector | None = default_of(model.Selectors, "link")
    """By default the first link of the entry, or the entry itself when it is a link."""
    date: Selector | None = default_of(model.Selectors, "date")
    """Its `datetime` attribute, or else its text."""
    summary: Selector | None = default_of(model.Selectors, "summary")


class SourceSettings(SourceDefaults):
    """A feed we read."""

    OPERATORS_OWN: ClassVar = frozenset({"enabled", "note", "checked"})
    """Keys that speak to the operator and to `Config` alone."""

    id: Slug
    """Stable name; entries, health and history hang on it."""
    name: Text
    url: Url
    type: Literal["feed", "sitemap", "html"] = default_of(model.Source, "type")
    """What stands at `url`: a feed (RSS, Atom, JSON Feed), a sitemap, or a page that lists articles."""
    selectors: SelectorSettings | None = None
    """Where the entries stand on a page; with `type: html` only."""
    exclude: ExclusionSettings = ExclusionSettings()
    """Newsletter posts, the photo of the day, horoscopes."""
    was: Slug | None = default_of(model.Source, "was")
    """The id that it had before: its entries, health and history move to the new one."""
    homepage: Url | None = default_of(model.Source, "homepage")
    outlet: Slug | None = default_of(model.Source, "outlet")
    """Who publishes it: sources with one outlet are its language editions.

    By default those of one domain; needed only where editions stand on different ones."""
    enabled: bool = True
    """False keeps a source listed without asking it."""
    note: str = ""
    """Why it is as it is, for the next operator."""
    checked: date | None = None
    """The day on which `note` was last known to hold."""

    def over(self, defaults: SourceDefaults) -> model.Source:
        """The source with `defaults` where it is silent."""
        said = {**_said(defaults), **_said(self)}
        if self.selectors:
            said["selectors"] = model.Selectors(**dict(self.selectors))
        said["exclude"] = model.Exclusions(**dict(self.exclude))
        return model.Source(**{name: value for name, value in said.items() if name not in self.OPERATORS_OWN})


def _said(settings: Settings) -> dict[str, Any]:
    """The keys that stand in the file."""
    return {name: getattr(settings, name) for name in settings.model_fields_set}
