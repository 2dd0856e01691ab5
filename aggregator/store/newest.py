"""The newest few entries that share a value, for many values at once.

What thousands share must not cost more than what few do. A window function would number all of them; here
each value is a range of an index that is read from its end and left early. SQLAlchemy knows no such query for
SQLite, which has no LATERAL, and would put it together anew each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection

from aggregator.store.chunks import chunked

Value = TypeVar("Value", int, bytes)


class Shared(NamedTuple):
    """Where it stands which value an entry has: in an index of these two columns, in this order."""

    table: str
    value: str
    entry: str
    type: str
    """PostgreSQL's name for that of the value."""


def of_each(
    connection: Connection, shared: Shared, values: Collection[Value], limit: int, oldest: int = 0
) -> Mapping[Value, list[int]]:
    """Ids of the `limit` newest entries with each value, the newest first; not those before `oldest`.

    Values that no entry has are left out.
    """
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, shared, values, limit, oldest)
    return _sqlite(connection, shared, values, limit, oldest)


def _sqlite(
    connection: Connection, shared: Shared, values: Collection[Any], limit: int, oldest: int
) -> dict[Any, list[int]]:
    found = {}
    for chunk in chunked(values):
        query = _sqlite_query(shared, len(chunk))
        for value, ids in connection.exec_driver_sql(query, (*chunk, oldest, limit)):
            found[value] = sorted(map(int, ids.split(",")), reverse=True)
    return found


@lru_cache(maxsize=64)
def _sqlite_query(shared: Shared, count: int) -> str:
    marks = ", ".join(["(?)"] * count)
    newest = (
        f"SELECT {shared.entry} AS entry FROM {shared.table} "  # noqa: S608
        f"WHERE {shared.value} = wanted.value AND {shared.entry} >= ? ORDER BY {shared.entry} DESC LIMIT ?"
    )
    each = f"SELECT value, (SELECT group_concat(entry) FROM ({newest})) AS ids FROM wanted"  # noqa: S608
    wanted = f"WITH wanted (value) AS (VALUES {marks})"
    return f"{wanted} SELECT value, ids FROM ({each}) WHERE ids IS NOT NULL"  # noqa: S608


def _postgresql(
    connection: Connection, shared: Shared, values: Collection[Any], limit: int, oldest: int
) -> dict[Any, list[int]]:
    query = (
        f"SELECT value, entry FROM unnest(%s::{shared.type}[]) AS wanted (value) CROSS JOIN LATERAL "  # noqa: S608
        f"(SELECT {shared.entry} AS entry FROM {shared.table} WHERE {shared.value} = wanted.value "
        f"AND {shared.entry} >= %s ORDER BY {shared.entry} DESC LIMIT %s) AS newest"
    )
    found: dict[Any, list[int]] = {}
    for value, entry in connection.exec_driver_sql(query, (list(values), oldest, limit)):
        found.setdefault(bytes(value) if shared.type == "bytea" else value, []).append(entry)
    return found
