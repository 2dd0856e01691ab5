"""One letter's way: whether it may go, which road it takes, what its end means and teaches.

What many letters ask of the ledger at one moment is asked together (`gathering.py`): whether their readers
have left, the durable word before their texts go over, and how they ended. They are written together, too.
"""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from aggregator.errors import StoreError
from aggregator.gathering import Gathering
from aggregator.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Letter,
    Outcome,
    Phase,
    Settlement,
    SmtpReply,
)
from aggregator.newsletter import replies, windows
from aggregator.outgoing import DeliverPorts, Road
from aggregator.traffic import REFUSALS

log = logging.getLogger(__name__)

SETTLE_AGAIN = (0.2, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to record what a server has said: losing that makes a letter of unknown fate."""

WRITTEN_TOGETHER = 60
"""Letters in one turn of a thread: few enough that the first ones go while the next are written."""

OF_THIS_MOMENT = 1.0
"""Seconds for which it holds that a reader has not left."""


class NotOursError(Exception):
    """The lease ran out: another process may be sending the letter."""


@dataclass(slots=True)
class Attempts:
    """What the letters of one sending share."""

    ports: DeliverPorts
    moment: Callable[[], datetime]
    is_ending: Callable[[], bool]
    """Whether no more letters are to be begun."""
    resting: set[str] = field(default_factory=set)
    """Servers that are left alone."""
    _stopped: set[int] = field(default_factory=set)
    """Issues whose letters are refused, whoever they are for: none of them is begun."""
    _on_record: set[int] = field(default_factory=set)
    """Of these, those that the ledger gives out no more, unless the operator lets them go on."""
    _looked_up: dict[int, tuple[float, str | None]] = field(default_factory=dict)
    """When it was asked of each letter whether it may go, and why not."""
    _refusing: Gathering[Delivery, str | None] = field(init=False)
    _writing: Gathering[Delivery, Letter | Exception] = field(init=False)
    _reaching: Gathering[Delivery, bool] = field(init=False)
    _settling: Gathering[Outcome, None] = field(init=False)

    def __post_init__(self) -> None:
        self._refusing = Gathering(self._refusals)
        self._writing = Gathering(self._write_all, WRITTEN_TOGETHER)
        self._reaching = Gathering(self._reach_all)
        self._settling = Gathering(self._settle_all)

    def open_roads(self) -> list[Road]:
        """Roads whose server does not rest."""
        return [road for road in self.ports.roads if road.carrier.server not in self.resting]

    def has_road_for(self, delivery: Delivery) -> bool:
        """Whether a server would take the letter now."""
        return delivery.issue_id not in self._stopped and bool(self.open_roads())

    async def look_up(self, claimed: Sequence[Delivery]) -> None:
        """Ask of letters together that are about to go: most will have gone before the answer is old."""
        asked = asyncio.get_running_loop().time()
        answers = await asyncio.to_thread(self._refusals, claimed)
        for delivery, refusal in zip(claimed, answers, strict=True):
            self._looked_up[delivery.id] = (asked, refusal)

    async def _refusal(self, delivery: Delivery) -> str | None:
        """Why the letter must not go. Asked again when the answer is not of this moment."""
        asked, refusal = self._looked_up.get(delivery.id, (0.0, None))
        now = asyncio.get_running_loop().time()
        if refusal is None and now - asked > OF_THIS_MOMENT:
            refusal = await self._refusing.ask(delivery)
            self._looked_up[delivery.id] = (now, refusal)
        return refusal

    async def recorded(self) -> None:
        """Wait until every phase and every end that was to be recorded is."""
        await self._reaching.settled()
        await self._settling.settled()

    def stopped(self) -> frozenset[int]:
        """Issues of which the ledger gives out no letter, as it stands now."""
        return frozenset(self._on_record)

    def go_on(self, issue_ids: Collection[int | None]) -> None:
        """The ledger gives out letters of these again: the operator has let them go on."""
        self._stopped.difference_update(issue_ids)
        self._on_record.difference_update(issue_ids)

    async def attempt(self, delivery: Delivery) -> Outcome | None:
        """How the letter fared; None when there is no road for it now."""
        try:
            return await self._held_back(delivery) or await self._tried(delivery)
        finally:
            self._looked_up.pop(delivery.id, None)

    async def _held_back(self, delivery: Delivery) -> Outcome | None:
        """Its end when it must not go, or not yet."""
        if (refusal := await self._refusal(delivery)) is not None:
            return self._outcome(delivery, replies.refused(refusal))
        delay = await self._delay(delivery)
        return None if delay is None else self._outcome(delivery, delay)

    async def _tried(self, delivery: Delivery) -> Outcome | None:
        letter = await self._writing.ask(delivery)
        if isinstance(letter, StoreError):
            raise letter  # the ledger's fault, and not the letter's
        if isinstance(letter, Exception):
            # Neither message nor traceback, which may name the reader: the ledger keeps the reason.
            log.error("letter %s could not be written: %s", delivery.id, type(letter).__name__)
            return self._outcome(delivery, replies.unwritable(letter))
        return await self._carry(letter, delivery)

    async def _delay(self, delivery: Delivery) -> Settlement | None:
        """Why a letter may not go to its domain yet. A notice may: somebody waits for it."""
        if delivery.kind is not DeliveryKind.ISSUE:
            return None
        if rest := self._rest_of_domain(delivery):
            return rest
        domain, now = _domain(delivery), self.moment()
        if wait := await self.ports.traffic.keep_domain_pace(domain):
            return replies.postponed(f"the turn of {domain} comes later", now + wait)
        return None

    def _rest_of_domain(self, delivery: Delivery) -> Settlement | None:
        domain, now = _domain(delivery), self.moment()
        until = self.ports.traffic.rests_until(f"@{domain}", now)
        if until is None or delivery.kind is not DeliveryKind.ISSUE:
            return None
        until += (until - now) * replies.SPREAD * _spread(delivery)
        return replies.postponed(f"{domain} refuses everybody's mail for now", until)

    def _write_all(self, deliveries: Sequence[Delivery]) -> Sequence[Letter | Exception]:
        """In a thread: most of the work of signing is done beside other Python."""
        written: list[Letter | Exception] = []
        for delivery in deliveries:
            try:
                written.append(self._write(delivery))
            except Exception as error:
                written.append(error)
        return written

    def _write(self, delivery: Delivery) -> Letter:
        ports = self.ports
        if delivery.variant_id is None:
            return ports.write_notice(ports.ledger.notice(delivery.id), delivery)
        variant = ports.ledger.variant(delivery.variant_id)
        return ports.write_letter(ports.newsletters[delivery.newsletter], variant, delivery)

    async def _carry(self, letter: Letter, delivery: Delivery) -> Outcome | None:
        if (road := self._choose()) is None:
            return None
        server, under_way = road.carrier.server, self.ports.traffic.under_way
        under_way[server] = under_way.get(server, 0) + 1
        try:
            async with self._slot(road, delivery):
                # The session may have been long in coming.
                if not self._may_begin(server, delivery):
                    return None
                if (refusal := await self._refusal(delivery)) is not None:
                    return self._outcome(delivery, replies.refused(refusal))
                if (rest := self._rest_of_domain(delivery)) is not None:
                    return self._outcome(delivery, rest)

                async def reach(_: Phase) -> None:
                    if not await self._reaching.ask(delivery):
                        raise NotOursError

                return self._judge(delivery, await road.carrier.send(letter, reach), road)
        finally:
            under_way[server] -= 1

    def _may_begin(self, server: str, delivery: Delivery) -> bool:
        if server in self.resting or delivery.issue_id in self._stopped or self.is_ending():
            return False
        newsletter = self.ports.newsletters.get(delivery.newsletter)
        return newsletter is None or windows.is_open(newsletter, self.moment())

    def _slot(self, road: Road, delivery: Delivery) -> AbstractAsyncContextManager[None]:
        """A session, and the road's next turn. Notices have sessions in reserve and wait for no turn."""
        if delivery.kind is not DeliveryKind.ISSUE:
            return nullcontext()
        return self.ports.traffic.turn(road.carrier.server, road.sessions, road.per_second)

    def _choose(self) -> Road | None:
        """The open road with the most room; the first of those that have as much."""
        under_way = self.ports.traffic.under_way
        roads = self.open_roads()
        return min(roads, key=lambda one: under_way.get(one.carrier.server, 0) / one.sessions, default=None)

    # ----------------------------------------------------------------------------------------- its end

    def _outcome(self, delivery: Delivery, settlement: Settlement, reply: SmtpReply | None = None) -> Outcome:
        return Outcome(delivery, settlement, reply, self.moment())

    def _judge(self, delivery: Delivery, reply: SmtpReply, road: Road) -> Outcome:
        """What the reply means for the letter, and teaches of the server and the domain."""
        now, server = self.moment(), road.carrier.server
        reply = replace(reply, server=reply.server or server)
        spread = _spread(delivery)
        settlement = replies.settle(reply, attempts=delivery.attempts, now=now, spread=spread)
        fault = replies.fault(reply)
        rest = self.ports.traffic.learn(server, _domain(delivery), fault, now)
        if delivery.issue_id is not None and self.ports.traffic.refuses(delivery.issue_id, fault, settlement):
            self._stopped.add(delivery.issue_id)
        if rest is not None and settlement.pause_server is None:
            settlement = replace(settlement, pause_server=rest)
        if settlement.pause_server is not None:
            self.resting.add(server)
            if settlement.state is DeliveryState.DEFERRED and self.open_roads():
                settlement = replies.elsewhere(settlement)
        return self._outcome(delivery, settlement, reply)

    async def settle(self, outcome: Outcome) -> None:
        """Record how it ended.

        Tries again for a while when the ledger cannot be written, then leaves it to the next sending and
        raises StoreError.
        """
        for pause in SETTLE_AGAIN:
            try:
                await self._settling.ask(outcome)
                return
            except StoreError as error:
                log.warning("how delivery %s ended cannot be recorded yet: %s", outcome.delivery.id, error)
                await asyncio.sleep(pause)
        try:
            await self._settling.ask(outcome)
        except StoreError:
            self.ports.traffic.unrecorded.append(outcome)
            raise

    async def stop_refused(self, outcome: Outcome) -> None:
        """Stop an issue when one letter after the other is refused and no reader is at fault."""
        issue_id, reply = outcome.delivery.issue_id, outcome.reply
        if issue_id is None or reply is None or issue_id not in self._stopped:
            return
        if replies.fault(reply) in REFUSALS:
            reason, now = outcome.settlement.reason, self.moment()
            if await asyncio.to_thread(self.ports.ledger.stop_issue, issue_id, reason, now):
                log.error("issue %s is paused: %s", issue_id, reason)
            self._on_record.add(issue_id)

    # ----------------------------------------------------------------------------------------- together

    def _refusals(self, asked: Sequence[Delivery]) -> Sequence[str | None]:
        found = self.ports.ledger.refusals(asked, self.moment())
        return [found.get(one.id) for one in asked]

    def _reach_all(self, letters: Sequence[Delivery]) -> Sequence[bool]:
        ours = self.ports.ledger.reach_all(letters, Phase.DOT)
        return [one.id in ours for one in letters]

    def _settle_all(self, outcomes: Sequence[Outcome]) -> Sequence[None]:
        self.ports.ledger.settle_all(outcomes)
        return [None] * len(outcomes)


def _domain(delivery: Delivery) -> str:
    return delivery.address.rpartition("@")[2].lower()


def _spread(delivery: Delivery) -> float:
    """0 to 1, the same whenever the same try of the same letter asks."""
    return zlib.crc32(f"{delivery.id}.{delivery.attempts}".encode()) / 0xFFFFFFFF
