"""Which entries of a batch are stored by now, and where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import Identity
from aggregator.store.tables import entries, stories, story_entries


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored entry, as far as a batch needs to know it."""

    entry_id: int
    story_id: int
    leads: bool
    """It is its story's lead: what it says is what readers see."""
    raw_hash: bytes
    published: datetime
    date_guessed: bool


def ids(connection: Connection, identities: Collection[Identity]) -> Iterator[int]:
    """Ids of those of `identities` that are stored.

    Guid and source are searched together, because many sources number their entries from 1. As a table of
    pairs, because SQLite searches its index for such, and not for `IN` with pairs; and in the driver's own
    words, because SQLAlchemy would put such a statement together anew each time.
    """
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    for chunk in chunked(identities):
        pairs = ", ".join([f"({mark}, {mark})"] * len(chunk))
        found = connection.exec_driver_sql(
            f"WITH wanted (guid_hash, source_id) AS (VALUES {pairs}) SELECT entries.id FROM wanted "  # noqa: S608
            "JOIN entries ON entries.guid_hash = wanted.guid_hash AND entries.source_id = wanted.source_id",
            tuple(value for one in chunk for value in (one.guid_hash, one.source_id)),
        )
        yield from found.scalars()


def look_up(connection: Connection, identities: Collection[Identity]) -> dict[Identity, Stored]:
    """Those of `identities` that are stored; one query per chunk."""
    query = (
        select(
            entries.c.id,
            entries.c.source_id,
            entries.c.guid_hash,
            entries.c.raw_hash,
            entries.c.published,
            entries.c.date_guessed,
            story_entries.c.story_id,
            stories.c.lead_entry_id,
        )
        .join(story_entries, story_entries.c.entry_id == entries.c.id)
        .join(stories, stories.c.id == story_entries.c.story_id)
    )
    found = {}
    for chunk in chunked(list(ids(connection, identities))):
        for row in connection.execute(query.where(entries.c.id.in_(chunk))):
            found[Identity(row.source_id, row.guid_hash)] = Stored(
                entry_id=row.id,
                story_id=row.story_id,
                leads=row.lead_entry_id == row.id,
                raw_hash=row.raw_hash,
                published=row.published,
                date_guessed=row.date_guessed,
            )
    return found
