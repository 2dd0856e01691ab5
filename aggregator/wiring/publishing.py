"""Publishing: feeds and pages into the public folder."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.model import Selection
from aggregator.pipeline import PublishPorts
from aggregator.publish.disk import PublicFolder
from aggregator.publish.feeds import Feeds
from aggregator.publish.pages import Pages
from aggregator.publish.selections import EVERYTHING
from aggregator.wiring import voices
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates


def publishing(config: Config, opened: Stores) -> PublishPorts:
    """The ports of `pipeline.publish`."""
    site = config.publisher()
    everything = Selection(EVERYTHING, site.title, site.description)
    selections = (everything, *config.selections())
    environment = templates(config, "site").environment
    return PublishPorts(
        selections=selections,
        stories=opened.stories,
        sources=opened.sources,
        disk=PublicFolder(config.storage.public),
        render_feeds=Feeds(environment, site).render,
        render_pages=Pages(environment, site, selections).render,
        countries=site.countries,
        voices=voices.of(config),
    )
