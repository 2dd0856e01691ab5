"""Pushed instead of polled (W3C WebSub): hubs are asked for subscriptions, and what they bring is stored.

Like `pipeline.py` it conducts, and `ingest.subscription` decides. Two processes take part: the pipeline asks
hubs and reads what came, the web answers at the callbacks. They meet in the store alone.

    subscribe   sources and their leases -> a plan -> requests to hubs
    confirm     a hub's question at a callback -> yes or no
    accept      what was pushed to a callback -> the inbox, or a hint
    receive     the inbox -> `pipeline.receive`; hints -> earlier polls
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from aggregator import pipeline
from aggregator.ingest import due, subscription
from aggregator.ingest.lease_plan import Ask, plan
from aggregator.model import (
    GONE_FOR_GOOD,
    Callback,
    HubAnswer,
    HubQuestion,
    HubRequest,
    Lease,
    LeaseState,
    LeaseUpdate,
    Push,
    SourceState,
    Standing,
)

log = logging.getLogger(__name__)

SOURCES_AT_ONCE = 20
"""Bodies read at once; one per source, because a source's pushes are read in their order."""
ROUNDS = 10
"""Of reading in one go: what is left waits for the next."""


class Leases(Protocol):
    """What we remember of leases."""

    def standings(self) -> Sequence[Standing]:
        """All sources that announce a hub, or have to do with one still."""

    def open(
        self, source_id: str, hub: str, topic: str, base_url: str, update: LeaseUpdate, now: datetime
    ) -> Lease:
        """A new lease with a callback of its own; durable before its hub is asked."""

    def change(
        self, lease: Lease, update: LeaseUpdate, *, hub: str | None = None, asked_at: datetime | None = None
    ) -> Lease | None:
        """Record what happened to a lease; None, and nothing changed, when it stands otherwise by now."""

    def activate(self, lease: Lease, update: LeaseUpdate, replaced: LeaseUpdate) -> bool:
        """A hub verified a lease: those that it replaces are `replaced`; False when it is not pending."""

    def resume(self, source_id: str, moment: datetime) -> None:
        """No hub pushes this source any more: it is polled at `moment`, if it was to be polled later."""

    def prune(self, now: datetime) -> None:
        """Forget leases that ended long ago."""

    def find(self, token: str) -> Lease | None:
        """The lease whose callback has this token."""

    def request(self, lease: Lease, mode: Literal["subscribe", "unsubscribe"]) -> HubRequest:
        """What to send to the lease's hub."""

    def secret(self, lease: Lease) -> str:
        """What the lease's pushes are signed with."""


class Inbox(Protocol):
    """What hubs pushed, until it is read."""

    def put(self, source_id: str, at: datetime, content_type: str, body: bytes) -> bool:
        """Keep a signed body until it is read; False when there is no room for it."""

    def hint(self, source_id: str, at: datetime) -> None:
        """Somebody says, without proof, that this source has news."""

    def take(self, limit: int) -> Sequence[Push]:
        """The oldest body of each of up to `limit` sources; each attempt is durable before this returns."""

    def done(self, taken: Collection[Push]) -> None:
        """These were read."""

    def standings(self, source_ids: Collection[str]) -> Sequence[Standing]:
        """What is remembered of these sources."""

    def hinted(self) -> Sequence[Standing]:
        """Sources with a hint that nobody has looked into."""

    def poll_at(self, source_id: str, moment: datetime) -> None:
        """Poll a source that was hinted at, if it was to be polled later."""

    def looked_into(self, source_id: str, hinted_at: datetime) -> None:
        """A poll has answered the hint of this moment; a later one stays."""


# ------------------------------------------------------------------------------------------- subscribe


@dataclass(frozen=True, slots=True)
class SubscribePorts:
    """What asking hubs needs of the world."""

    leases: Leases
    ask: Callable[[HubRequest], Awaitable[HubAnswer]]
    base_url: str
    """Origin of callbacks; empty where no hub can reach us."""


@dataclass(frozen=True, slots=True)
class HubAsked:
    """One line of the account: what came of one request."""

    lease: Lease
    mode: Literal["subscribe", "unsubscribe"]
    answer: HubAnswer


async def subscribe(now: datetime, ports: SubscribePorts) -> list[HubAsked]:
    """Ask hubs for the leases that are wanted, renew those that end soon, give back those that are not.

    Hubs are asked side by side, each of them one request at a time; one that cannot be reached is not asked
    again in this go.
    """
    planned = plan(ports.leases.standings(), ports.base_url, now)
    for ending in planned.end:
        ports.leases.change(ending.lease, LeaseUpdate(LeaseState.ENDED, now, message=ending.reason))
    for one in planned.resume:
        ports.leases.resume(one.claim.source.id, due.without_pushes(one.claim, one.asked_at or now))
    ports.leases.prune(now)
    by_hub: defaultdict[str, list[Ask | Lease]] = defaultdict(list)
    for lease in planned.leave:
        by_hub[lease.hub].append(lease)
    for ask in planned.ask:
        by_hub[ask.hub].append(ask)
    asked = await asyncio.gather(*(_ask_hub(now, requests, ports) for requests in by_hub.values()))
    return [line for lines in asked for line in lines]


