"""What `config.yaml` may say: the typed schema, and how it becomes the values the pipeline works with.

A key stands here only when something obeys it. Defaults that belong to a value of `aggregator.model` are
taken from there, never repeated. `python -m aggregator.config.schema` prints the JSON Schema for editors.
"""

# No `from __future__ import annotations`: pydantic would compile each annotation by itself at every start.

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from aggregator import __version__, model
from aggregator.config.hubs import Hubs
from aggregator.config.mail_settings import (
    BounceSettings,
    DkimSettings,
    NewsletterSettings,
    SmtpSettings,
    SubscribeSettings,
)
from aggregator.config.settings import DAY, HOUR, MINUTE, Settings, default_of, described_schema
from aggregator.config.source_settings import SourceDefaults, SourceSettings
from aggregator.config.values import (
    BaseUrl,
    Countries,
    CountriesAndGroups,
    DatabaseUrl,
    Domain,
    Duration,
    Folder,
    GroupName,
    Language,
    Languages,
    MailAddress,
    Network,
    PathBesideConfig,
    Slug,
    Slugs,
    Text,
    TimeZone,
    between,
)
from aggregator.config.word_files import WordFiles


class SiteSettings(Settings):
    """Who publishes."""

    title: Text
    description: str = ""
    base_url: BaseUrl
    """Public address of the site: the origin of every link we publish or mail."""
    language: Language = "en"
    """Interface language of pages, where a reader wishes none of `languages`."""
    languages: Languages = ()
    """Interface languages that pages are offered in; by default all that have wordings."""
    contact: MailAddress
    """Where readers and the owners of sources can write."""
    imprint: Annotated[str, Field(max_length=1000)] = ""
    """Who publishes by law: name and postal address, as some countries demand it under every letter."""
    time_zone: TimeZone = "UTC"
    """IANA zone of the dates shown on pages."""
    id_domain: Domain | None = None
    """Domain inside the permanent ids of stories; by default the host of `base_url`.

    Set it to the old host when `base_url` moves."""


class RegionSettings(Settings):
    """What the news is about."""

    name: Text
    countries: Annotated[Countries, Field(min_length=1)]
    """ISO 3166-1 alpha-2 codes, in the order in which countries are shown."""
    languages: Languages = ()
    """ISO 639-1 codes of the languages in which the sources write."""
    gazetteer: WordFiles = ()
    """Your own words for countries: files like KZ.toml, or folders of such. They add to the words that come
    with the program, and can take some of those away."""
    groups: dict[GroupName, Countries] = Field(
        default_factory=lambda: dict(default_of(model.Region, "groups")), max_length=20
    )
    """Groups of countries; by default CA, the five of Central Asia. An entry about three countries of a group
    gets its tag, such as region:CA, which feeds can ask for."""


class StorageSettings(Settings):
    """Where things are kept. Relative paths count from the folder of this file."""

    database: DatabaseUrl = "sqlite:///data/aggregator.db"
    data: PathBesideConfig = Path("data")
    """Folder of everything the program must remember besides the database."""
    public: PathBesideConfig = Path("public")
    """Folder into which feeds and pages are written; any web server can serve it."""


class WebSettings(Settings):
    """The built-in web server."""

    host: Text = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0 takes any free port."""
    trusted_proxies: tuple[Network, ...] = ()
    """Web servers before this one, such as 127.0.0.1/32: their X-Forwarded-For and Forwarded are believed."""
    requests_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 60
    """Answers of one client a minute that have to be rendered: searches, stories, odd feeds, the API."""

    @property
    def url(self) -> str:
        """Where it answers on this machine: `http://127.0.0.1:8080`, without a trailing slash."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


class PollingSettings(Settings):
    """How sources are asked."""

    user_agent: Text | None = None
    """What we call ourselves; by default the program's name and version with the site's address."""
    concurrency: Annotated[int, Field(ge=1, le=200)] = 20
    """Requests under way at once."""
    max_bytes: Annotated[int, Field(ge=100_000, le=100_000_000)] = 10_000_000
    """Largest body read, decompressed."""
    host_gap: Annotated[Duration, between(0 * MINUTE, MINUTE)] = timedelta(seconds=1)
    """Pause between two requests to one registrable domain."""
    allow_networks: tuple[Network, ...] = ()
    """Private networks that feeds may lead to all the same, such as 10.1.0.0/16; normally none."""
    first_window: Annotated[Duration, between(HOUR, 365 * DAY)] = timedelta(hours=72)
    """On a source's first poll, older entries are stored but not told as new."""
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    """Processes that read feeds."""


class ImageSettings(Settings):
    """Pictures of stories: copied from their sources, encoded anew, and published from here."""

    enabled: bool = True
    """False shows none and asks for none, whatever a source's `images` says."""
    retention: Annotated[Duration, between(DAY, 3650 * DAY)] = timedelta(days=90)
    """How long after it was told a story keeps its picture."""
    max_bytes: Annotated[int, Field(ge=100_000, le=50_000_000)] = 15_000_000
    """Largest picture that is read."""


