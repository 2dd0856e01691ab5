"""What the operator names: stories and entries, refused with a word of advice when there are none such."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.errors import UsageError
from aggregator.store.chunks import chunked
from aggregator.store.tables import entries, stories, story_entries

Member = Row[*tuple[Any, ...]]
"""An entry in its story: `entry_id`, `story_id`, `relation`, `published`, `shown_hash`."""


def story(connection: Connection, story_id: int) -> Row[*tuple[Any, ...]]:
    """The row of a story that was not merged. Raises UsageError when there is none."""
    row = connection.execute(select(stories).where(stories.c.id == story_id)).one_or_none()
    if row is None:
        raise UsageError(
            f"there is no story {story_id}: its number ends a story's id in the feeds (tag:…:story/NUMBER)"
        )
    if row.merged_into is not None:
        raise UsageError(
            f"story {story_id} was merged into story {row.merged_into}: name {row.merged_into} instead"
        )
    return row


def members(connection: Connection, story_ids: Collection[int]) -> list[Member]:
    """All entries of these stories, by id."""
    query = _members().where(story_entries.c.story_id.in_(story_ids))
    return list(connection.execute(query.order_by(entries.c.id)))


def entries_named(connection: Connection, entry_ids: Collection[int]) -> list[Member]:
    """These entries, by id. Raises UsageError when one of them, or all, are unknown."""
    if not entry_ids:
        raise UsageError("no entry is named: give the number of at least one")
    found: dict[int, Member] = {}
    for chunk in chunked(entry_ids):
        query = _members().where(story_entries.c.entry_id.in_(chunk))
        found |= {row.entry_id: row for row in connection.execute(query)}
    if unknown := sorted(set(entry_ids) - found.keys()):
        numbers = ", ".join(map(str, unknown))
        raise UsageError(f"there is no entry {numbers}: take the numbers from the list of a story's entries")
    return [found[entry_id] for entry_id in sorted(found)]


def _members() -> Any:
    return select(
        story_entries.c.entry_id,
        story_entries.c.story_id,
        story_entries.c.relation,
        entries.c.published,
        entries.c.shown_hash,
    ).join(entries, entries.c.id == story_entries.c.entry_id)


def lead_of(candidates: Sequence[Member]) -> Member:
    """Who leads these entries: the one that leads already, else the one that was published first."""
    return min(candidates, key=lambda one: (one.relation != "lead", one.published, one.entry_id))
