"""A few numbers of the whole: what was told of late, what waits in the ledger, how much room all takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, func, or_, select, text

from aggregator.model import DeliveryKind, DeliveryState, SubscriberState
from aggregator.store.engine import reading
from aggregator.store.tables import deliveries, issues, stories, subscribers, subscriptions, suppressions

OPEN = (DeliveryState.READY, DeliveryState.LEASED, DeliveryState.DEFERRED, DeliveryState.UNKNOWN)
"""Of these there are few, save while an issue goes out; all others grow for ever."""


class Overview:
    """The whole database in a few numbers. Each is one question, and none looks at all rows of history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stories_told(self, since: datetime) -> int:
        """How many stories were first told since then, hidden and merged ones left out."""
        told = select(func.count()).where(
            stories.c.told_at >= since, ~stories.c.hidden, stories.c.merged_into.is_(None)
        )
        with reading(self._engine) as connection:
            return connection.scalar(told) or 0

    def open_letters(self) -> Mapping[DeliveryKind, Mapping[DeliveryState, int]]:
        """Letters that are not at their end, by kind and state."""
        row = deliveries.c
        query = (
            select(row.kind, row.state, func.count())
            .where(row.state.in_([state.value for state in OPEN]))
            .group_by(row.kind, row.state)
        )
        counts: dict[DeliveryKind, dict[DeliveryState, int]] = {}
        with reading(self._engine) as connection:
            for kind, state, count in connection.execute(query):
                counts.setdefault(DeliveryKind(kind), {})[DeliveryState(state)] = count
        return counts

    def readers_by_track(self) -> Mapping[tuple[str, str], int]:
        """Confirmed readers by newsletter and rhythm, those that are offered no more among them."""
        confirmed = SubscriberState.CONFIRMED.value
        wanted = (subscriptions.c.newsletter, subscriptions.c.track)
        query = (
            select(*wanted, func.count())
            .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
            .where(subscriptions.c.state == confirmed, subscribers.c.state == confirmed)
            .group_by(*wanted)
        )
        with reading(self._engine) as connection:
            return {(newsletter, track): count for newsletter, track, count in connection.execute(query)}

    def needs_former_keys(self) -> bool:
        """Whether letters, people or suppressions are there, which only the keys of their time read."""
        remembered = (deliveries.c.secret_key_id, subscribers.c.address_hash, suppressions.c.address_hash)
        with reading(self._engine) as connection:
            return any(connection.scalar(select(one).limit(1)) is not None for one in remembered)

    def held(self, since: datetime, resent: Collection[str]) -> int:
        """Letters that may have arrived and have waited for the operator's word since then or longer.

        `resent`: newsletters whose letters wait for nobody, because they go out a second time.
        """
        row = deliveries.c
        by_itself = (row.kind == DeliveryKind.ISSUE.value) & issues.c.newsletter.in_(resent)
        query = (
            select(func.count())
            .select_from(deliveries.outerjoin(issues, issues.c.id == row.issue_id))
            .where(
                row.state == DeliveryState.UNKNOWN.value,
                func.coalesce(row.unknown_since, row.date) <= since,
                or_(issues.c.id.is_(None), ~by_itself),
            )
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def failed_since(self, since: datetime) -> Mapping[DeliveryKind, int]:
        """Letters that could not be delivered, of those written since then, by kind."""
        row = deliveries.c
        query = (
            select(row.kind, func.count())
            .where(row.state == DeliveryState.FAILED.value, row.not_before >= since)
            .group_by(row.kind)
        )
        with reading(self._engine) as connection:
            return {DeliveryKind(kind): count for kind, count in connection.execute(query)}

    def database_bytes(self) -> int:
        """How much room the database takes, freed pages among it, without what is not checkpointed yet."""
        sizes = {
            "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
            "postgresql": "SELECT pg_database_size(current_database())",
        }
        with reading(self._engine) as connection:
            return int(connection.scalar(text(sizes[connection.dialect.name])) or 0)
