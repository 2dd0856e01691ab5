"""The plan for leases: which to ask hubs for, to renew, to give back, to forget (W3C WebSub section 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from aggregator.ingest.subscription import PAUSE, has_run_out, wish
from aggregator.model import Announcement, Claim, Lease, LeaseState, Standing

LEAVE_ATTEMPTS = 3
"""Times that a hub is asked to end a lease; it ends by itself anyway."""
MOST_PER_HUB = 20
"""Requests that one hub may owe us a verification of."""
MOST_AT_ONCE = 100
"""Requests to all hubs in one go."""

_RENEW_AHEAD = timedelta(days=2)
_RENEW_SHARE = 1 / 3
"""A lease is renewed when this much of it, or two days if that is less, is left."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A lease to ask a hub for."""

    source_id: str
    hub: str
    topic: str
    lease: Lease | None = None
    """The pending one that was asked for before; None for a new one with a new callback."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A lease to forget about."""

    lease: Lease
    reason: str


@dataclass(frozen=True, slots=True)
class Resumption:
    """A source to be polled as if there were no hub."""

    claim: Claim
    asked_at: datetime | None
    """When its last poll began."""


@dataclass(slots=True)
class Plan:
    """What is to be done about leases now."""

    ask: list[Ask] = field(default_factory=list)
    leave: list[Lease] = field(default_factory=list)
    """To be unsubscribed."""
    end: list[Ending] = field(default_factory=list)
    resume: list[Resumption] = field(default_factory=list)
    """Sources that no hub pushes any more: they are polled at their own rhythm again."""


def plan(standings: Sequence[Standing], base_url: str, now: datetime) -> Plan:
    """What to ask of hubs now. `base_url`: origin of callbacks; empty where no hub can reach us.

    A hub that owes us many verifications is left alone until it has caught up.
    """
    whole = Plan()
    for standing in standings:
        wished = wish(standing) if base_url else Announcement()
        _plan_one(whole, standing, wished, base_url, now)
    owed = Counter(lease.hub for lease in _waiting(standings, now))
    whole.leave = list(_in_turn(whole.leave, owed))
    whole.ask = list(_in_turn(whole.ask, owed))
    return whole


def _plan_one(whole: Plan, standing: Standing, wished: Announcement, base_url: str, now: datetime) -> None:
    active = provided = False
    for lease in standing.leases:
        fits = lease.hub in wished.hubs and lease.topic == wished.topic and lease.base_url == base_url
        if lease.state in (LeaseState.ACTIVE, LeaseState.LEAVING):
            _plan_running(whole, lease, wished, now)
            runs = lease.state is LeaseState.ACTIVE and not has_run_out(lease, now)
            active |= runs
            provided |= runs and fits and not _is_to_be_renewed(lease, now)
        elif not fits:
            whole.end.append(Ending(lease, "it is not wanted any more"))
        elif lease.try_after > now:
            provided = True
        elif lease.state is LeaseState.PENDING:
            hub = wished.hubs[lease.failures % len(wished.hubs)]
            whole.ask.append(Ask(standing.source_id, hub, wished.topic, lease))
            provided = True
        else:
            whole.end.append(Ending(lease, "it was denied, and a new one is asked for"))
    if wished.hubs and not provided:
        whole.ask.append(Ask(standing.source_id, wished.hubs[0], wished.topic))
    if not active and standing.claim and standing.claim.pushed_until:
        whole.resume.append(Resumption(standing.claim, standing.asked_at))


def _plan_running(whole: Plan, lease: Lease, wished: Announcement, now: datetime) -> None:
    if has_run_out(lease, now):
        whole.end.append(Ending(lease, "it ran out"))
    elif lease.state is LeaseState.ACTIVE:
        if not wished.hubs:
            whole.leave.append(lease)
    elif lease.try_after <= now:
        if lease.failures >= LEAVE_ATTEMPTS:
            whole.end.append(Ending(lease, "its hub was told often enough"))
        else:
            whole.leave.append(lease)


def _is_to_be_renewed(lease: Lease, now: datetime) -> bool:
    """Near its end, but never within the pause after it was asked for, however short it is."""
    end = lease.expires_at or now
    ahead = min(_RENEW_AHEAD, (end - lease.asked_at) * _RENEW_SHARE)
    return now >= max(end - ahead, lease.asked_at + PAUSE)


def _waiting(standings: Iterable[Standing], now: datetime) -> Iterator[Lease]:
    """Leases that were asked for, or asked to end, and whose hub has not come back yet."""
    for standing in standings:
        for lease in standing.leases:
            asked = lease.state in (LeaseState.PENDING, LeaseState.LEAVING) and lease.failures
            if asked and lease.asked_at > now - PAUSE:
                yield lease


Request = TypeVar("Request", Ask, Lease)


def _in_turn(requests: Iterable[Request], owed: Counter[str]) -> Iterator[Request]:
    """Those that their hubs can take now."""
    for request in requests:
        if owed[request.hub] < MOST_PER_HUB and owed.total() < MOST_AT_ONCE:
            owed[request.hub] += 1
            yield request
