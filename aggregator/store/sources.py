"""Sources: which may be polled now, and how they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from aggregator.errors import UsageError
from aggregator.model import (
    GONE_FOR_GOOD,
    Claims,
    Refusal,
    Source,
    SourceHealth,
    SourceState,
    SourceStatus,
)
from aggregator.store import source_health, source_memory
from aggregator.store.engine import reading, writing
from aggregator.store.heirs import inherit
from aggregator.store.tables import sources

_USUAL_INTERVAL = timedelta(hours=1)
"""Until a source's own rhythm is known."""
UNDER_WAY = timedelta(minutes=5)
"""How long a claimed source is left alone by other claimers, forced ones too, until its poll is recorded.

Longer than a poll waits and takes; a crash costs a forced one that long.
"""


@dataclass(frozen=True, slots=True)
class _Due:
    """One source in the light of its row: when it may be asked."""

    source: Source
    row: Row[Any]

    def refusal(self, now: datetime, *, force: bool) -> Refusal | None:
        """Why it must not be asked now; `force` overrides our own interval and that it is gone, no more."""
        not_before = self.row.not_before
        if not_before is not None and not_before > now:
            reason = self._reason_to_wait()
            askable_at = not_before if force else max(not_before, self.row.next_poll)
            return Refusal(self.source.id, askable_at, reason)
        if self.row.gone_count >= GONE_FOR_GOOD and not force:
            reason = "it answered 410 Gone twice, a day apart: give it another url, or insist with --force"
            return Refusal(self.source.id, None, reason)
        if self.row.next_poll > now and not force:
            return Refusal(self.source.id, self.row.next_poll, "its interval has not passed yet")
        return None

    def _reason_to_wait(self) -> str:
        began = self.row.last_attempt
        if began is not None and self.row.not_before == began + UNDER_WAY:
            return f"a poll of it, begun at {began:%H:%M:%S} UTC, may be under way"
        return "its server said when it may be asked again (Retry-After or cache lifetime)"

    def due_again(self, now: datetime) -> datetime:
        """When to ask again if nothing is heard of this attempt: after the wait that led to it.

        Whatever the server said that it holds for is in that wait.
        """
        waited = self.row.next_poll - self.row.last_attempt if self.row.last_attempt else timedelta(0)
        return now + max(self.source.interval or _USUAL_INTERVAL, waited)


