"""What decisions rest on, apart from those who decide: it is handed around where nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

NO_WEIGHTS: Mapping[str, float] = MappingProxyType({})
NO_OUTLETS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Rules:
    """What decisions rest on."""

    version: str
    """Names these rules and the gazetteer behind them; stored with every entry they judged."""
    first_window: timedelta = timedelta(hours=72)
    """On a source's first poll, what is older is stored but never told as new."""
    merge_window: timedelta = timedelta(hours=72)
    """Entries published further apart are never one story: addresses are used again."""
    shared_address: int = 4
    """So many different entries of one source under one address: it leads to a page, not to an article."""
    weights: Mapping[str, float] = field(default_factory=lambda: NO_WEIGHTS)
    """By source id, the larger the rather it leads; 1.0 for those that are not in it."""
    outlets: Mapping[str, str] = field(default_factory=lambda: NO_OUTLETS)
    """By source id, who publishes it: sources of one outlet may be its language editions."""
