"""How long an entry may be joined by others."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from aggregator.store.tables import entries

STORY_WINDOW = timedelta(hours=96)
"""Entries first seen longer ago are found by their address and their title alone. A day more than what is
judged to be one event may lie apart: an entry may come in long after it was published."""

NONE_YET = 2**63 - 1


def oldest(connection: Connection, now: datetime) -> int:
    """Id of the oldest entry within the window; larger than any while there is none.

    Ids are given out in the order in which entries are first seen, so that all later ones are within it, too.
    """
    begin = select(func.min(entries.c.first_seen)).where(entries.c.first_seen >= now - STORY_WINDOW)
    first = select(func.min(entries.c.id)).where(entries.c.first_seen == begin.scalar_subquery())
    return connection.scalar(first) or NONE_YET