class PublishSettings(Settings):
    """How our feeds reach their subscribers."""

    hubs: Hubs = default_of(model.Site, "hubs")
    """WebSub hubs that push our feeds to subscribers, such as https://pubsubhubbub.appspot.com/. Each feed
    names them, and they are told of every change. They must be able to read `site.base_url`."""
    moved: Annotated[dict[Slug, Text], Field(max_length=1000)] = Field(default_factory=dict)
    """Where addresses of feeds lead that are there no more, such as `kazakhstan: kz`; without a line here
    they answer that the feed is gone. A feed of your own that only got another id says so itself: `was`."""


class FeedSettings(Settings):
    """A feed we publish. An empty criterion admits all."""

    id: Slug
    title: Text
    description: str = default_of(model.Selection, "description")
    countries: CountriesAndGroups = default_of(model.Selection, "countries")
    """Country codes, and groups of `region.groups` such as region:CA."""
    languages: Languages = default_of(model.Selection, "languages")
    sources: tuple[Slug, ...] = default_of(model.Selection, "sources")
    """Ids of sources."""
    limit: Annotated[int, Field(ge=1, le=1000)] = default_of(model.Selection, "limit")
    """Stories it holds."""
    was: Slugs = default_of(model.Selection, "was")
    """Ids that it had before: its history moves to the new one, and their addresses lead to it."""


class Config(Settings):
    """The whole of `config.yaml`."""

    site: SiteSettings
    region: RegionSettings
    storage: StorageSettings = Field(default_factory=dict, validate_default=True)
    """Made from an empty section, not a ready one: its default paths count from this file's folder too."""
    web: WebSettings = WebSettings()
    polling: PollingSettings = PollingSettings()
    images: ImageSettings = ImageSettings()
    publish: PublishSettings = PublishSettings()
    defaults: SourceDefaults = SourceDefaults()
    sources: tuple[SourceSettings, ...] = ()
    feeds: tuple[FeedSettings, ...] = ()
    newsletters: tuple[NewsletterSettings, ...] = ()
    smtp: SmtpSettings | None = None
    """Without it mail is caught locally instead of sent."""
    dkim: DkimSettings | None = None
    """Without it letters are signed by the mail server, or not at all."""
    subscribe: SubscribeSettings = SubscribeSettings()
    bounces: BounceSettings | None = None
    """Without it envelope senders are the newsletters' own addresses, and nobody reads what comes back."""
    templates: Folder | None = None
    """Folder with your own templates; each overrides the shipped one of the same name."""

    @property
    def user_agent(self) -> str:
        """How we present ourselves: `Name/version (+address)`, the form that picky feed hosts let pass."""
        return self.polling.user_agent or f"RegionalNews/{__version__} (+{self.site.base_url})"

    def sources_enabled(self) -> tuple[model.Source, ...]:
        """The sources to poll, with `defaults` laid under each."""
        return tuple(self._sources[said.id] for said in self.sources if said.enabled)

    @cached_property
    def _sources(self) -> Mapping[str, model.Source]:
        """All of them by id, made once: each step of the pipeline asks for them."""
        return {said.id: self._source(said) for said in self.sources}

    def _source(self, said: SourceSettings) -> model.Source:
        source = said.over(self.defaults)
        return source if self.images.enabled else replace(source, images="none")

    def selections(self) -> tuple[model.Selection, ...]:
        """The feeds to publish besides the one that holds everything."""
        return tuple(model.Selection(**dict(feed)) for feed in self.feeds)

    def newsletters_offered(self) -> tuple[model.Newsletter, ...]:
        """The newsletters, with the site's zone and the region's countries where they name none."""
        silent = {"time_zone": self.site.time_zone, "countries": self.region.countries}
        return tuple(
            model.Newsletter(
                **{
                    **silent,
                    **_given(letter),
                    "send_window": letter.send_window and letter.send_window.window(),
                }
            )
            for letter in self.newsletters
        )

    def judged_region(self) -> model.Region:
        """What entries are judged by."""
        said = self.region
        return model.Region(said.languages, said.gazetteer, tuple(said.groups.items()))

    def publisher(self) -> model.Site:
        """The publisher. It knows disabled sources too: their stories stay."""
        said: Mapping[str, Any] = {**dict(self.site), "countries": self.region.countries}
        domain = self.site.id_domain or urlsplit(self.site.base_url).hostname or ""
        return model.Site(
            **{**said, "sources": self._sources, "id_domain": domain, "hubs": self.publish.hubs}
        )


def _given(settings: Settings) -> dict[str, Any]:
    """The keys that have a value, defaults included."""
    return {name: value for name, value in settings if value is not None}


def json_schema() -> str:
    """JSON Schema of `config.yaml`, as text that ends in a line feed."""
    return json.dumps(described_schema(Config), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema())
