"""A feed's own words on when it is worth asking (`ttl`, `sy:updatePeriod`, `skipHours` …) and on its hubs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aggregator.ingest import hubs
from aggregator.model import Hints

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_WEEKDAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), start=1
    )
}
_LONGEST_LIST = 2_000
"""Characters of a list of hours or days: all 24 of them, indented, are fewer."""
_HEAD = 20_000
"""Characters of a body in which its channel's own elements stand."""
_SKIPPED = re.compile(
    rf"<skip(Hours|Days)\s*>(.{{0,{_LONGEST_LIST}}}?)</skip\1\s*>", re.IGNORECASE | re.DOTALL
)
_LISTED = re.compile(r"<(?:hour|day)\s*>\s*(\w{1,9})\s*</", re.IGNORECASE)


def of_feed(text: str, channel: Mapping[str, Any]) -> Hints:
    """What a feed says, from its text and from the channel as feedparser read it.

    RSS 2.0 (`ttl`, `skipHours`, `skipDays`) and the syndication module of RSS 1.0 (`sy:updatePeriod`). The
    lists are read from the text, because feedparser keeps but the last of their values.
    """
    hours: set[int] = set()
    days: set[int] = set()
    for kind, listed in _SKIPPED.findall(text[:_HEAD]):
        values = _LISTED.findall(listed)
        if kind.lower() == "hours":
            # RSS 0.92 counts 1..24, RSS 2.0 0..23: midnight is written either way.
            hours |= {
                number % 24 for value in values if (number := _number(value)) is not None and number < 25
            }
        else:
            days |= {_WEEKDAYS[value.lower()] for value in values if value.lower() in _WEEKDAYS}
    return Hints(_update_interval(channel), frozenset(hours), frozenset(days), hubs.in_feed(text))


def _update_interval(channel: Mapping[str, Any]) -> timedelta | None:
    """RSS 2.0 `ttl` (minutes), or the period of the syndication module; the longer of the two."""
    said = []
    if (ttl := _number(_text(channel, "ttl"))) is not None:
        said.append(timedelta(minutes=ttl))
    if period := _PERIODS.get(_text(channel, "sy_updateperiod").lower()):
        said.append(period / (_number(_text(channel, "sy_updatefrequency")) or 1))
    return max(said, default=None)


def _text(channel: Mapping[str, Any], name: str) -> str:
    value = channel.get(name)
    return value.strip() if isinstance(value, str) else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
