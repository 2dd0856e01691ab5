"""How sources stand, as the operator sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, case, cast, exists, func, select

from aggregator.model import Source, SourceHealth, SourceState, SourceStatus
from aggregator.store import source_memory
from aggregator.store.tables import entries, entry_tags, sources

RECENT = timedelta(days=7)
DEFAULT_TAKEN = '%"source"%'
"""Evidence, as its column writes it, of a tag that is the source's default country: no other stands there."""


def statuses(connection: Connection, configured: Sequence[Source]) -> list[SourceStatus]:
    """How the sources stand, in their order."""
    counted = select(entries.c.source_id, func.count().label("held")).group_by(entries.c.source_id).subquery()
    query = select(sources, counted.c.held).outerjoin(counted, counted.c.source_id == sources.c.id)
    rows = {row.id: row for row in connection.execute(query)}
    return [_status(source, rows.get(source.id)) for source in configured]


def health(connection: Connection, configured: Sequence[Source], now: datetime) -> list[SourceHealth]:
    """The same with what they brought within RECENT before `now`: one query over all sources."""
    tagged = exists().where(entry_tags.c.entry_id == entries.c.id, entry_tags.c.role == "subject")
    by_default = tagged.where(cast(entry_tags.c.evidence, Text).like(DEFAULT_TAKEN))
    recent = and_(entries.c.first_seen >= now - RECENT, entries.c.state != "excluded")
    counted = (
        select(
            entries.c.source_id,
            func.count().label("held"),
            func.sum(case((recent, 1), else_=0)).label("recent"),
            func.sum(case((and_(recent, ~tagged), 1), else_=0)).label("untagged"),
            func.sum(case((and_(recent, by_default), 1), else_=0)).label("by_default"),
        )
        .group_by(entries.c.source_id)
        .subquery()
    )
    query = select(
        sources, counted.c.held, counted.c.recent, counted.c.untagged, counted.c.by_default
    ).outerjoin(counted, counted.c.source_id == sources.c.id)
    rows = {row.id: row for row in connection.execute(query)}
    return [_health(source, rows.get(source.id)) for source in configured]


def _health(source: Source, row: Row[Any] | None) -> SourceHealth:
    status = _status(source, row)
    if row is None:
        return SourceHealth(status)
    return SourceHealth(status, int(row.recent or 0), int(row.untagged or 0), int(row.by_default or 0))


def _status(source: Source, row: Row[Any] | None) -> SourceStatus:
    if row is None:
        return SourceStatus(source, SourceState.NEVER, "")
    return SourceStatus(
        source=source,
        state=SourceState(row.state),
        message=row.message,
        failures=row.failures,
        last_attempt=row.last_attempt,
        last_success=row.last_success,
        next_poll=row.next_poll,
        newest_entry=row.newest_entry,
        entries=row.held or 0,
        pace=source_memory.pace(row),
        whereabouts=source_memory.whereabouts(row),
    )
