"""What a process knows of servers and domains that it sends to: circuits and paces, between sendings.

Rules are those of `newsletter/circuit.py` and `newsletter/pacing.py`; here is only where their values stand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from aggregator.model import DeliveryState, Outcome, Settlement
from aggregator.newsletter import circuit, pacing
from aggregator.newsletter.circuit import CLOSED, Circuit
from aggregator.newsletter.pacing import Pace
from aggregator.newsletter.replies import Fault

MOST_DOMAINS = 10_000
"""Of which something is remembered; beyond that, what is remembered of the first is forgotten."""
REFUSALS = {Fault.CONTENT: 3, Fault.POLICY: 10}
"""In a row, until an issue is stopped: of its text, and of its sender before the text."""
EVERY_OTHER = "*"
NO_WAIT = timedelta()

T = TypeVar("T")


@dataclass(slots=True)
class Traffic:
    """Circuits and paces by name: of servers as their carriers name them, of domains in lower case."""

    per_domain: Mapping[str, float] = field(default_factory=dict)
    """Letters a minute; `*` for every domain that has none of its own."""
    _circuits: dict[str, Circuit] = field(default_factory=dict)
    _paces: dict[str, Pace] = field(default_factory=dict)
    _refusals: dict[tuple[int, Fault], int] = field(default_factory=dict)
    _slots: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    under_way: dict[str, int] = field(default_factory=dict)
    """Letters by server."""
    unrecorded: list[Outcome] = field(default_factory=list)
    """How letters ended of which the ledger could not be told in time; the next sending tells it first."""

    @asynccontextmanager
    async def turn(self, server: str, sessions: int, per_second: float | None) -> AsyncIterator[None]:
        """A session of those that letters of issues may take up at a server, all but a reserve, in its pace.

        What somebody waits for at this moment finds a session free, however long the issue.
        """
        if server not in self._slots:
            reserve = 0 if sessions == 1 else 2 if sessions >= 10 else 1
            self._slots[server] = asyncio.Semaphore(sessions - reserve)
        async with self._slots[server]:
            if per_second is not None:
                await self._keep_pace(server, per_second)
            yield

    # ---------------------------------------------------------------------------------------- circuits

    def rests_until(self, name: str, now: datetime) -> datetime | None:
        """Until when a domain, named `@` and itself, is left alone; None when it is not."""
        known = self._circuits.get(name, CLOSED)
        return known.open_until if circuit.is_open(known, now) else None

    def learn(self, server: str, domain: str, fault: Fault, now: datetime) -> timedelta | None:
        """What a reply teaches; for how long the server is to rest, when this opens its circuit."""
        if fault is Fault.SERVER:
            return self._failed(server, now)
        self._circuits.pop(server, None)
        if fault is Fault.DOMAIN:
            self._failed(f"@{domain}", now)
        elif fault is Fault.NONE:
            self._circuits.pop(f"@{domain}", None)
        return None

    def _failed(self, name: str, now: datetime) -> timedelta | None:
        """One more trouble; when it is the one that opens the circuit, for how long."""
        before = self._circuits.get(name, CLOSED)
        after = circuit.after_trouble(before, now)
        _remember(self._circuits, name, after)
        return after.open_until - now if after.openings > before.openings and after.open_until else None

    def refuses(self, issue_id: int, fault: Fault, settlement: Settlement) -> bool:
        """Whether this letter is one too many of its issue in a row that is refused, its reader not meant.

        The count then begins anew: an issue that the operator lets go on is not stopped by what was before.
        """
        if settlement.state is DeliveryState.SENT:
            for kind in REFUSALS:
                self._refusals.pop((issue_id, kind), None)
        if fault not in REFUSALS:
            return False
        count = self._refusals.pop((issue_id, fault), 0) + 1
        if count >= REFUSALS[fault]:
            return True
        self._refusals[issue_id, fault] = count
        return False

    # ---------------------------------------------------------------------------------------- paces

    async def _keep_pace(self, server: str, per_second: float) -> None:
        """Wait for the next place in the row of a server's letters."""
        now = time.monotonic()
        self._paces[server], place = pacing.take(self._paces.get(server) or Pace(per_second), now)
        if place > now:
            await asyncio.sleep(place - now)

    async def keep_domain_pace(self, domain: str) -> timedelta:
        """Wait for the next place in the row of a domain's letters, if it is near; else how far it is."""
        per_minute = self.per_domain.get(domain) or self.per_domain.get(EVERY_OTHER)
        if per_minute is None:
            return NO_WAIT
        now = time.monotonic()
        pace = self._paces.get(f"@{domain}") or Pace(per_minute / 60)
        soon = pacing.is_soon(pace, now)
        pace, place = pacing.take(pace, now) if soon else pacing.come_back(pace, now)
        _remember(self._paces, f"@{domain}", pace)
        if soon:
            await asyncio.sleep(max(0.0, place - now))
            return NO_WAIT
        return timedelta(seconds=place - now)


def _remember(memory: dict[str, T], name: str, value: T) -> None:
    if name not in memory and len(memory) >= MOST_DOMAINS:
        memory.pop(next(iter(memory)))
    memory[name] = value
