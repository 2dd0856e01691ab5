"""Indexing stories that were told before there was an index: bounded steps, the last told first."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from aggregator.store import search_documents
from aggregator.store.conflicts import insert_into
from aggregator.store.search_words import VERSION
from aggregator.store.tables import meta, stories

_VERSION = "search_version"
"""Of the words that are in the index."""
_FILLED_DOWN_TO = "search_filled_down_to"
"""Told number from which on all stories are in the index."""


def fill(connection: Connection, limit: int) -> int:
    """Index the next stories, at most `limit` of them; returns how many, 0 when all are indexed."""
    if _value(connection, _VERSION) != VERSION:
        _begin_anew(connection)
    lowest = int(_value(connection, _FILLED_DOWN_TO) or 0)
    query = (
        select(stories.c.id, stories.c.told_number)
        .where(stories.c.told_number < lowest)
        .order_by(stories.c.told_number.desc())
        .limit(limit)
    )
    rows = connection.execute(query).all()
    if rows:
        search_documents.write(connection, [row.id for row in rows])
        _set(connection, _FILLED_DOWN_TO, str(rows[-1].told_number))
    return len(rows)


def _begin_anew(connection: Connection) -> None:
    """Forget an index of other words, or begin the first one."""
    search_documents.remove_all(connection)
    last = connection.scalar(select(func.max(stories.c.told_number))) or 0
    _set(connection, _FILLED_DOWN_TO, str(last + 1))
    _set(connection, _VERSION, VERSION)


def _value(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(meta.c.value).where(meta.c.key == key))


def _set(connection: Connection, key: str, value: str) -> None:
    new = insert_into(connection, meta).values(key=key, value=value)
    connection.execute(new.on_conflict_do_update(index_elements=["key"], set_={"value": new.excluded.value}))