async def _ask_hub(now: datetime, requests: Sequence[Ask | Lease], ports: SubscribePorts) -> list[HubAsked]:
    lines: list[HubAsked] = []
    for request in requests:
        if (lease := _on_record(now, request, ports)) is None:
            continue
        mode: Literal["subscribe", "unsubscribe"] = (
            "unsubscribe" if lease.state is LeaseState.LEAVING else "subscribe"
        )
        try:
            answer = await ports.ask(ports.leases.request(lease, mode))
        except Exception as error:
            log.exception("asking the hub of %s failed", lease.source_id)
            answer = HubAnswer(False, f"an unexpected {type(error).__name__}: the log holds its traceback")
        ports.leases.change(lease, subscription.answered(lease, answer, now))
        lines.append(HubAsked(lease, mode, answer))
        if not answer.reached:
            break
    return lines


def _on_record(now: datetime, request: Ask | Lease, ports: SubscribePorts) -> Lease | None:
    """The lease, with the attempt on record before the hub is asked: hubs may verify while we wait."""
    if isinstance(request, Lease):
        failures = request.failures if request.state is LeaseState.LEAVING else 0
        update = subscription.asked(LeaseState.LEAVING, failures, now)
        return ports.leases.change(request, update, asked_at=now)
    if request.lease is None:
        update = subscription.asked(LeaseState.PENDING, 0, now)
        return ports.leases.open(request.source_id, request.hub, request.topic, ports.base_url, update, now)
    update = subscription.asked(LeaseState.PENDING, request.lease.failures, now)
    return ports.leases.change(request.lease, update, hub=request.hub, asked_at=now)


# --------------------------------------------------------------------------------- confirm and accept


@dataclass(frozen=True, slots=True)
class CallbackPorts:
    """What answering at the callbacks needs of the world."""

    leases: Leases
    inbox: Inbox


def confirm(now: datetime, token: str, question: HubQuestion, ports: CallbackPorts) -> bool:
    """Whether to say yes to what a hub asks at a callback; what it changes is recorded first."""
    lease = ports.leases.find(token)
    update = subscription.heard(lease, question, now) if lease else None
    if lease is None or update is None:
        return False
    if update.state is LeaseState.ACTIVE:
        return ports.leases.activate(lease, update, subscription.left(now))
    return ports.leases.change(lease, update) is not None


def callback(now: datetime, token: str, ports: CallbackPorts) -> Callback:
    """What a hub finds at the callback with this token."""
    return subscription.callback(ports.leases.find(token), now)


def accept(
    now: datetime, token: str, content_type: str, signature: str, body: bytes, ports: CallbackPorts
) -> None:
    """Take what was pushed to a callback. Without a valid signature, or room, it is only a hint to poll."""
    lease = ports.leases.find(token)
    if lease is None or not subscription.takes_pushes(lease, now):
        return
    signed = subscription.is_signed(ports.leases.secret(lease), signature, body)
    if not (signed and ports.inbox.put(lease.source_id, now, content_type, body)):
        ports.inbox.hint(lease.source_id, now)


# --------------------------------------------------------------------------------------------- receive


@dataclass(frozen=True, slots=True)
class ReceivePorts:
    """What reading the inbox needs of the world."""

    inbox: Inbox
    polling: pipeline.PollPorts


async def receive(now: datetime, ports: ReceivePorts) -> list[pipeline.SourcePolled]:
    """Store what was pushed, and have sources polled that were hinted at, as early as they bear."""
    lines: list[pipeline.SourcePolled] = []
    for _ in range(ROUNDS):
        if not (taken := ports.inbox.take(SOURCES_AT_ONCE)):
            break
        lines += await _read(now, taken, ports)
    for standing in ports.inbox.hinted():
        _follow_hint(standing, ports)
    return lines


async def _read(now: datetime, taken: Sequence[Push], ports: ReceivePorts) -> list[pipeline.SourcePolled]:
    standings = ports.inbox.standings({push.source_id for push in taken})
    claims = {one.source_id: one.claim for one in standings if one.claim and subscription.is_wanted(one)}
    wanted = [subscription.as_fetched(claim, push) for push in taken if (claim := claims.get(push.source_id))]
    lines = await pipeline.receive(now, wanted, ports.polling)
    for line in lines:
        if line.update.state not in (SourceState.OK, SourceState.NOT_MODIFIED):
            ports.inbox.hint(line.update.source_id, now)
    ports.inbox.done(taken)
    return lines


def _follow_hint(standing: Standing, ports: ReceivePorts) -> None:
    claim, asked_at, hinted_at = standing.claim, standing.asked_at, standing.hinted_at
    assert hinted_at is not None
    seen = asked_at is not None and asked_at > hinted_at
    if seen or claim is None or claim.whereabouts.gone_count >= GONE_FOR_GOOD:
        ports.inbox.looked_into(standing.source_id, hinted_at)
    else:
        ports.inbox.poll_at(standing.source_id, due.after_hint(claim, asked_at or hinted_at))
