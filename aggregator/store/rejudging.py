"""What is stored, to be judged anew: entries in order, their stories, and what becomes of both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from aggregator.model import Rearrangement, Redescribed, Relation, Seat, SeatedStory, StoredEntry
from aggregator.store import (
    changed,
    countries,
    entry_details,
    learned,
    pins,
    rearranging,
    search_documents,
    sketches,
    stored_entries,
    window,
)
from aggregator.store.chunks import chunked
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.tables import entries, stories, story_entries


class RejudgingStore:
    """Stored entries and stories, as they are judged anew."""

    def __init__(self, engine: Engine, id_domain: str) -> None:
        """`id_domain`: domain of new stories' `tag:` URIs."""
        self._engine = engine
        self._id_domain = id_domain

    def newest(self) -> int:
        """The id of the entry that came in last; 0 when there is none."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.max(entries.c.id))) or 0

    def first_since(self, moment: datetime) -> int:
        """The id of the first entry that came in at `moment` or later; larger than any when none did."""
        with reading(self._engine) as connection:
            return window.oldest(connection, moment + window.STORY_WINDOW)

    def learned(self) -> bytes:
        """What judgement learned from all that came in, as it packed it; empty before the first."""
        with reading(self._engine) as connection:
            return learned.latest(connection)

    def entries(self, after: int, upto: int, limit: int, now: datetime) -> Sequence[StoredEntry]:
        """The next entries after one id, none beyond another, in the order in which they came in."""
        with reading(self._engine) as connection:
            wanted = entries.c.id.between(after + 1, upto)
            return stored_entries.load(connection, wanted, limit, window.oldest(connection, now))

    def outdated(
        self, rules_version: str, after: int, upto: int, limit: int, now: datetime
    ) -> Sequence[StoredEntry]:
        """The same, but only those that other rules have judged."""
        with reading(self._engine) as connection:
            wanted = entries.c.id.between(after + 1, upto) & (entries.c.rules_version != rules_version)
            return stored_entries.load(connection, wanted, limit, window.oldest(connection, now))

    def redescribe(self, redescribed: Sequence[Redescribed], now: datetime) -> None:
        """Replace what is said of entries, in one transaction; it is neither a revision nor news.

        Entries that a poll has changed meanwhile are left alone: it has judged them.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            current = _unchanged(connection, redescribed)
            _replace(connection, current)
            tagged = [(one.entry_id, one.described) for one in current if one.tags]
            entry_details.replace_tags(connection, tagged)
            sketched = [(one.entry_id, one.described) for one in current if one.sketch]
            sketches.replace(connection, sketched, window.oldest(connection, now))
            touched = _homes(connection, [one.entry_id for one in current if one.seen])
            countries.refresh(connection, touched)
            search_documents.write(connection, touched)
            changed.number(connection, touched)

    def settle(self, judged: Sequence[StoredEntry], rules_version: str) -> None:
        """Record that these rules have judged entries and formed their stories, in one transaction.

        Not of those that a poll has changed meanwhile.
        """
        rows = [{"entry": one.id, "fields": one.entry.raw_hash, "rules": rules_version} for one in judged]
        unchanged = (entries.c.id == bindparam("entry")) & (entries.c.raw_hash == bindparam("fields"))
        if rows:
            with writing(self._engine, Lane.STORIES) as connection:
                settled = update(entries).where(unchanged).values(rules_version=bindparam("rules"))
                connection.execute(settled, rows)

    def stories(self, entry_ids: Collection[int], story_ids: Collection[int]) -> Sequence[SeatedStory]:
        """The stories that hold these entries, and these stories, unless they were merged into others."""
        with reading(self._engine) as connection:
            wanted = {*story_ids, *_homes(connection, entry_ids)}
            pinned = pins.in_force(connection)
            return [story for chunk in chunked(wanted) for story in _seated(connection, chunk, pinned)]

    def rearrange(self, rearrangements: Sequence[Rearrangement], now: datetime) -> int:
        """Carry these out in one transaction; returns how many were left, as things changed meanwhile."""
        with writing(self._engine, Lane.STORIES) as connection:
            return rearranging.carry_out(connection, rearrangements, now, self._id_domain)


def _unchanged(connection: Connection, redescribed: Sequence[Redescribed]) -> list[Redescribed]:
    """Those whose fields are as they were when they were described."""
    hashes: dict[int, bytes] = {}
    query = select(entries.c.id, entries.c.raw_hash)
    for chunk in chunked([one.entry_id for one in redescribed]):
        rows = connection.execute(query.where(entries.c.id.in_(chunk)))
        hashes |= {row.id: row.raw_hash for row in rows}
    return [one for one in redescribed if hashes.get(one.entry_id) == one.described.entry.raw_hash]


def _replace(connection: Connection, redescribed: Sequence[Redescribed]) -> None:
    if not redescribed:
        return
    rows = [
        {
            "entry": one.entry_id,
            "spoken": one.described.description.language,
            "written": one.described.description.script,
            "declared": one.described.description.language_declared,
            "shown": one.described.description.shown_hash,
        }
        for one in redescribed
    ]
    connection.execute(
        update(entries)
        .where(entries.c.id == bindparam("entry"))
        .values(
            language=bindparam("spoken"),
            script=bindparam("written"),
            language_declared=bindparam("declared"),
            shown_hash=bindparam("shown"),
        ),
        rows,
    )


def _homes(connection: Connection, entry_ids: Collection[int]) -> list[int]:
    """The stories of these entries."""
    found: set[int] = set()
    for chunk in chunked(entry_ids):
        home = select(story_entries.c.story_id).where(story_entries.c.entry_id.in_(chunk))
        found.update(connection.scalars(home))
    return sorted(found)


def _seated(connection: Connection, story_ids: Collection[int], pinned: pins.Pins) -> list[SeatedStory]:
    seats: dict[int, list[Seat]] = {}
    query = (
        select(
            story_entries.c.story_id,
            story_entries.c.relation,
            story_entries.c.joined_at,
            entries.c.id,
            entries.c.source_id,
            entries.c.title,
        )
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .where(story_entries.c.story_id.in_(story_ids))
        .order_by(story_entries.c.story_id, entries.c.id)
    )
    for row in connection.execute(query):
        seat = Seat(
            entry_id=row.id,
            source_id=row.source_id,
            title=row.title,
            relation=Relation(row.relation),
            pinned=pinned.hold(row.id, row.story_id, row.joined_at),
        )
        seats.setdefault(row.story_id, []).append(seat)
    living = select(stories.c.id, stories.c.lead_entry_id, stories.c.told_number, stories.c.hidden)
    living = living.where(stories.c.id.in_(story_ids), stories.c.merged_into.is_(None))
    return [
        SeatedStory(row.id, row.lead_entry_id, tuple(seats.get(row.id, ())), row.told_number, row.hidden)
        for row in connection.execute(living.order_by(stories.c.id))
    ]
