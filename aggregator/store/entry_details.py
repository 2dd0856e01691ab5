"""What hangs on entries: their tags and their look-up keys, inserted for many entries at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete

from aggregator.model import DescribedEntry
from aggregator.store.bulk import insert_rows
from aggregator.store.entry_rows import key_rows, tag_rows
from aggregator.store.tables import entry_keys, entry_tags


def add(connection: Connection, described: Iterable[tuple[int, DescribedEntry]]) -> None:
    """Insert the tags and keys of these entries, each given with its id."""
    entries = list(described)
    insert_rows(connection, entry_tags, [row for one in entries for row in tag_rows(*one)])
    if keys := [row for entry_id, entry in entries for row in key_rows(entry_id, entry)]:
        _insert_keys(connection, keys)


def _insert_keys(connection: Connection, rows: list[tuple[int, int]]) -> None:
    """Plain integers, and far more rows than of anything else: each database gets them its quickest way."""
    if connection.dialect.name == "postgresql":
        unnested = "INSERT INTO entry_keys (key, entry_id) SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
        keys, entry_ids = zip(*rows, strict=True)
        connection.exec_driver_sql(unnested, (list(keys), list(entry_ids)))
    else:
        connection.exec_driver_sql("INSERT INTO entry_keys (key, entry_id) VALUES (?, ?)", rows)


def remove(connection: Connection, entry_ids: Sequence[int]) -> None:
    """Take away the tags and keys of these entries."""
    connection.execute(delete(entry_tags).where(entry_tags.c.entry_id.in_(entry_ids)))
    connection.execute(delete(entry_keys).where(entry_keys.c.entry_id.in_(entry_ids)))
