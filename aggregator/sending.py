"""How letters go out: claimed in batches, many under way at once, taken up until nothing is due.

What one letter goes through is in `attempting.py`. One that is slow holds up no other: as long as there is a
session free and mail due, the next is begun.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from aggregator.attempting import Attempts, NotOursError
from aggregator.errors import StoreError
from aggregator.model import Delivery, DeliveryKind, DeliveryState
from aggregator.newsletter import windows
from aggregator.outgoing import DeliverPorts, LetterLine

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Letters in one claim: few enough that none waits long in memory, enough that claims cost little."""
SECONDS_AHEAD = 10
"""Of a road whose pace is set, no more is held than goes out in this time."""
LETTERS_PER_SESSION = 4
"""Under way for each session: while one is on the wire, others are looked up, written and settled."""
LOOK_AGAIN = 1.0
"""Seconds until the ledger is asked again for mail, after it had none."""


@dataclass(slots=True)
class Sending:
    """One sending, from the first claim until nothing is due."""

    began: datetime
    ports: DeliverPorts
    limit: int | None
    """Most letters that are taken up; None: as long as any is due."""
    urgent: bool
    """Take up notices alone."""
    watch: Callable[[LetterLine], None]
    counts: Counter[DeliveryState] = field(default_factory=Counter)
    _waiting: deque[Delivery] = field(default_factory=deque)
    _under_way: dict[asyncio.Task[None], Delivery] = field(default_factory=dict)
    _taken: int = 0
    _dry_until: float = 0.0
    _fault: StoreError | None = None
    _is_over: bool = False
    _told: set[str] = field(default_factory=set)
    """Unexpected errors whose tracebacks are in the log."""
    _progress: asyncio.Event = field(default_factory=asyncio.Event)
    _attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self._attempts = Attempts(self.ports, self._moment, self._is_ending)

    async def run(self) -> None:
        """Send until nothing is due, the limit is reached, or the process is told to stop.

        What is under way is always brought to its end, or given back. Raises StoreError when the ledger could
        not be written: nothing more is taken up then.
        """
        try:
            while True:
                if self._may_claim():
                    await self._claim()
                if self._is_ending():
                    break
                self._start()
                if not self._under_way and not self._may_claim():
                    break
                await self._wait(LOOK_AGAIN)
        finally:
            await self._end()
        if self._fault is not None:
            raise self._fault

    def _moment(self) -> datetime:
        return self.ports.clock() if self.ports.clock else self.began

    def _is_ending(self) -> bool:
        return self._is_over or self._fault is not None or self.ports.stopping()

    # ----------------------------------------------------------------------------------------- taking up

    def _may_claim(self) -> bool:
        return (
            not self._is_ending()
            and (self.limit is None or self._taken < self.limit)
            and len(self._waiting) < AT_ONCE // 2
            and self._room() > 0
            and asyncio.get_running_loop().time() >= self._dry_until
        )

    async def _claim(self) -> None:
        now, ledger, stopped = self._moment(), self.ports.ledger, self._attempts.stopped()
        pauses = await asyncio.to_thread(ledger.pauses, now)
        self._attempts.resting = {pause.server for pause in pauses}
        most = self._most()
        claimed: Sequence[Delivery] = ()
        if most > 0:
            offered = () if self.urgent else self._newsletters(now)
            claimed = await asyncio.to_thread(ledger.claim, now, most, offered)
        self._taken += len(claimed)
        self._attempts.go_on({one.issue_id for one in claimed} & stopped)
        self._waiting.extend(one for one in claimed if one.kind is DeliveryKind.ISSUE)
        self._waiting.extendleft(one for one in reversed(claimed) if one.kind is not DeliveryKind.ISSUE)
        if claimed:
            await self._attempts.look_up(claimed)
        if len(claimed) < most or not self._attempts.open_roads():
            self._dry_until = asyncio.get_running_loop().time() + LOOK_AGAIN

    def _most(self) -> int:
        """How many may be claimed now; none while every server rests."""
        left = AT_ONCE if self.limit is None else self.limit - self._taken
        return min(self._room(), left) if self._attempts.open_roads() else 0

    def _room(self) -> int:
        """How many more may wait here; where all roads have a pace, none as long as half a turn's do."""
        roads = self._attempts.open_roads()
        paces = [road.per_second for road in roads if road.per_second is not None]
        if len(paces) < len(roads) or not roads:
            return AT_ONCE
        ahead = ceil(SECONDS_AHEAD * sum(paces))
        left = ahead - len(self._waiting) - len(self._under_way)
        return min(AT_ONCE, left) if 2 * left >= ahead else 0

    def _newsletters(self, now: datetime) -> Collection[str]:
        return [one.id for one in self.ports.newsletters.values() if windows.is_open(one, now)]

    def _start(self) -> None:
        most = LETTERS_PER_SESSION * sum(road.sessions for road in self.ports.roads)
        while self._waiting and len(self._under_way) < most:
            delivery = self._waiting.popleft()
            task = asyncio.create_task(self._deliver(delivery))
            self._under_way[task] = delivery
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._progress.set()

    async def _wait(self, seconds: float) -> None:
        """Until a letter is done; no longer than that, as others may be due or the end be near."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._progress.wait()
        self._progress.clear()

    async def _end(self) -> None:
        """Give back what was not begun, wait a while for what was, and give back the rest of that too."""
        self._is_over = True
        await self._surrender(self._waiting)
        self._waiting.clear()
        loop = asyncio.get_running_loop()
        until = loop.time() + self.ports.drain.total_seconds()
        while self._under_way and (left := until - loop.time()) > 0:
            await self._wait(left)
        unfinished = dict(self._under_way)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)
            await self._attempts.recorded()
            await self._surrender(unfinished.values())

    async def _surrender(self, letters: Collection[Delivery]) -> None:
        """Give back at the end. Where that cannot be recorded the leases run out: letters under way go on."""
        try:
            await self._give_back(letters)
        except StoreError as error:
            self._fault = self._fault or error

    async def _give_back(self, letters: Collection[Delivery]) -> None:
        if letters:
            await asyncio.to_thread(self.ports.ledger.give_back, tuple(letters), self._moment())

    # ----------------------------------------------------------------------------------------- one letter

    def _look_soon(self, delivery: Delivery) -> None:
        """The letter waits for nothing but another server: the sending must not end before it is taken up."""
        if self._attempts.has_road_for(delivery):
            self._dry_until = 0.0

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = await self._attempts.attempt(delivery)
            if outcome is None:
                await self._give_back([delivery])
                self._look_soon(delivery)
                return
            await self._attempts.settle(outcome)
            await self._attempts.stop_refused(outcome)
        except NotOursError:
            log.warning("the lease of delivery %s ran out before its text went over", delivery.id)
        except StoreError as error:
            self._fault = self._fault or error
        except Exception as error:
            # The row stays leased: it is judged by its phase, as after a crash.
            words = f"{type(error).__name__}: {error}"
            unknown = words not in self._told
            self._told.add(words)
            log.error("delivery %s failed unexpectedly: %s", delivery.id, words, exc_info=unknown)
        else:
            if outcome.settlement.state is DeliveryState.READY:
                self._look_soon(delivery)
            self.counts[outcome.settlement.state] += 1
            self.watch(LetterLine(delivery, outcome.settlement))
