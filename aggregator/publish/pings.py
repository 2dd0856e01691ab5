"""Which feeds hubs are told of, how they like it said, and when they are told again.

W3C WebSub leaves it to publishers and hubs how the ones tell the others (section 6); what hubs understand is
section 7.1 of PubSubHubbub 0.3. The conductor `announce.py` asks here, and only sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aggregator.model import HubAnswer, Owed, Ping, Telling

MOST_ATTEMPTS = 10
"""Requests about one feed that may lead nowhere."""
LONGEST = timedelta(hours=24)
"""How long a hub is to be told of a change: who asks a day later has polled the feed."""
FIRST_PAUSE = timedelta(minutes=1)
"""After a request that led nowhere; doubled each time, up to the longest."""
LONGEST_PAUSE = timedelta(hours=2)
MOST_TOPICS = 100
"""In one request, where a hub takes more than one."""

_FEED = re.compile(r"feeds/[^/+]+\.(atom|rss|json)")
"""Not the archive's documents, which stand a folder deeper, nor what is made on request."""
_MOMENTARY = frozenset({408, 425, 429})
"""Refusals that say «not now» (RFC 9110 section 15.5.9, RFC 8470 section 5.2, RFC 6585 section 4)."""
_SEVERAL = {"pubsubhubbub.appspot.com": "hub.url", "superfeedr.com": "hub.url[]"}
"""Hubs that say that they take several topics at once, by host or the domain above it, and in which field.

Others read the last of a repeated field, say yes, and never learn of the rest.
"""


def feeds(paths: Iterable[str]) -> frozenset[str]:
    """Those of the published files that hubs are told of: feeds, in each of their formats."""
    return frozenset(path for path in paths if _FEED.fullmatch(path))


def paths(name: str) -> frozenset[str]:
    """The files of a feed by its name, which hubs are told of."""
    return frozenset(f"feeds/{name}.{suffix}" for suffix in ("atom", "rss", "json"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about one hub now."""

    requests: tuple[tuple[Ping, ...], ...] = ()
    """What to tell it in each request, what failed least first."""
    given_up: tuple[Ping, ...] = ()


def plan(owed: Owed, now: datetime) -> Plan:
    """What to tell a hub now; nothing while it is left alone."""
    if owed.try_after and owed.try_after > now:
        return Plan()
    given_up = tuple(
        ping for ping in owed.pings if ping.attempts >= MOST_ATTEMPTS or now - ping.due_at > LONGEST
    )
    due = sorted(set(owed.pings) - set(given_up), key=lambda ping: (ping.attempts, ping.due_at, ping.path))
    size = most_topics(owed.hub)
    return Plan(tuple(tuple(due[at : at + size]) for at in range(0, len(due), size)), given_up)


def most_topics(hub: str) -> int:
    """How many topics one request to this hub may name."""
    return MOST_TOPICS if _field_of_several(hub) else 1


def form(hub: str, topics: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The fields that tell a hub of feeds, by their public addresses; no more than `most_topics`."""
    mode = ("hub.mode", "publish")
    if field := _field_of_several(hub):
        return (mode, *((field, topic) for topic in topics))
    (topic,) = topics
    # Some hubs know the topic by the name that it has in subscriptions.
    return mode, ("hub.url", topic), ("hub.topic", topic)


def _field_of_several(hub: str) -> str:
    host = urlsplit(hub).hostname or ""
    return _SEVERAL.get(host) or _SEVERAL.get(host.partition(".")[2], "")


def judged(answer: HubAnswer) -> Telling:
    """What an answer means for the feeds that were named."""
    if answer.accepted:
        return Telling.TOLD
    later = not answer.reached or answer.status in _MOMENTARY or answer.status >= 500
    return Telling.LATER if later else Telling.REFUSED


def pause_after(failures: int, now: datetime, not_before: datetime | None = None) -> datetime:
    """When a hub may be asked again that `failures` requests before this one led nowhere at.

    `not_before`: the hub's own word, which counts if it is later.
    """
    pause = min(FIRST_PAUSE * (1 << min(failures, 10)), LONGEST_PAUSE)
    return max(now + pause, not_before or now)
