"""What judgement learned from all that came in: one row, opaque to the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from aggregator.store.conflicts import insert_into
from aggregator.store.tables import learned

_FREQUENCIES = "frequencies"


def latest(connection: Connection) -> bytes:
    """What was recorded last; empty before the first."""
    query = select(learned.c.value).where(learned.c.name == _FREQUENCIES)
    return connection.scalar(query) or b""


def record(connection: Connection, value: bytes | None, at: datetime) -> None:
    """Replace what is remembered; None leaves it as it is."""
    if value is None:
        return
    new = insert_into(connection, learned).values(name=_FREQUENCIES, value=value, at=at)
    replace = {"value": new.excluded.value, "at": new.excluded.at}
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=replace))
