"""Whether hubs can reach us, and which of them are told of our feeds."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.ingest import subscription


def why_not_reached(config: Config) -> str:
    """Why no hub can push to this installation, or read its feeds; empty when hubs can."""
    return subscription.why_not_reached(config.site.base_url)


def callback_base(config: Config) -> str:
    """Origin of callbacks; empty where no hub could reach it."""
    return "" if why_not_reached(config) else config.site.base_url


def hubs_told(config: Config) -> tuple[str, ...]:
    """The hubs that are told of our feeds; none where none could read them."""
    return () if why_not_reached(config) else config.publish.hubs
