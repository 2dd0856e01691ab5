"""Who publishes, as pages and feeds present it."""

from __future__ import annotations

from dataclasses import replace

from aggregator.config.schema import Config
from aggregator.model import Site
from aggregator.wiring.hubs import hubs_told
from aggregator.wiring.template_sets import interface_languages


def publisher(config: Config) -> Site:
    """The publisher, with the hubs that are told: feeds must not name one that never hears of them.

    Its interface languages are those that have wordings.
    """
    return replace(
        config.publisher(),
        hubs=hubs_told(config),
        languages=interface_languages(config),
        takes_readers=bool(config.newsletters),
    )
