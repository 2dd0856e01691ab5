"""Composing: issues out of untold stories."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.newsletter.render import Press
from aggregator.pipeline import ComposePorts
from aggregator.wiring import voices
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates


def composing(config: Config, opened: Stores) -> ComposePorts:
    """The ports of `pipeline.compose`."""
    site = config.publisher()
    letters = templates(config, "email")
    return ComposePorts(
        newsletters=config.newsletters_offered(),
        issues=opened.issues,
        press=Press(letters.environment, letters.version(), site),
        link_base=site.base_url,
        voices=voices.of(config),
    )
