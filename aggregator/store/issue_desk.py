"""The operator's hand on issues that are on their way: look, pause, resume, cancel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select, update

from aggregator.model import DeliveryState, IssueProgress
from aggregator.store.engine import reading, writing
from aggregator.store.tables import deliveries, issues

FROZEN, CANCELLED = "frozen", "cancelled"
_WAITING = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
_OPEN = (*_WAITING, DeliveryState.LEASED.value, DeliveryState.UNKNOWN.value)
"""Those that may have to wait yet, or again."""
_row = deliveries.c


class IssueDesk:
    """Issues after their freezing, as the operator handles them. Each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pause(self, issue_id: int, now: datetime, reason: str = "") -> bool:
        """Claim no more letters of an issue; those under way are finished.

        False when there is no such issue on its way, or it is paused already.
        """
        with writing(self._engine) as connection:
            return pause(connection, issue_id, now, reason)

    def resume(self, issue_id: int, now: datetime) -> bool:
        """Let a paused issue go on, as it stands; False when it is not paused.

        It gets back the time that it was paused for: a letter does not expire because the operator thought.
        """
        with writing(self._engine) as connection:
            return resume(connection, issue_id, now)

    def cancel(self, issue_id: int, now: datetime) -> int:
        """Send no more letters of an issue, for good; returns how many will not be sent.

        What is leased goes out or comes back; what comes back is cancelled when it is next looked at.
        """
        with writing(self._engine) as connection:
            closed = connection.execute(
                update(issues)
                .where(issues.c.id == issue_id, issues.c.state == FROZEN)
                .values(state=CANCELLED, paused_at=None, pause_reason=None)
            )
            if closed.rowcount == 0 and not _is_cancelled(connection, issue_id):
                return 0
            return connection.execute(
                update(deliveries)
                .where(_row.issue_id == issue_id, _row.kind == "issue", _row.state.in_(_WAITING))
                .values(
                    state=DeliveryState.CANCELLED.value,
                    reason=f"the issue was cancelled at {now:%Y-%m-%d %H:%M} UTC",
                    next_try_at=None,
                )
            ).rowcount

    def progress(self, issue_id: int) -> IssueProgress | None:
        """How far one issue has come; None when there is none of this number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(issues).where(issues.c.id == issue_id)).one_or_none()
            return None if row is None else _progress(connection, [row])[0]

    def recent(self, limit: int) -> Sequence[IssueProgress]:
        """The last issues that were frozen, the newest first; periods without news are none."""
        query = select(issues).where(issues.c.state != "skipped").order_by(issues.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return _progress(connection, connection.execute(query).all())


def pause(connection: Connection, issue_id: int, now: datetime, reason: str) -> bool:
    """Mark an issue as paused, in the caller's transaction; False when it is already, or not on its way."""
    paused = connection.execute(
        update(issues)
        .where(issues.c.id == issue_id, issues.c.state == FROZEN, issues.c.paused_at.is_(None))
        .values(paused_at=now, pause_reason=reason)
    )
    return paused.rowcount > 0


def resume(connection: Connection, issue_id: int, now: datetime) -> bool:
    """Let a paused issue go on, in the caller's transaction; False when it is not paused."""
    found = select(issues.c.paused_at).where(issues.c.id == issue_id, issues.c.state == FROZEN)
    paused_at: datetime | None = connection.scalar(found)
    if paused_at is None:
        return False
    connection.execute(
        update(issues).where(issues.c.id == issue_id).values(paused_at=None, pause_reason=None)
    )
    _give_time(connection, issue_id, paused_at, now)
    return True


def _is_cancelled(connection: Connection, issue_id: int) -> bool:
    return connection.scalar(select(issues.c.state).where(issues.c.id == issue_id)) == CANCELLED


def _give_time(connection: Connection, issue_id: int, paused_at: datetime, now: datetime) -> None:
    """Move the expiry of what may still go by the length of the pause."""
    open_letters = [_row.issue_id == issue_id, _row.kind == "issue", _row.state.in_(_OPEN)]
    moments = connection.scalars(select(_row.expires_at).where(*open_letters).distinct()).all()
    # One or two moments in all: letters of an issue expire together. The latest first: none moves twice.
    for moment in sorted(moments, reverse=True):
        later = moment + max(now - paused_at, timedelta())
        connection.execute(
            update(deliveries).where(*open_letters, _row.expires_at == moment).values(expires_at=later)
        )


def _progress(connection: Connection, rows: Sequence[Row[Any]]) -> list[IssueProgress]:
    ids = [row.id for row in rows]
    counts = _counts(connection, ids)
    query = (
        select(_row.issue_id, func.min(_row.sent_at), func.max(_row.sent_at))
        .where(_row.issue_id.in_(ids))
        .group_by(_row.issue_id)
    )
    sent = {issue_id: (first, last) for issue_id, first, last in connection.execute(query)}
    waits = (
        select(_row.issue_id, func.min(_row.not_before).label("first"))
        .where(_row.issue_id.in_(ids), _row.kind == "issue", _row.state.in_(_WAITING))
        .group_by(_row.issue_id)
    )
    following = {row.issue_id: row.first for row in connection.execute(waits)}
    return [
        IssueProgress(
            issue_id=row.id,
            newsletter=row.newsletter,
            track=row.track,
            period_key=row.period_key,
            state=row.state,
            counts=counts.get(row.id, {}),
            paused_at=row.paused_at,
            pause_reason=row.pause_reason or "",
            first_sent_at=sent.get(row.id, (None, None))[0],
            last_sent_at=sent.get(row.id, (None, None))[1],
            next_at=following.get(row.id),
        )
        for row in rows
    ]


def _counts(connection: Connection, ids: Sequence[int]) -> Mapping[int, Mapping[DeliveryState, int]]:
    query = (
        select(_row.issue_id, _row.state, func.count())
        .where(_row.issue_id.in_(ids))
        .group_by(_row.issue_id, _row.state)
    )
    counts: dict[int, dict[DeliveryState, int]] = {}
    for issue_id, state, count in connection.execute(query):
        counts.setdefault(issue_id, {})[DeliveryState(state)] = count
    return counts
