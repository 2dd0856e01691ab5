"""Deliveries whose sender ended: what a crash left leased is judged by the phase it had reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select, update

from aggregator.model import DeliveryState, Phase
from aggregator.store import lease_owner
from aggregator.store.engine import reading, writing
from aggregator.store.tables import deliveries

_row = deliveries.c


def give_back(engine: Engine, now: datetime) -> int:
    """Before the dot a delivery is ready again, after it its fate is unknown; returns how many there were.

    Touches only leases that have run out or whose owner is seen to be gone. One short transaction.
    """
    leased = _row.state == DeliveryState.LEASED.value
    with reading(engine) as connection:
        owners = connection.scalars(select(_row.lease_owner).where(leased).distinct()).all()
    gone = [owner for owner in owners if owner and lease_owner.is_gone(owner)]
    lapsed = leased & ((_row.lease_until <= now) | _row.lease_owner.in_(gone))
    handed_over = _row.phase == Phase.DOT.value
    free = {"lease_owner": None, "lease_until": None}
    with writing(engine) as connection:
        unknown = connection.execute(
            update(deliveries)
            .where(lapsed, handed_over)
            .values(state=DeliveryState.UNKNOWN.value, reason="its sender ended after the dot", **free)
        )
        ready = connection.execute(
            update(deliveries)
            .where(lapsed, ~handed_over)
            .values(state=DeliveryState.READY.value, reason="its sender ended before the dot", **free)
        )
        return unknown.rowcount + ready.rowcount
