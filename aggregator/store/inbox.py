"""What hubs pushed, until it is read: bodies with a valid signature, and hints of those without.

The web process writes, the pipeline reads. A full inbox takes no body, but every body leaves a hint, and a
hint makes a poll: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Engine, case, delete, func, insert, select, update

from aggregator.model import Push, Source, Standing
from aggregator.store.engine import reading, writing
from aggregator.store.leases import hasten, standing
from aggregator.store.tables import pushes, sources

MOST_WAITING = 1_000
MOST_BYTES = 64_000_000
"""Of all sources."""
MOST_PER_SOURCE = 20
MOST_BYTES_PER_SOURCE = 16_000_000
BYTES_AT_ONCE = 16_000_000
"""What is taken out in one go, unless a single body is larger."""
MOST_ATTEMPTS = 3
"""Times that a body may end the process that reads it."""


class PushInbox:
    """What waits to be read."""

    def __init__(self, engine: Engine, configured: Sequence[Source]) -> None:
        self._engine = engine
        self._configured = {source.id: source for source in configured}

    def put(self, source_id: str, at: datetime, content_type: str, body: bytes) -> bool:
        """Keep a signed body until it is read; False when there is no room for it."""
        its = pushes.c.source_id == source_id
        size = func.coalesce(func.sum(pushes.c.size), 0)
        own_size = func.coalesce(func.sum(case((its, pushes.c.size), else_=0)), 0)
        own = func.coalesce(func.sum(case((its, 1), else_=0)), 0)
        with writing(self._engine) as connection:
            waiting = connection.execute(select(func.count(), size, own, own_size).select_from(pushes)).one()
            more = (1, len(body), 1, len(body))
            most = (MOST_WAITING, MOST_BYTES, MOST_PER_SOURCE, MOST_BYTES_PER_SOURCE)
            if any(have + add > limit for have, add, limit in zip(waiting, more, most, strict=True)):
                return False
            values = {"source_id": source_id, "at": at, "content_type": content_type, "body": body}
            connection.execute(insert(pushes).values(size=len(body), attempts=0, **values))
            return True

    def hint(self, source_id: str, at: datetime) -> None:
        """Somebody says, without proof, that this source has news."""
        with writing(self._engine) as connection:
            connection.execute(update(sources).where(sources.c.id == source_id).values(hinted_at=at))

    def take(self, limit: int) -> Sequence[Push]:
        """The oldest body of each of up to `limit` sources; each attempt is durable before this returns.

        A body that ended its readers too often is dropped for a hint.
        """
        if not (ids := self._oldest(limit)):
            return ()
        chosen = pushes.c.id.in_(ids)
        with writing(self._engine) as connection:
            connection.execute(update(pushes).where(chosen).values(attempts=pushes.c.attempts + 1))
            rows = connection.execute(select(pushes).where(chosen).order_by(pushes.c.id)).all()
            for row in rows:
                if row.attempts > MOST_ATTEMPTS:
                    its = sources.c.id == row.source_id
                    connection.execute(update(sources).where(its).values(hinted_at=row.at))
                    connection.execute(delete(pushes).where(pushes.c.id == row.id))
        return [
            Push(row.id, row.source_id, row.at, row.content_type, row.body)
            for row in rows
            if row.attempts <= MOST_ATTEMPTS
        ]

    def _oldest(self, limit: int) -> list[int]:
        oldest = select(func.min(pushes.c.id)).group_by(pushes.c.source_id)
        query = select(pushes.c.id, pushes.c.size).where(pushes.c.id.in_(oldest)).order_by(pushes.c.id)
        ids: list[int] = []
        size = 0
        with reading(self._engine) as connection:
            for row in connection.execute(query.limit(limit)):
                size += row.size
                if ids and size > BYTES_AT_ONCE:
                    break
                ids.append(row.id)
        return ids

    def done(self, taken: Collection[Push]) -> None:
        """These were read."""
        with writing(self._engine) as connection:
            connection.execute(delete(pushes).where(pushes.c.id.in_([one.id for one in taken])))

    def standings(self, source_ids: Collection[str]) -> Sequence[Standing]:
        """What is remembered of these sources."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(sources).where(sources.c.id.in_(source_ids))).all()
        return [standing(row, self._configured) for row in rows]

    def hinted(self) -> Sequence[Standing]:
        """Sources with a hint that nobody has looked into."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(sources).where(sources.c.hinted_at.is_not(None))).all()
        return [standing(row, self._configured) for row in rows]

    def poll_at(self, source_id: str, moment: datetime) -> None:
        """Poll a source that was hinted at, if it was to be polled later."""
        with writing(self._engine) as connection:
            hasten(connection, source_id, moment)

    def looked_into(self, source_id: str, hinted_at: datetime) -> None:
        """A poll has answered the hint of this moment; a later one stays."""
        seen = sources.c.id == source_id, sources.c.hinted_at == hinted_at
        with writing(self._engine) as connection:
            connection.execute(update(sources).where(*seen).values(hinted_at=None))
