"""Judging anew what is stored."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.rejudge import RejudgePorts
from aggregator.store.rejudging import RejudgingStore
from aggregator.wiring import rules
from aggregator.wiring.stores import Stores


def rejudging(config: Config, opened: Stores) -> RejudgePorts:
    """The ports of `rejudge.rejudge`."""
    site = config.publisher()
    archive = RejudgingStore(opened.engine, site.id_domain)
    return RejudgePorts(archive, config.judged_region(), rules.of(config), site.sources)
