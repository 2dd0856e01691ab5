"""What readings taught of sentences that a source repeats: one small row per source, opaque to the store."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from aggregator.model import SourceUpdate
from aggregator.store.conflicts import insert_into
from aggregator.store.tables import source_repeats


def of(connection: Connection, source_id: str) -> bytes:
    """What is remembered of one source; empty before its first reading."""
    query = select(source_repeats.c.sentences).where(source_repeats.c.source_id == source_id)
    return connection.scalar(query) or b""


def record(connection: Connection, updates: Sequence[SourceUpdate]) -> None:
    """Replace what is remembered of the sources that taught something; one statement."""
    rows = [
        {"source_id": one.source_id, "sentences": one.repeats} for one in updates if one.repeats is not None
    ]
    if rows:
        new = insert_into(connection, source_repeats)
        replace = new.on_conflict_do_update(
            index_elements=["source_id"], set_={"sentences": new.excluded.sentences}
        )
        connection.execute(replace, rows)
