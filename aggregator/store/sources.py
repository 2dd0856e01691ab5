"""Sources: which may be polled now, and how they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Float,
    Row,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from aggregator.errors import UsageError
from aggregator.model import (
    GONE_FOR_GOOD,
    Claim,
    Claims,
    Refusal,
    Source,
    SourceHealth,
    SourceState,
    SourceStatus,
    SourceUpdate,
    Validators,
)
from aggregator.store import source_health, source_memory
from aggregator.store.engine import reading, writing
from aggregator.store.heirs import inherit
from aggregator.store.tables import sources
from aggregator.store.tables.columns import Utc

_USUAL_INTERVAL = timedelta(hours=1)
"""Until a source's own rhythm is known."""

_SUCCESSES = frozenset(
    {
        SourceState.OK,
        SourceState.NOT_MODIFIED,
        SourceState.EMPTY,
        SourceState.ALL_UNDATED,
        SourceState.STALE,
    }
)
"""States of a poll that the source answered as a feed does."""


@dataclass(frozen=True, slots=True)
class _Due:
    """One source in the light of its row: when it may be asked."""

    source: Source
    row: Row[Any]

    def refusal(self, now: datetime, *, force: bool) -> Refusal | None:
        """Why it must not be asked now; `force` overrides our own interval and that it is gone, no more."""
        not_before = self.row.not_before
        if not_before is not None and not_before > now:
            reason = "its server said when it may be asked again (Retry-After or cache lifetime)"
            askable_at = not_before if force else max(not_before, self.row.next_poll)
            return Refusal(self.source.id, askable_at, reason)
        if self.row.gone_count >= GONE_FOR_GOOD and not force:
            reason = "it answered 410 Gone twice, a day apart: give it another url, or insist with --force"
            return Refusal(self.source.id, None, reason)
        if self.row.next_poll > now and not force:
            return Refusal(self.source.id, self.row.next_poll, "its interval has not passed yet")
        return None

    def due_again(self, now: datetime) -> datetime:
        """When to ask again if nothing is heard of this attempt: after the wait that led to it.

        Whatever the server said that it holds for is in that wait.
        """
        waited = self.row.next_poll - self.row.last_attempt if self.row.last_attempt else timedelta(0)
        return now + max(self.source.interval or _USUAL_INTERVAL, waited)

    def claim(self) -> Claim:
        return Claim(
            source=self.source,
            validators=Validators(self.row.etag, self.row.last_modified),
            body_hash=self.row.body_hash,
            failures=self.row.failures,
            first=self.row.last_success is None,
            last_success=self.row.last_success,
            pace=source_memory.pace(self.row),
            whereabouts=source_memory.whereabouts(self.row),
            plain_agent=bool(self.row.plain_agent),
            newest_entry=self.row.newest_entry,
            usual_gap=None if self.row.usual_gap is None else timedelta(seconds=self.row.usual_gap),
        )


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
        return Claims(tuple(one.claim() for one in granted), tuple(refused) if only else ())

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
        .values(last_attempt=bindparam("at"), next_poll=bindparam("next_at")),
        [{"source_id": one.source.id, "at": now, "next_at": one.due_again(now)} for one in granted],
    )


def record(connection: Connection, updates: Sequence[SourceUpdate]) -> None:
    """Write how sources stand after a poll, inside the transaction that writes their entries."""
    columns = sources.c
    of_source = update(sources).where(columns.id == bindparam("source_id"))
    if not updates:
        return
    connection.execute(
        of_source.values(
            state=bindparam("new_state"),
            message=bindparam("new_message"),
            failures=bindparam("new_failures"),
            next_poll=bindparam("next_at"),
            not_before=bindparam("askable_at"),
            last_success=func.coalesce(bindparam("success", type_=Utc), columns.last_success),
            newest_entry=_later(bindparam("newest", type_=Utc), columns.newest_entry),
            usual_gap=func.coalesce(bindparam("gap", type_=Float), columns.usual_gap),
        ),
        [_update_row(one) for one in updates],
    )
    if validated := [one for one in updates if one.validators is not None]:
        connection.execute(
            of_source.values(etag=bindparam("new_etag"), last_modified=bindparam("modified")),
            [_validators_row(one.source_id, one.validators) for one in validated if one.validators],
        )
    source_memory.record(connection, updates)
    if hashed := [one for one in updates if one.body_hash is not None]:
        connection.execute(
            of_source.values(body_hash=bindparam("new_hash")),
            [{"source_id": one.source_id, "new_hash": one.body_hash} for one in hashed],
        )


def _later(new: ColumnElement[Any], stored: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((stored.is_(None), new), (new > stored, new), else_=stored)


def _update_row(one: SourceUpdate) -> dict[str, Any]:
    return {
        "source_id": one.source_id,
        "new_state": one.state.value,
        "new_message": one.message,
        "new_failures": one.failures,
        "next_at": one.next_poll,
        "askable_at": one.not_before,
        "success": one.at if one.state in _SUCCESSES else None,
        "newest": one.newest_entry,
        "gap": one.usual_gap.total_seconds() if one.usual_gap else None,
    }


def _validators_row(source_id: str, validators: Validators) -> dict[str, Any]:
    return {"source_id": source_id, "new_etag": validators.etag, "modified": validators.last_modified}
