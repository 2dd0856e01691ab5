"""Which mail may go out now: due, not too old, of no issue that rests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, select, update

from aggregator.model import DeliveryState, ServerPause
from aggregator.store.conflicts import insert_into
from aggregator.store.notices import KINDS
from aggregator.store.tables import deliveries, issues, server_pauses

LONGEST_PAUSE = timedelta(hours=1)
"""A pause that seems to last longer was written by a clock that was wrong, and is none."""
_WAITING = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
_ISSUE = "issue"
_row = deliveries.c


def expire(connection: Connection, now: datetime) -> None:
    """Settle what will not be sent: what waited too long, and what comes late of a cancelled issue.

    Letters of a paused issue do not grow older: it gets that time back when it goes on.
    """
    paused = select(issues.c.id).where(issues.c.paused_at.is_not(None))
    grows_older = (_row.kind != _ISSUE) | _row.issue_id.not_in(paused)
    connection.execute(
        update(deliveries)
        .where(_row.state.in_(_WAITING), _row.expires_at <= now, grows_older)
        .values(state=DeliveryState.EXPIRED.value, reason="it waited until it was too old to be sent")
    )
    cancelled = select(issues.c.id).where(issues.c.state == "cancelled")
    connection.execute(
        update(deliveries)
        .where(_row.state.in_(_WAITING), _row.kind == _ISSUE, _row.issue_id.in_(cancelled))
        .values(state=DeliveryState.CANCELLED.value, reason="the issue was cancelled")
    )


def due(
    connection: Connection, now: datetime, limit: int, newsletters: Collection[str] | None
) -> list[Row[Any]]:
    """Mail whose time has come: notices first, then the letters of one issue after the other.

    `newsletters`: whose issues may go out; None for all. Each look reads its index in order and stops early,
    whatever else waits: letters of paused issues and of later hours are not walked through.
    """
    found: list[Row[Any]] = []
    for state in _WAITING:
        for kind in KINDS:
            found += _take(connection, now, limit - len(found), state, _row.kind == kind)
    if newsletters is not None and not newsletters:
        return found
    for issue_id in _issues_due(connection, now, newsletters):
        of_issue = (_row.kind == _ISSUE) & (_row.issue_id == issue_id)
        for state in _WAITING:
            found += _take(connection, now, limit - len(found), state, of_issue)
    return found


def _take(
    connection: Connection, now: datetime, limit: int, state: str, which: ColumnElement[bool]
) -> list[Row[Any]]:
    if limit <= 0:
        return []
    query = (
        select(_row.id, _row.issue_id, _row.message_id, _row.secret_key_id, _row.nonce)
        .where(_row.state == state, which, _row.not_before <= now)
        .order_by(_row.not_before, _row.variant_id, _row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(query))


def _issues_due(connection: Connection, now: datetime, newsletters: Collection[str] | None) -> list[int]:
    """Issues on their way that have a letter due, the longest due first: one step into the index for each."""
    query = (
        select(issues.c.id)
        .where(
            issues.c.state == "frozen",
            issues.c.paused_at.is_(None),
            _first_due(now, DeliveryState.READY) | _first_due(now, DeliveryState.DEFERRED),
        )
        .order_by(issues.c.send_after, issues.c.id)
    )
    if newsletters is not None:
        query = query.where(issues.c.newsletter.in_(newsletters))
    return list(connection.scalars(query))


def _first_due(now: datetime, state: DeliveryState) -> ColumnElement[bool]:
    # A scalar subquery and no EXISTS: PostgreSQL would rather join all letters than look once per issue.
    first: Select[Any] = (
        select(_row.id)
        .where(
            _row.state == state.value,
            _row.kind == _ISSUE,
            _row.issue_id == issues.c.id,
            _row.not_before <= now,
        )
        .limit(1)
    )
    return first.correlate(issues).scalar_subquery().is_not(None)


def notices_wait(connection: Connection, now: datetime) -> bool:
    """Whether any mail is due that is no issue."""
    looks = (
        select(_row.id).where(_row.state == state, _row.kind == kind, _row.not_before <= now).limit(1)
        for state in _WAITING
        for kind in KINDS
    )
    return any(connection.scalar(look) is not None for look in looks)


def pauses(connection: Connection, now: datetime) -> list[ServerPause]:
    """Servers that asked, or proved, to be left alone for a while."""
    until = server_pauses.c.until
    query = select(server_pauses).where(until > now, until <= now + LONGEST_PAUSE)
    rows = connection.execute(query.order_by(server_pauses.c.server))
    return [ServerPause(row.server, row.until, row.reason) for row in rows]


def lift_pauses(connection: Connection) -> None:
    """Ask servers again that were left alone: what kept them from taking mail is mended."""
    connection.execute(delete(server_pauses))


def pause(connection: Connection, server: str, until: datetime, reason: str) -> None:
    """Leave a server alone until then; the last word replaces an earlier one."""
    row = {"server": server, "until": until, "reason": reason}
    statement = insert_into(connection, server_pauses).values(row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[server_pauses.c.server], set_={"until": until, "reason": reason}
        )
    )