class SourceStore:
    """The sources of one configuration and what we remember of them."""

    def __init__(self, engine: Engine, configured: Sequence[Source]) -> None:
        self._engine = engine
        self._configured = {source.id: source for source in configured}

    def synchronise(self, now: datetime) -> None:
        """Take the configuration over; call it at start.

        New sources are due at once. One that `was` another keeps the other's history. Removed ones stop and
        keep their history, which they get back when they return. One transaction over all sources.
        """
        with writing(self._engine) as connection:
            inherit(connection, self._configured.values())
            stored = {row.id: row for row in connection.execute(select(sources))}
            self._insert_new(connection, stored, now)
            self._move(connection, stored, now)
            returned = [key for key in self._configured if key in stored and not stored[key].active]
            removed = [key for key, row in stored.items() if row.active and key not in self._configured]
            _set_active(connection, returned, True)
            _set_active(connection, removed, False)

    def _insert_new(self, connection: Connection, stored: Collection[str], now: datetime) -> None:
        rows = [
            {
                "id": source.id,
                "url": source.url,
                "active": True,
                "next_poll": now,
                "state": SourceState.NEVER.value,
                "message": "",
                **source_memory.WITHOUT_MEMORY,
            }
            for source in self._configured.values()
            if source.id not in stored
        ]
        if rows:
            connection.execute(insert(sources), rows)

    def _move(self, connection: Connection, stored: Mapping[str, Row[Any]], now: datetime) -> None:
        """Forget what was known of addresses that config has replaced; the new ones are due at once."""
        for key, row in stored.items():
            source = self._configured.get(key)
            if source is None or source.url == row.url:
                continue
            # Another page of the same server does not undo that server's word.
            same_server = urlsplit(source.url).hostname == urlsplit(row.url).hostname
            not_before = row.not_before if same_server else None
            connection.execute(
                update(sources)
                .where(sources.c.id == key)
                .values(url=source.url, next_poll=now, not_before=not_before, **source_memory.WITHOUT_MEMORY)
            )

    def claim(self, now: datetime, *, only: Collection[str] = (), force: bool = False) -> Claims:
        """Take the sources that are due, or those of `only`; the attempt is durable before this returns.

        The next poll is set to one interval from now, so that a crash costs one interval and never an early
        request. `force` (with `only`) overrides our own interval, never the source's word. Sources that are
        gone for good are not due. One short
        transaction that holds the rows it takes; due rows that another claimer holds are left to it. Raises
        UsageError for an id that is not configured.
        """
        self._refuse_unknown(only)
        with writing(self._engine) as connection:
            due = self._lock(connection, now, only)
            refused = [refusal for one in due if (refusal := one.refusal(now, force=force and bool(only)))]
            held = {refusal.source_id for refusal in refused}
            granted = [one for one in due if one.source.id not in held]
            if granted:
                _record_attempts(connection, granted, now)
        claimed = tuple(source_memory.claim(one.source, one.row) for one in granted)
        return Claims(claimed, tuple(refused) if only else ())

    def looked_at(self, source_id: str, not_before: datetime | None) -> None:
        """End a claim of which nothing is stored; its server's word on when it may be asked again holds."""
        with writing(self._engine) as connection:
            connection.execute(update(sources).where(sources.c.id == source_id).values(not_before=not_before))

    def _refuse_unknown(self, only: Collection[str]) -> None:
        for key in only:
            if key not in self._configured:
                near = get_close_matches(key, self._configured, n=3)
                hint = f"; did you mean {' or '.join(near)}?" if near else ""
                raise UsageError(f"no source {key!r} is configured and enabled{hint}")

    def _lock(self, connection: Connection, now: datetime, only: Collection[str]) -> list[_Due]:
        query = select(sources).where(sources.c.active).order_by(sources.c.next_poll, sources.c.id)
        if only:
            query = query.where(sources.c.id.in_(only))
        else:
            query = query.where(
                sources.c.next_poll <= now,
                sources.c.gone_count < GONE_FOR_GOOD,
                sources.c.not_before.is_(None) | (sources.c.not_before <= now),
            )
        # Who names a source waits for the other claimer, and learns from the row when it may be asked.
        rows = connection.execute(query.with_for_update(skip_locked=not only)).all()
        return [_Due(self._configured[row.id], row) for row in rows if row.id in self._configured]

    def statuses(self) -> Sequence[SourceStatus]:
        """How the configured sources stand, in the order of the configuration."""
        with reading(self._engine) as connection:
            return source_health.statuses(connection, list(self._configured.values()))

    def health(self, now: datetime) -> Sequence[SourceHealth]:
        """The same, with what each brought in the seven days before `now`."""
        with reading(self._engine) as connection:
            return source_health.health(connection, list(self._configured.values()), now)


def _set_active(connection: Connection, keys: Sequence[str], active: bool) -> None:
    if keys:
        connection.execute(update(sources).where(sources.c.id.in_(keys)).values(active=active))


def _record_attempts(connection: Connection, granted: Sequence[_Due], now: datetime) -> None:
    connection.execute(
        update(sources)
        .where(sources.c.id == bindparam("source_id"))
        # A claim is a word of ours: it ends when the poll's record puts the server's word in its place.
        .values(
            last_attempt=bindparam("at"), next_poll=bindparam("next_at"), not_before=bindparam("held_until")
        ),
        [
            {
                "source_id": one.source.id,
                "at": now,
                "next_at": one.due_again(now),
                "held_until": now + UNDER_WAY,
            }
            for one in granted
        ],
    )
