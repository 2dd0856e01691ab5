"""The one look back: stored entries that may be, or belong with, entries that just came in.

Three look-ups (identity, canonical URL, keys) gather ids; three more load what is known of them. Each takes
many values at once: queries do not grow with the entries but with the chunks they fill.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from aggregator.model import DescribedEntry, KnownEntry
from aggregator.store import stored
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import identity, short_hash
from aggregator.store.tables import entries, entry_keys, entry_tags, story_entries

ENTRIES_PER_KEY = 50
"""The newest entries that one key or address brings up; one that more share says little."""


def find(connection: Connection, arrivals: Sequence[DescribedEntry]) -> Sequence[KnownEntry]:
    """Stored entries that share an identity, a canonical URL or a key with `arrivals`, by id."""
    found = {
        *stored.ids(connection, {identity(one.entry) for one in arrivals}),
        *_by_url(connection, {one.entry.canonical_url for one in arrivals if one.entry.canonical_url}),
        *_by_key(connection, {key for one in arrivals for key in one.description.keys}),
    }
    return _load(connection, sorted(found))


def _by_url(connection: Connection, urls: Collection[str]) -> Iterable[int]:
    for chunk in chunked({short_hash(url) for url in urls}):
        yield from connection.scalars(_newest_of_each(entries.c.url_hash, entries.c.id, chunk))


def _by_key(connection: Connection, keys: Collection[int]) -> Iterable[int]:
    for chunk in chunked(keys):
        yield from connection.scalars(_newest_of_each(entry_keys.c.key, entry_keys.c.entry_id, chunk))


def _newest_of_each(
    shared: ColumnElement[Any], entry_id: ColumnElement[int], values: Collection[object]
) -> Select[Any]:
    """Of the entries that share one of `values`, ENTRIES_PER_KEY of each."""
    rank = func.row_number().over(partition_by=shared, order_by=entry_id.desc())
    ranked = select(entry_id.label("id"), rank.label("rank")).where(shared.in_(values)).subquery()
    return select(ranked.c.id).where(ranked.c.rank <= ENTRIES_PER_KEY).distinct()


def _load(connection: Connection, ids: Sequence[int]) -> list[KnownEntry]:
    known = []
    for chunk in chunked(ids):
        countries: dict[int, set[str]] = {}
        tags = select(entry_tags.c.entry_id, entry_tags.c.country).where(
            entry_tags.c.entry_id.in_(chunk), entry_tags.c.role == "subject"
        )
        for entry_id, country in connection.execute(tags):
            countries.setdefault(entry_id, set()).add(country)
        keys: dict[int, list[int]] = {}
        shared = select(entry_keys.c.entry_id, entry_keys.c.key).where(entry_keys.c.entry_id.in_(chunk))
        for entry_id, key in connection.execute(shared):
            keys.setdefault(entry_id, []).append(key)
        known += [
            KnownEntry(
                id=row.id,
                source_id=row.source_id,
                guid=row.guid,
                canonical_url=row.canonical_url,
                story_id=row.story_id,
                raw_hash=row.raw_hash,
                shown_hash=row.shown_hash,
                published=row.published,
                countries=frozenset(countries.get(row.id, ())),
                keys=tuple(sorted(keys.get(row.id, ()))),
                excluded=row.state == "excluded",
            )
            for row in connection.execute(_rows(chunk))
        ]
    return known


def _rows(ids: Sequence[int]) -> Select[tuple[object, ...]]:
    return (
        select(
            entries.c.id,
            entries.c.source_id,
            entries.c.guid,
            entries.c.canonical_url,
            entries.c.raw_hash,
            entries.c.shown_hash,
            entries.c.published,
            entries.c.state,
            story_entries.c.story_id,
        )
        .join(story_entries, story_entries.c.entry_id == entries.c.id)
        .where(entries.c.id.in_(ids))
        .order_by(entries.c.id)
    )
