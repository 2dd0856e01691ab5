"""Numbers that are given out inside the write transaction that uses them.

A database's own sequence gives numbers before the commit, so that a later number can become visible before an
earlier one; whoever reads «everything after 17» would then miss 16. Here the counter's row stays locked until
the commit: numbers become visible in order.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, update

from aggregator.store.tables import sequences


class Sequence(StrEnum):
    """What is counted."""

    ENTRY = "entry"
    STORY = "story"
    TOLD = "told"
    """Stories in the order in which we first told them."""
    CHANGE = "change"
    """Changes of stories."""


def advance(connection: Connection, name: Sequence, count: int) -> range:
    """The next `count` numbers, in order. Holds the counter until the transaction ends."""
    if count == 0:
        return range(0)
    last = connection.execute(
        update(sequences)
        .where(sequences.c.name == name.value)
        .values(value=sequences.c.value + count)
        .returning(sequences.c.value)
    ).scalar_one()
    return range(last - count + 1, last + 1)
