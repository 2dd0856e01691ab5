"""What hubs are still to be told of our feeds, from before a feed is written until its hubs know.

Publications write, `announce` and the command `publish` settle, maybe at once and in several processes. What
is settled is what was told: a feed that was published again meanwhile stays due.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, select, update

from aggregator.model import Owed, Ping
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.tables import expected_feeds, hub_pauses, pings


class PingStore:
    """What is due at the hubs of this installation."""

    def __init__(self, engine: Engine, hubs: Sequence[str]) -> None:
        """`hubs`: those that are told; without any, nothing is remembered."""
        self._engine = engine
        self._hubs = tuple(hubs)

    # ------------------------------------------------------------------------------------- publishing

    def expect(self, now: datetime, feeds: Collection[str]) -> None:
        """The publication of `now` is about to write these files, or some of them."""
        if not (self._hubs and feeds):
            return
        with writing(self._engine) as connection:
            expected = insert_into(connection, expected_feeds).on_conflict_do_nothing()
            connection.execute(expected, [{"path": path, "since": now} for path in sorted(feeds)])

    def due(self, now: datetime, feeds: Collection[str]) -> None:
        """The publication of `now` has written these files, and no others of those that it expected.

        What an earlier publication expected and never came back to is due as well: it may be written.
        """
        if not (self._hubs and (feeds or self._expects_any())):
            return
        with writing(self._engine) as connection:
            earlier = select(expected_feeds.c.path).where(expected_feeds.c.since < now)
            changed = sorted({*feeds, *connection.scalars(earlier)})
            connection.execute(delete(expected_feeds).where(expected_feeds.c.since <= now))
            for table in (pings, hub_pauses):
                connection.execute(delete(table).where(table.c.hub.not_in(self._hubs)))
            if changed:
                self._remember(connection, changed, now)

    def _expects_any(self) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(expected_feeds.c.path).limit(1)).first() is not None

    def _remember(self, connection: Connection, paths: Sequence[str], now: datetime) -> None:
        due = insert_into(connection, pings)
        anew = {"due_at": due.excluded.due_at, "attempts": due.excluded.attempts}
        rows = [
            {"hub": hub, "path": path, "due_at": now, "attempts": 0} for hub in self._hubs for path in paths
        ]
        connection.execute(due.on_conflict_do_update(index_elements=["hub", "path"], set_=anew), rows)

    # ---------------------------------------------------------------------------------------- telling

    def owed(self, hub: str) -> Owed:
        """What is due at a hub, and how it took the last requests."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(pings).where(pings.c.hub == hub)).all()
            pause = connection.execute(select(hub_pauses).where(hub_pauses.c.hub == hub)).first()
        due = tuple(map(_ping, rows))
        return Owed(hub, due, pause.failures, pause.try_after, pause.message) if pause else Owed(hub, due)

    def take(self, told: Collection[Ping], try_after: datetime, now: datetime) -> Sequence[Ping]:
        """Record that one hub is about to be told of these; durable before this returns.

        Returns those that are still due, as they stand by now; none when another process talks to this hub.
        """
        (hub,) = {ping.hub for ping in told}
        these = pings.c.hub == hub, pings.c.path.in_([ping.path for ping in told])
        with writing(self._engine) as connection:
            due = connection.execute(select(pings.c.path).where(*these)).first()
            if due is None or not _begin(connection, hub, try_after, now):
                return ()
            counted = update(pings).where(*these).values(attempts=pings.c.attempts + 1).returning(pings)
            return tuple(map(_ping, connection.execute(counted)))

    def settle(self, told: Collection[Ping]) -> None:
        """Their hub was told, or wants to know nothing; what became due again meanwhile stays."""
        hubs = {ping.hub for ping in told}
        with writing(self._engine) as connection:
            _forget(connection, told)
            connection.execute(delete(hub_pauses).where(hub_pauses.c.hub.in_(hubs)))

    def put_off(self, hub: str, try_after: datetime, message: str) -> None:
        """The last request to a hub led nowhere."""
        with writing(self._engine) as connection:
            pause = update(hub_pauses).where(hub_pauses.c.hub == hub)
            connection.execute(pause.values(try_after=try_after, message=message))

    def give_up(self, overdue: Collection[Ping]) -> None:
        """Forget these; what became due again meanwhile stays."""
        with writing(self._engine) as connection:
            _forget(connection, overdue)


def _begin(connection: Connection, hub: str, try_after: datetime, now: datetime) -> bool:
    """Count one more request to a hub as one that led nowhere; False while the hub is to be left alone."""
    first = insert_into(connection, hub_pauses).values(hub=hub, failures=1, try_after=try_after, message="")
    again = first.on_conflict_do_update(
        index_elements=["hub"],
        set_={"failures": hub_pauses.c.failures + 1, "try_after": first.excluded.try_after},
        where=hub_pauses.c.try_after <= now,
    )
    return connection.execute(again.returning(hub_pauses.c.hub)).first() is not None


def _forget(connection: Connection, told: Collection[Ping]) -> None:
    as_told = (
        pings.c.hub == bindparam("its_hub"),
        pings.c.path == bindparam("its_path"),
        pings.c.due_at == bindparam("its_due_at"),
    )
    rows = [{"its_hub": ping.hub, "its_path": ping.path, "its_due_at": ping.due_at} for ping in told]
    connection.execute(delete(pings).where(*as_told), rows)


def _ping(row: Row[Any]) -> Ping:
    return Ping(row.hub, row.path, row.due_at, row.attempts)
