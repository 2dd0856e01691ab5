"""What was judged, for the operator to look at: stories, entries, and what wants a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select, update

from aggregator.errors import UsageError
from aggregator.model import (
    Attention,
    EarlierTitle,
    InspectedEntry,
    InspectedMember,
    InspectedStory,
    Relation,
    StorySummary,
    Tag,
)
from aggregator.store import correctable
from aggregator.store.chunks import chunked
from aggregator.store.engine import reading, writing
from aggregator.store.entry_rows import tag
from aggregator.store.retagging import OVERRULED
from aggregator.store.tables import entries, entry_tags, revisions, stories, story_countries, story_entries

_ABOUT = ("subject", "region")
"""Roles of tags that say what an entry is about."""


class Inspection:
    """Looks at what was judged; of all that it changes only what was looked at."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stories(
        self,
        limit: int,
        *,
        since: datetime | None = None,
        about: str = "",
        attention: bool = False,
    ) -> Sequence[StorySummary]:
        """The newest stories, the last told first; hidden ones too, those merged into others not.

        Told `since` then; `about` this country or group; with `attention`, those that want a look, whether
        they were told or only stored.
        """
        with reading(self._engine) as connection:
            query = _listed(since, about, attention).limit(limit)
            return _summaries(connection, connection.scalars(query).all())

    def summaries(self, story_ids: Sequence[int]) -> Sequence[StorySummary]:
        """The stories with these ids, in this order."""
        with reading(self._engine) as connection:
            return _summaries(connection, story_ids)

    def number(self, named: str) -> int:
        """The id of a story that is named by it or by its URI. Raises UsageError when there is none."""
        with reading(self._engine) as connection:
            return int(_named(connection, named).id)

    def story(self, named: str) -> InspectedStory:
        """A story, named by its id or URI, or that into which it was merged. Raises UsageError if unknown."""
        with reading(self._engine) as connection:
            row = _named(connection, named)
            if row.merged_into is not None:
                row = correctable.story(connection, row.merged_into)
            return _story(connection, row)

    def entry(self, entry_id: int) -> InspectedEntry:
        """An entry. Raises UsageError if it is unknown."""
        with reading(self._engine) as connection:
            correctable.entries_named(connection, [entry_id])
            return _entry(connection, entry_id)

    def attention(self) -> int:
        """How many entries want a look."""
        wanting = select(func.count()).where(story_entries.c.attention.is_not(None))
        with reading(self._engine) as connection:
            return connection.scalar(wanting) or 0

    def dismiss(self, entry_id: int) -> bool:
        """An entry was looked at and may stay as it is; False when it wanted no look.

        Raises UsageError if it is unknown.
        """
        with writing(self._engine) as connection:
            correctable.entries_named(connection, [entry_id])
            wanting = (story_entries.c.entry_id == entry_id) & story_entries.c.attention.is_not(None)
            looked_at = update(story_entries).where(wanting).values(attention=None)
            return connection.execute(looked_at).rowcount > 0


# ------------------------------------------------------------------------------------------------ stories


def _named(connection: Connection, named: str) -> Row[*tuple[Any, ...]]:
    # A number of more digits is none that a database could hold.
    is_id = named.isascii() and named.isdigit() and len(named) <= 18
    which = stories.c.id == int(named) if is_id else stories.c.uri == named
    row = connection.execute(select(stories).where(which)).one_or_none()
    if row is None:
        raise UsageError(
            f"there is no story {named}: name it by the number that `aggregator story list` shows, or by its "
            "id in the feeds (tag:…:story/NUMBER)"
        )
    return row


def _listed(since: datetime | None, about: str, attention: bool) -> Select[int]:
    query = select(stories.c.id).where(stories.c.merged_into.is_(None))
    if attention:
        wanting = select(story_entries.c.story_id).where(story_entries.c.attention.is_not(None))
        query = query.where(stories.c.id.in_(wanting))
    else:
        query = query.where(stories.c.told_number.is_not(None))
    if since:
        query = query.where(func.coalesce(stories.c.told_at, stories.c.founded_at) >= since)
    if about:
        bearers = select(story_countries.c.story_id).where(story_countries.c.country == about)
        query = query.where(stories.c.id.in_(bearers))
    return query.order_by(stories.c.told_number.desc().nulls_last(), stories.c.id.desc())


def _summaries(connection: Connection, story_ids: Sequence[int]) -> list[StorySummary]:
    found: dict[int, StorySummary] = {}
    counted = (
        select(
            story_entries.c.story_id,
            func.count().label("entries"),
            func.count(entries.c.source_id.distinct()).label("sources"),
        )
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .group_by(story_entries.c.story_id)
    )
    for chunk in chunked(story_ids):
        of_chunk = counted.where(story_entries.c.story_id.in_(chunk)).subquery()
        led = (
            select(stories, entries.c.title, entries.c.source_id, entries.c.language, of_chunk)
            .join(entries, entries.c.id == stories.c.lead_entry_id)
            .join(of_chunk, of_chunk.c.story_id == stories.c.id)
        )
        about, wanting = _about(connection, chunk), _attention(connection, chunk)
        for row in connection.execute(led):
            found[row.id] = StorySummary(
                id=row.id,
                title=row.title,
                source_id=row.source_id,
                language=row.language,
                told_at=row.told_at if row.told_number is not None else None,
                entries=row.entries,
                sources=row.sources,
                about=tuple(one.country for one in about.get(row.id, ())),
                hidden=row.hidden,
                attention=tuple(wanting.get(row.id, ())),
            )
    return [found[story_id] for story_id in story_ids]


