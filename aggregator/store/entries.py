"""Entries: what is known of them, and the one transaction that a poll's batch writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, select

from aggregator.model import Batch, DescribedEntry, KnownEntry
from aggregator.store import candidates, learned, repeats, source_record
from aggregator.store.batch import prepare, write
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.tables import entries

KNOWN_PER_SOURCE = 5_000
"""How far back `known` looks. An older entry that comes up again is still found by `candidates`."""


class EntryStore:
    """All entries of all sources."""

    def __init__(self, engine: Engine, id_domain: str) -> None:
        """`id_domain`: domain of new stories' `tag:` URIs."""
        self._engine = engine
        self._id_domain = id_domain

    def known(self, source_id: str) -> Mapping[str, bytes]:
        """Raw hash by guid of a source's stored entries, the newest `KNOWN_PER_SOURCE` of them."""
        query = (
            select(entries.c.guid, entries.c.raw_hash)
            .where(entries.c.source_id == source_id)
            .order_by(entries.c.id.desc())
            .limit(KNOWN_PER_SOURCE)
        )
        with reading(self._engine) as connection:
            return {row.guid: row.raw_hash for row in connection.execute(query)}

    def repeats(self, source_id: str) -> bytes:
        """What readings taught of sentences that a source repeats; empty before the first."""
        with reading(self._engine) as connection:
            return repeats.of(connection, source_id)

    def candidates(self, entries: Sequence[DescribedEntry], now: datetime) -> Sequence[KnownEntry]:
        """Stored entries that share an identity, an address or keys with these, and others of their stories.

        One look back. Keys other than that of the title reach back from `now` as far as the window.
        """
        with reading(self._engine) as connection:
            return candidates.find(connection, entries, now)

    def learned(self) -> bytes:
        """What judgement learned from all that came in, as it packed it; empty before the first."""
        with reading(self._engine) as connection:
            return learned.latest(connection)

    def commit(self, batch: Batch) -> None:
        """Write entries, stories and their sources' state in one transaction, all or nothing.

        Rows are made beforehand; the transaction holds the lane of stories while it looks up which entries
        are stored by now, numbers what is new and inserts it. Written twice, a batch adds nothing.
        """
        prepared = prepare(batch)
        with writing(self._engine, Lane.STORIES) as connection:
            write(connection, prepared, batch, self._id_domain)
            source_record.record(connection, batch.updates)
            repeats.record(connection, batch.updates)
            learned.record(connection, batch.learned, batch.at)
