"""Stories that changed in a way that publishing must see."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, update

from aggregator.store.sequences import Sequence, advance
from aggregator.store.tables import stories


def number(connection: Connection, story_ids: Iterable[int]) -> None:
    """Count these stories as changed, so that they are published again; nobody is told that they are new."""
    changed = sorted(set(story_ids))
    numbers = advance(connection, Sequence.CHANGE, len(changed))
    if rows := [{"story": one, "number": number} for one, number in zip(changed, numbers, strict=True)]:
        renumber = update(stories).where(stories.c.id == bindparam("story"))
        connection.execute(renumber.values(change_number=bindparam("number")), rows)