def _about(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, list[Tag]]:
    table = story_countries.c
    query = (
        select(table.story_id, table.country, table.salience)
        .where(table.story_id.in_(story_ids))
        .order_by(table.story_id, table.salience.desc(), table.country)
    )
    found: dict[int, list[Tag]] = {}
    for story_id, country, salience in connection.execute(query):
        found.setdefault(story_id, []).append(Tag(country, salience))
    return found


def _attention(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, list[Attention]]:
    query = (
        select(story_entries.c.story_id, entries.c.id, entries.c.source_id, story_entries.c.attention)
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .where(story_entries.c.story_id.in_(story_ids), story_entries.c.attention.is_not(None))
        .order_by(entries.c.id)
    )
    found: dict[int, list[Attention]] = {}
    for story_id, entry_id, source_id, why in connection.execute(query):
        found.setdefault(story_id, []).append(Attention(entry_id, source_id, why))
    return found


def _story(connection: Connection, row: Row[*tuple[Any, ...]]) -> InspectedStory:
    merged = select(stories.c.id).where(stories.c.merged_into == row.id).order_by(stories.c.id)
    return InspectedStory(
        id=row.id,
        uri=row.uri,
        founded_at=row.founded_at,
        told_at=row.told_at if row.told_number is not None else None,
        updated_at=row.updated_at,
        hidden=row.hidden,
        merged=tuple(connection.scalars(merged)),
        about=tuple(_about(connection, [row.id]).get(row.id, ())),
        members=tuple(_members(connection, row)),
    )


def _members(connection: Connection, story: Row[*tuple[Any, ...]]) -> list[InspectedMember]:
    query = (
        select(
            story_entries,
            *(entries.c[name] for name in ("source_id", "published", "language", "title", "url")),
        )
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .where(story_entries.c.story_id == story.id)
        .order_by(entries.c.id != story.lead_entry_id, story_entries.c.joined_at, entries.c.id)
    )
    rows = connection.execute(query).all()
    tags = _tags(connection, [row.entry_id for row in rows])
    return [
        InspectedMember(
            entry_id=row.entry_id,
            source_id=row.source_id,
            relation=Relation(row.relation),
            reason=row.reason,
            joined_at=row.joined_at,
            published=row.published,
            language=row.language,
            title=row.title,
            url=row.url,
            attention=row.attention or "",
            tags=tuple(one for role in _ABOUT for one in tags.get((row.entry_id, role), ())),
        )
        for row in rows
    ]


def _tags(connection: Connection, entry_ids: Sequence[int]) -> Mapping[tuple[int, str], list[Tag]]:
    """By entry and role, the most salient first."""
    found: dict[tuple[int, str], list[Tag]] = {}
    table = entry_tags.c
    for chunk in chunked(entry_ids):
        query = (
            select(table.entry_id, table.role, table.country, table.salience, table.evidence)
            .where(table.entry_id.in_(chunk))
            .order_by(table.entry_id, table.salience.desc(), table.country)
        )
        for entry_id, role, country, salience, evidence in connection.execute(query):
            found.setdefault((entry_id, role), []).append(tag(country, salience, evidence))
    return found


# ------------------------------------------------------------------------------------------------ entries

_AS_STORED = (
    *("id", "source_id", "guid", "url", "canonical_url", "title", "text", "author", "image", "published"),
    *("date_guessed", "first_seen", "paywalled", "language", "script", "language_declared", "state"),
    *("state_reason", "rules_version"),
)
"""Columns that are shown as they are."""


def _entry(connection: Connection, entry_id: int) -> InspectedEntry:
    query = (
        select(entries, *(story_entries.c[name] for name in ("story_id", "relation", "reason", "attention")))
        .join(story_entries, story_entries.c.entry_id == entries.c.id)
        .where(entries.c.id == entry_id)
    )
    row = connection.execute(query).one()
    tags = _tags(connection, [entry_id])
    return InspectedEntry(
        **{name: row._mapping[name] for name in _AS_STORED},
        categories=tuple(row.categories),
        story_id=row.story_id,
        relation=Relation(row.relation),
        reason=row.reason,
        attention=row.attention or "",
        tags=tuple(tags.get((entry_id, "subject"), ())),
        regions=tuple(tags.get((entry_id, "region"), ())),
        mentions=tuple(tags.get((entry_id, "mention"), ())),
        overruled=tuple(tags.get((entry_id, OVERRULED), ())),
        revisions=tuple(_revisions(connection, entry_id)),
    )


def _revisions(connection: Connection, entry_id: int) -> list[EarlierTitle]:
    query = select(revisions.c.number, revisions.c.at, revisions.c.title)
    query = query.where(revisions.c.entry_id == entry_id).order_by(revisions.c.number.desc())
    return [EarlierTitle(*row) for row in connection.execute(query)]
