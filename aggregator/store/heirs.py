"""Sources that config gave another id: all that hangs on the old one moves to the new one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from aggregator.model import Source
from aggregator.store.tables import sources


def inherit(connection: Connection, configured: Iterable[Source]) -> None:
    """Give stored sources the ids that config now has for them (`was`); their entries follow.

    A source whose new id is stored already has inherited before, or has a history of its own: it is left
    alone.
    """
    heirs = {source.was: source.id for source in configured if source.was}
    if not heirs:
        return
    stored = set(connection.scalars(select(sources.c.id)))
    for former, heir in heirs.items():
        if former in stored and heir not in stored:
            renamed = update(sources).where(sources.c.id == former)
            connection.execute(renamed.values(id=heir, renamed_from=former))
