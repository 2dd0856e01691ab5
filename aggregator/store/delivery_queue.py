"""Which letters may go out now: due, not too old, and no server paused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from aggregator.model import DeliveryState, ServerPause
from aggregator.store.conflicts import insert_into
from aggregator.store.tables import deliveries, server_pauses

_WAITING = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
_row = deliveries.c


def expire(connection: Connection, now: datetime) -> None:
    """Mark what waited past its issue's time: a digest that is days late is asked about, not sent."""
    connection.execute(
        update(deliveries)
        .where(_row.state.in_(_WAITING), _row.expires_at <= now)
        .values(state=DeliveryState.EXPIRED.value, reason="it waited until it was too old to be sent")
    )


def pauses(connection: Connection, now: datetime) -> list[ServerPause]:
    """Servers that asked, or proved, to be left alone for a while."""
    query = select(server_pauses).where(server_pauses.c.until > now).order_by(server_pauses.c.server)
    return [ServerPause(row.server, row.until, row.reason) for row in connection.execute(query)]


def due(connection: Connection, now: datetime, limit: int) -> list[Row[Any]]:
    """Letters whose time has come. One look per state: each then reads its index in order and stops early."""
    found: list[Row[Any]] = []
    for state in _WAITING:
        query = (
            select(deliveries)
            .where(
                _row.state == state,
                _row.kind == "issue",
                _row.not_before <= now,
                _row.next_try_at.is_(None) | (_row.next_try_at <= now),
            )
            .order_by(_row.variant_id, _row.id)
            .limit(limit - len(found))
            .with_for_update(skip_locked=True)
        )
        found += connection.execute(query)
    return found


def pause(connection: Connection, server: str, until: datetime, reason: str) -> None:
    """Leave a server alone until then; the last word replaces an earlier one."""
    row = {"server": server, "until": until, "reason": reason}
    statement = insert_into(connection, server_pauses).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[server_pauses.c.server], set_={"until": until, "reason": reason}
        )
    )
