"""What hangs on entries: their tags, and what they are found and compared by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from aggregator.store import retagging, sketches
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import tag_rows
from aggregator.store.sketches import Described
from aggregator.store.tables import entry_tags


def add(connection: Connection, described: Sequence[Described]) -> None:
    """Insert what hangs on these new entries, each given with its id."""
    insert_rows(connection, entry_tags, [row for one in described for row in tag_rows(*one)])
    sketches.add(connection, described)


def replace(connection: Connection, described: Sequence[Described], oldest: int) -> None:
    """Put what is said of these entries now in the place of what was; `oldest`: see `sketches.add`."""
    replace_tags(connection, described)
    sketches.replace(connection, described, oldest)


def replace_tags(connection: Connection, described: Sequence[Described]) -> None:
    """The same for tags alone; where the operator has named the countries, they stay."""
    entry_ids = [entry_id for entry_id, _ in described]
    for chunk in chunked(entry_ids):
        connection.execute(delete(entry_tags).where(entry_tags.c.entry_id.in_(chunk)))
    retagged = retagging.in_force(connection, entry_ids)
    rows = [row for one in described for row in retagging.rows(*one, retagged)]
    insert_rows(connection, entry_tags, rows)
