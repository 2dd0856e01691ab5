"""What is known of stored entries, as judgement needs it: two queries per chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, cast, select

from aggregator.model import KnownEntry
from aggregator.store import sketches
from aggregator.store.chunks import chunked
from aggregator.store.source_health import DEFAULT_TAKEN
from aggregator.store.tables import (
    entries,
    entry_sketches,
    entry_tags,
    entry_titles,
    stories,
    story_entries,
)


def load(connection: Connection, ids: Sequence[int], oldest: int) -> list[KnownEntry]:
    """The entries with these ids, by id; what those before `oldest` could be compared by is left out."""
    known = []
    for chunk in chunked(ids):
        named = _named(connection, chunk)
        known += [_known(row, named) for row in connection.execute(_query(chunk, oldest))]
    return known


def _named(connection: Connection, ids: Sequence[int]) -> Mapping[tuple[int, str], set[str]]:
    """Countries by entry and role, without those that are only a source's default."""
    by_default = cast(entry_tags.c.evidence, Text).like(DEFAULT_TAKEN)
    query = select(entry_tags.c.entry_id, entry_tags.c.role, entry_tags.c.country).where(
        entry_tags.c.entry_id.in_(ids), entry_tags.c.role.in_(("subject", "mention")), ~by_default
    )
    found: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for entry_id, role, country in connection.execute(query):
        found[entry_id, role].add(country)
    return found


def _known(row: Row[*tuple[Any, ...]], named: Mapping[tuple[int, str], set[str]]) -> KnownEntry:
    title_only = () if row.title_key is None else (row.title_key,)
    return KnownEntry(
        id=row.id,
        source_id=row.source_id,
        guid=row.guid,
        canonical_url=row.canonical_url,
        story_id=row.story_id,
        raw_hash=row.raw_hash,
        shown_hash=row.shown_hash,
        published=row.published,
        countries=frozenset(named.get((row.id, "subject"), ())),
        mentioned=frozenset(named.get((row.id, "mention"), ())),
        keys=title_only if row.packed_keys is None else sketches.unpack(row.packed_keys),
        title_key=row.title_key,
        excluded=row.state == "excluded",
        language=row.language,
        leads=row.lead_entry_id == row.id,
        fingerprint=row.fingerprint or b"",
        terms=row.terms or b"",
    )


def _query(ids: Sequence[int], oldest: int) -> Select[tuple[object, ...]]:
    comparable = and_(entry_sketches.c.entry_id == entries.c.id, entry_sketches.c.entry_id >= oldest)
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
            entries.c.language,
            story_entries.c.story_id,
            stories.c.lead_entry_id,
            entry_titles.c.key.label("title_key"),
            entry_sketches.c.fingerprint,
            entry_sketches.c.terms,
            entry_sketches.c.packed_keys,
        )
        .join(story_entries, story_entries.c.entry_id == entries.c.id)
        .join(stories, stories.c.id == story_entries.c.story_id)
        .outerjoin(entry_titles, entry_titles.c.entry_id == entries.c.id)
        .outerjoin(entry_sketches, comparable)
        .where(entries.c.id.in_(ids))
        .order_by(entries.c.id)
    )
