"""Hubs are told of the feeds that changed, so that they push them to subscribers (W3C WebSub section 6).

Like `pipeline.py` it conducts, and `publish.pings` decides. What is to be told is in the store: `publish`
puts it there with the files it writes, and a crash between the two costs one telling too many at worst.

    publish    feeds about to be written -> expected; feeds written -> due at each hub
    announce   what is due at one hub -> requests -> settled, or put off
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Protocol

from aggregator.model import HubAnswer, Owed, Ping, Telling
from aggregator.publish import pings

log = logging.getLogger(__name__)

REQUESTS = 20
"""To one hub in one go of the clock: what is left waits for the next."""


class Pings(Protocol):
    """What hubs are still to be told."""

    def owed(self, hub: str) -> Owed:
        """What is due at a hub, and how it took the last requests."""

    def take(self, told: Collection[Ping], try_after: datetime, now: datetime) -> Sequence[Ping]:
        """Record that one hub is about to be told of these; durable before this returns.

        Returns those that are still due, as they stand by now; none when another process talks to this hub.
        """

    def settle(self, told: Collection[Ping]) -> None:
        """Their hub was told, or wants to know nothing; what became due again meanwhile stays."""

    def put_off(self, hub: str, try_after: datetime, message: str) -> None:
        """The last request led nowhere."""

    def give_up(self, overdue: Collection[Ping]) -> None:
        """Forget these; what became due again meanwhile stays."""


@dataclass(frozen=True, slots=True)
class AnnouncePorts:
    """What telling hubs needs of the world."""

    pings: Pings
    tell: Callable[[str, Sequence[tuple[str, str]]], Awaitable[HubAnswer]]
    """Send a form to a hub."""
    hubs: tuple[str, ...]
    """Those that are told; none where they could not read our feeds."""
    base_url: str


@dataclass(frozen=True, slots=True)
class HubTold:
    """One line of the account: what became of telling one hub of some feeds."""

    hub: str
    outcome: Telling
    feeds: int
    message: str = ""
    again_at: datetime | None = None
    """When the hub is asked again, where it was put off."""


async def announce(
    now: datetime, hub: str, ports: AnnouncePorts, *, requests: int | None = REQUESTS
) -> list[HubTold]:
    """Tell one hub what is due at it, in so many requests at most; hubs wait for no other.

    Ends at the first request that leads nowhere: the others would hardly fare better.
    """
    owed = ports.pings.owed(hub)
    planned = pings.plan(owed, now)
    lines = []
    if planned.given_up:
        ports.pings.give_up(planned.given_up)
        lines.append(HubTold(hub, Telling.GIVEN_UP, len(planned.given_up), owed.message))
    failures, left = owed.failures, sum(map(len, planned.requests))
    for request in islice(planned.requests, requests):
        if not (taken := ports.pings.take(request, pings.pause_after(failures, now), now)):
            break
        line = await _tell(now, hub, taken, failures, ports)
        if line.outcome is Telling.LATER:
            lines.append(replace(line, feeds=left))
            break
        lines.append(line)
        failures, left = 0, left - len(request)
    return list(_summed(lines))


async def _tell(
    now: datetime, hub: str, taken: Sequence[Ping], failures: int, ports: AnnouncePorts
) -> HubTold:
    form = pings.form(hub, [f"{ports.base_url}/{ping.path}" for ping in taken])
    try:
        answer = await ports.tell(hub, form)
    except Exception as error:
        log.exception("telling %s failed", hub)
        text = f"an unexpected {type(error).__name__}: the log holds its traceback"
        answer = HubAnswer(False, text, reached=False)
    outcome = pings.judged(answer)
    if outcome is not Telling.LATER:
        ports.pings.settle(taken)
        return HubTold(hub, outcome, len(taken), answer.message)
    try_after = pings.pause_after(failures, now, answer.not_before)
    ports.pings.put_off(hub, try_after, answer.message)
    return HubTold(hub, outcome, len(taken), answer.message, try_after)


def _summed(lines: Sequence[HubTold]) -> Iterator[HubTold]:
    """One line for each outcome, with the first one's words."""
    for outcome in Telling:
        same = [line for line in lines if line.outcome is outcome]
        if same:
            first = same[0]
            feeds = sum(line.feeds for line in same)
            yield HubTold(first.hub, outcome, feeds, first.message, first.again_at)
