"""Publishing: feeds and pages into the public folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aggregator import __version__
from aggregator.config.schema import Config
from aggregator.model import Selection, Site
from aggregator.pipeline import PublishPorts
from aggregator.printing import PrintPorts
from aggregator.publish import automatic
from aggregator.publish.disk import PublicFolder
from aggregator.publish.feeds import Feeds
from aggregator.publish.pages import Pages
from aggregator.publish.selections import EVERYTHING
from aggregator.templating import Templates
from aggregator.wiring import voices
from aggregator.wiring.site import publisher
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates


@dataclass(frozen=True, slots=True)
class Publication:
    """What renders a site: the same for what stands as files and for what is answered on request."""

    site: Site
    selections: tuple[Selection, ...]
    """All that have feeds as files, in the order of the directory."""
    templates: Templates
    feeds: Feeds
    pages: Pages

    @property
    def edition(self) -> str:
        """Changes with the configuration of what is published, the templates and the program."""
        told = repr((__version__, self.templates.version(), self.site, self.selections))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def publication(config: Config) -> Publication:
    """What renders the configured site."""
    site = publisher(config)
    found = templates(config, "site")
    selections = (
        Selection(EVERYTHING, site.title, site.description),
        automatic.top(site, found.environment),
        *config.selections(),
        *automatic.selections(site, config.region.languages, found.environment),
    )
    pages = Pages(found.environment, site, selections)
    return Publication(site, selections, found, Feeds(found.environment, site), pages)


def publishing(config: Config, opened: Stores) -> PublishPorts:
    """The ports of `pipeline.publish`."""
    published = publication(config)
    return PublishPorts(
        selections=published.selections,
        stories=opened.stories,
        disk=PublicFolder(config.storage.public),
        announcements=opened.pings,
        printing=printing(config, opened, published),
        edition=published.edition,
    )


def printing(config: Config, opened: Stores, published: Publication) -> PrintPorts:
    """The ports of `printing`."""
    return PrintPorts(
        stories=opened.stories,
        sources=opened.sources,
        feeds=published.feeds,
        render_pages=published.pages.render,
        countries=published.site.countries,
        voices=voices.of(config),
    )
