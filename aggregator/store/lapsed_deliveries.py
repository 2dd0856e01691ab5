"""Deliveries that their sender gave up: judged by the phase that they had reached."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, select, update

from aggregator.model import Delivery, DeliveryState, Phase
from aggregator.store import lease_owner
from aggregator.store.chunks import chunked
from aggregator.store.engine import reading, writing
from aggregator.store.tables import deliveries

_row = deliveries.c
_LEASED = _row.state == DeliveryState.LEASED.value


def give_back(engine: Engine, now: datetime, lease: timedelta) -> int:
    """Before the dot a delivery is ready again, after it its fate is unknown; returns how many there were.

    Touches only leases that have run out or whose owner is seen to be gone; a lease that would last much
    longer than any does was taken by a clock that was wrong. Much: clocks of two hosts differ a little.
    One short transaction, and none when there is nothing.
    """
    with reading(engine) as connection:
        owners = connection.scalars(select(_row.lease_owner).where(_LEASED).distinct()).all()
    if not owners:
        return 0
    gone = [owner for owner in owners if owner and lease_owner.is_gone(owner)]
    ran_out = (_row.lease_until <= now) | (_row.lease_until > now + 2 * lease)
    with writing(engine) as connection:
        count = _free(connection, _LEASED & ran_out, now)
        return count + sum(
            _free(connection, _LEASED & _row.lease_owner.in_(chunk), now) for chunk in chunked(gone)
        )


def surrender(engine: Engine, given_up: Collection[Delivery], now: datetime) -> int:
    """Give back what this process claimed and does not send; what is another's by now stays as it is."""
    count = 0
    with writing(engine) as connection:
        for chunk in chunked(given_up):
            ids, leases = [one.id for one in chunk], {one.lease for one in chunk}
            count += _free(connection, _LEASED & _row.id.in_(ids) & _row.lease_owner.in_(leases), now)
    return count


def _free(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    handed_over = _row.phase == Phase.DOT.value
    free = {"lease_owner": None, "lease_until": None}
    unknown = connection.execute(
        update(deliveries)
        .where(which, handed_over)
        .values(
            state=DeliveryState.UNKNOWN.value,
            reason="its sender ended after the dot",
            unknown_since=now,
            **free,
        )
    )
    ready = connection.execute(
        update(deliveries)
        .where(which, ~handed_over)
        .values(state=DeliveryState.READY.value, reason="its sender ended before the dot", **free)
    )
    return unknown.rowcount + ready.rowcount
