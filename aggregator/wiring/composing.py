"""Composing: issues out of untold stories."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.config.schema import Config
from aggregator.forecast import ForecastPorts
from aggregator.mending import MendPorts
from aggregator.model import FrozenIssue, Newsletter, Period, Track
from aggregator.newsletter import gate
from aggregator.newsletter.render import Press
from aggregator.pipeline import ComposePorts
from aggregator.wiring import voices
from aggregator.wiring.letter_pictures import picture_reader
from aggregator.wiring.standing_notes import standing_note
from aggregator.wiring.stores import Stores
from aggregator.wiring.template_sets import templates
from aggregator.wiring.writing import writer


def composing(config: Config, opened: Stores) -> ComposePorts:
    """The ports of `pipeline.compose`."""
    site = config.publisher()
    letters = templates(config, "email")

    def note(newsletter: Newsletter, track: Track, period: Period) -> str:
        written = opened.notes.of(newsletter.id, track.id, period.key)
        return standing_note(newsletter) if written is None else written

    unsigned = writer(config, signed=False)

    def look(newsletter: Newsletter, issue: FrozenIssue) -> Sequence[str]:
        return gate.reasons(newsletter, issue, unsigned)

    return ComposePorts(
        newsletters=config.newsletters_offered(),
        issues=opened.issues,
        press=Press(
            letters.environment, letters.version(), site, picture=picture_reader(config.storage.public)
        ),
        link_base=site.base_url,
        voices=voices.of(config),
        note=note,
        gate=look,
    )


def mending(config: Config, opened: Stores) -> MendPorts:
    """The ports of `mending.mend`."""
    return MendPorts(composing(config, opened), opened.stale)


def forecasting(config: Config, opened: Stores) -> ForecastPorts:
    """The ports of `forecast.forecast`."""
    return ForecastPorts(composing(config, opened), opened.issues.audience)
