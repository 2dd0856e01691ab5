"""Which entries have which key: an index in two parts, that costs the same however long it grows.

Keys are as good as random, so that each one that is put into a long index changes a page of its own, which is
to be written whole: a batch of 500 entries would write thousands. So they are put into a short index first,
`fresh_keys`, and swept into the long one, `entry_keys`, stretch by stretch: what lies together there comes
together. Each new entry pays for one stretch; after `CYCLE` of them all keys were passed once. What is too
old leaves in passing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, delete, select

from aggregator.store import newest
from aggregator.store.conflicts import insert_into
from aggregator.store.newest import Shared
from aggregator.store.tables import entry_keys, fresh_keys

CYCLE = 1 << 14
"""New entries until the whole index was swept once; about half as many are in its short part."""

_SMALLEST, _ALL = -(1 << 63), 1 << 64
_MULTIPLIER = 0x9E37_79B9_7F4A_7C15
"""2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, section 6.4)."""

_INTO, _ONCE = "INSERT INTO fresh_keys (key, entry_id)", "ON CONFLICT DO NOTHING"
"""A clock that is set back may bring up keys that were forgotten and have not left yet."""

Row = tuple[int, int]
"""A spread key and an entry."""


def spread(key: int) -> int:
    """A key as the index has it: some kinds of keys are small numbers, which would lie in one stretch.

    Signed 64-bit, as `key`; different for different keys.
    """
    return (key * _MULTIPLIER - _SMALLEST) % _ALL + _SMALLEST


def add(connection: Connection, rows: Sequence[Row]) -> None:
    """Put keys of new entries into the index. Each database gets them its quickest way."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        keys, entry_ids = zip(*rows, strict=True)
        unnested = "SELECT * FROM unnest(%s::bigint[], %s::bigint[])"
        connection.exec_driver_sql(f"{_INTO} {unnested} {_ONCE}", (list(keys), list(entry_ids)))
    else:
        # In their order: a page that stays at hand until it is full is touched once.
        connection.exec_driver_sql(f"{_INTO} VALUES (?, ?) {_ONCE}", sorted(rows))


def remove(connection: Connection, rows: Sequence[Row]) -> None:
    """Take keys of entries out of the index, wherever they are."""
    if not rows:
        return
    values = [{"of_key": key, "of_entry": entry_id} for key, entry_id in rows]
    for table in (fresh_keys, entry_keys):
        of_row = (table.c.key == bindparam("of_key")) & (table.c.entry_id == bindparam("of_entry"))
        connection.execute(delete(table).where(of_row), values)


def sweep(connection: Connection, new_entries: range, oldest: int) -> None:
    """Sweep the stretches that these entries pay for; what is older than the entry `oldest` leaves."""
    for first, last in _stretches(new_entries):
        old = entry_keys.c.key.between(first, last) & (entry_keys.c.entry_id < oldest)
        connection.execute(delete(entry_keys).where(old))
        here = fresh_keys.c.key.between(first, last)
        fresh = select(fresh_keys.c.key, fresh_keys.c.entry_id).where(here, fresh_keys.c.entry_id >= oldest)
        insert = insert_into(connection, entry_keys).from_select(["key", "entry_id"], fresh)
        connection.execute(insert.on_conflict_do_nothing())
        connection.execute(delete(fresh_keys).where(here))


def _stretches(new_entries: range) -> Iterator[tuple[int, int]]:
    """The first and the last key of each stretch; entries that follow one another share one."""
    if len(new_entries) >= CYCLE:
        yield _SMALLEST, _SMALLEST + _ALL - 1
    elif new_entries:
        begin, width = new_entries.start % CYCLE, _ALL // CYCLE
        end = begin + len(new_entries)
        yield _SMALLEST + begin * width, _SMALLEST + min(end, CYCLE) * width - 1
        if end > CYCLE:
            yield _SMALLEST, _SMALLEST + (end - CYCLE) * width - 1


def newest_of_each(
    connection: Connection, keys: Collection[int], limit: int, oldest: int
) -> Mapping[int, list[int]]:
    """Ids of the `limit` newest entries with each of these spread keys, the newest first."""
    in_order = sorted(keys)  # neighbours share a page
    found = dict(newest.of_each(connection, _shared(fresh_keys), in_order, limit, oldest))
    # What was swept is older than what is fresh.
    wanting = [key for key in in_order if key not in found or len(found[key]) < limit]
    for key, ids in newest.of_each(connection, _shared(entry_keys), wanting, limit, oldest).items():
        found[key] = [*found.get(key, ()), *ids][:limit]
    return found


def _shared(table: Table) -> Shared:
    return Shared(table.name, "key", "entry_id", "bigint")
