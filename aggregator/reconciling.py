"""What became of deliveries whose fate is unknown: a server's record tells, or the newsletter's rule does.

And of those whose end is known here, while the ledger could not be written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from aggregator.errors import StoreError
from aggregator.model import Doubt, Outcome, Settlement
from aggregator.newsletter import replies
from aggregator.outgoing import DeliverPorts, Road

DOUBTS_AT_ONCE = 500
HOLD = "hold"


async def record_late(ports: DeliverPorts) -> None:
    """Tell the ledger what it could not be told before. Raises StoreError as long as it cannot be written."""
    traffic = ports.traffic
    late, traffic.unrecorded = traffic.unrecorded, []
    if not late:
        return
    try:
        await asyncio.to_thread(ports.ledger.settle_all, late)
    except StoreError:
        traffic.unrecorded += late
        raise


def reconcile(now: datetime, ports: DeliverPorts) -> int:
    """Settle what can be settled; returns how many are held for the operator."""
    held = after = 0
    while doubts := ports.ledger.doubts(DOUBTS_AT_ONCE, after):
        after = doubts[-1].delivery.id
        settled = []
        for doubt in doubts:
            settlement = _settlement(doubt, ports, now)
            if settlement is None:
                held += 1
            else:
                settled.append(Outcome(doubt.delivery, settlement, None, now))
        if settled:
            ports.ledger.settle_all(settled)
    return held


def _settlement(doubt: Doubt, ports: DeliverPorts, now: datetime) -> Settlement | None:
    if (accepted := _accepted(doubt, ports.roads, now)) is not None:
        return replies.reconciled(accepted)
    newsletter = ports.newsletters.get(doubt.delivery.newsletter)
    return replies.doubtful(doubt, newsletter.on_unknown if newsletter else HOLD, now)


def _accepted(doubt: Doubt, roads: Sequence[Road], now: datetime) -> bool | None:
    """Whether any server took it. That none did can be said only when all of them have told."""
    told = [_told(doubt, road, now) for road in roads]
    if True in told:
        return True
    return None if None in told else False


def _told(doubt: Doubt, road: Road, now: datetime) -> bool | None:
    if road.record is not None:
        return road.record(doubt, now)
    return road.carrier.was_accepted(doubt.delivery.message_id)
