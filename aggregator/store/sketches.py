"""What entries are found and compared by: kept as long as others may join them.

The key of a title stays for good, so that an entry is known again when its source gives it another guid. All
else (the other keys, the fingerprint, the terms) is removed once the entry is older than the window, so that
neither its size nor its cost grows with the archive.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from aggregator.model import DescribedEntry, Description
from aggregator.store import key_index
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.tables import entry_sketches, entry_titles

MOST_PRUNED = 1_000
"""Sketches that leave at once: more come in no batch but after a long absence."""

Described = tuple[int, DescribedEntry]
"""An entry with its id."""


def add(connection: Connection, described: Sequence[Described], oldest: int = 0) -> None:
    """Keep what these entries are found and compared by; of those older than `oldest` the title alone.

    What is excluded is joined by nothing and has no sketch.
    """
    titles = [(entry_id, one.description.title_key) for entry_id, one in described]
    insert_rows(
        connection,
        entry_titles,
        [{"entry_id": entry_id, "key": key} for entry_id, key in titles if key is not None],
    )
    joinable = [
        (entry_id, one.description)
        for entry_id, one in described
        if entry_id >= oldest and not one.entry.excluded and _says_anything(one.description)
    ]
    insert_rows(
        connection,
        entry_sketches,
        [
            {
                "entry_id": entry_id,
                "fingerprint": one.fingerprint,
                "terms": one.terms,
                "packed_keys": pack(one.keys),
            }
            for entry_id, one in joinable
        ],
    )
    key_index.add(connection, [row for one in joinable for row in _key_rows(*one)])


def _says_anything(description: Description) -> bool:
    return bool(description.fingerprint or description.terms or description.keys)


def _key_rows(entry_id: int, description: Description) -> list[key_index.Row]:
    return [(key_index.spread(key), entry_id) for key in set(description.keys) - {description.title_key}]


def replace(connection: Connection, described: Sequence[Described], oldest: int) -> None:
    """Put these in the place of what the entries were found and compared by until now."""
    _remove(connection, [entry_id for entry_id, _ in described])
    add(connection, described, oldest)


def _remove(connection: Connection, entry_ids: Sequence[int]) -> None:
    for chunk in chunked(entry_ids):
        of_these = select(entry_sketches.c.entry_id, entry_sketches.c.packed_keys)
        found = connection.execute(of_these.where(entry_sketches.c.entry_id.in_(chunk))).all()
        key_index.remove(
            connection,
            [(key_index.spread(key), entry_id) for entry_id, keys in found for key in unpack(keys)],
        )
        connection.execute(delete(entry_sketches).where(entry_sketches.c.entry_id.in_(chunk)))
        connection.execute(delete(entry_titles).where(entry_titles.c.entry_id.in_(chunk)))


def prune(connection: Connection, oldest: int) -> None:
    """Forget the sketches of some entries before `oldest`; their keys leave when the index is swept."""
    old = select(entry_sketches.c.entry_id).where(entry_sketches.c.entry_id < oldest)
    some = old.order_by(entry_sketches.c.entry_id).limit(MOST_PRUNED)
    connection.execute(delete(entry_sketches).where(entry_sketches.c.entry_id.in_(some)))


def pack(keys: Sequence[int]) -> bytes:
    """Keys as bytes: 64 bits each, signed, little-endian."""
    return struct.pack(f"<{len(keys)}q", *keys)


def unpack(packed: bytes) -> tuple[int, ...]:
    """What `pack` packed."""
    return struct.unpack(f"<{len(packed) // 8}q", packed)
