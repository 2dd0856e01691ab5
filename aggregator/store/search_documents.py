"""What stories are found by, kept up with them: written in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from aggregator.store import search_sources
from aggregator.store.chunks import chunked
from aggregator.store.search_document import (
    Documents,
    EntryWords,
    IndexedEntry,
    IndexedStory,
    as_text,
    as_tsvector,
    document,
    entry_words,
)
from aggregator.store.tables import entries, stories, story_countries, story_entries

MOST_ENTRIES = 100
"""Of a story, the lead first; what the others say is not searched."""
REVISION_BITS = 16
"""The last ones of a rowid of `search_words`; those before are the story's told number."""

_UPSERT = """
INSERT INTO search_words (told_number, words)
SELECT told_number, words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS made (told_number, words)
ON CONFLICT (told_number) DO UPDATE SET words = excluded.words
"""
_NEXT_REVISIONS = """
INSERT INTO search_words_revisions (told_number, revision) VALUES (?, 0)
ON CONFLICT (told_number) DO UPDATE SET revision = revision + 1
"""
_APPEND = f"""
INSERT INTO search_words (rowid, words)
SELECT (told_number << {REVISION_BITS}) + revision, ? FROM search_words_revisions WHERE told_number = ?
"""  # noqa: S608


def write(
    connection: Connection, story_ids: Collection[int], made: Mapping[int, EntryWords] = MappingProxyType({})
) -> None:
    """Make the documents of these stories as they are now; none for those that are not told.

    `made`: what is known already of the words of entries, by id; of others the texts are read. A story that
    was hidden or merged into another keeps its document: whoever searches passes it over.
    """
    for chunk in chunked(story_ids):
        documents = {one.told_number: document(one) for one in _read(connection, chunk, made)}
        if not documents:
            continue
        if connection.dialect.name == "postgresql":
            rows = list(map(as_tsvector, documents.values()))
            connection.exec_driver_sql(_UPSERT, (list(documents), rows))
        else:
            _append(connection, documents)


def _append(connection: Connection, documents: Documents) -> None:
    """To SQLite's index. What was there of a story stays, under a revision that counts no more."""
    connection.exec_driver_sql(_NEXT_REVISIONS, [(number,) for number in documents])
    connection.exec_driver_sql(_APPEND, [(as_text(words), number) for number, words in documents.items()])


def remove_all(connection: Connection) -> None:
    """Empty the index."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DELETE FROM search_words")
    else:
        connection.exec_driver_sql("INSERT INTO search_words (search_words) VALUES ('delete-all')")
        connection.exec_driver_sql("DELETE FROM search_words_revisions")


def _read(
    connection: Connection, story_ids: Sequence[int], made: Mapping[int, EntryWords]
) -> list[IndexedStory]:
    members: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(_members(story_ids)):
        of_story = members.setdefault(row.story_id, [])
        if len(of_story) < MOST_ENTRIES:
            of_story.append(row)
    rows = [row for of_story in members.values() for row in of_story]
    words = {**made, **_words(connection, [row.id for row in rows if row.id not in made])}
    told_by = search_sources.facet_of_each(connection, {row.source_id for row in rows})
    about = _about(connection, story_ids)
    return [
        IndexedStory(
            told_number=of_story[0].told_number,
            told_at=of_story[0].told_at,
            about=about.get(story_id, ()),
            entries=[
                IndexedEntry(row.relation, told_by[row.source_id], row.language, words[row.id])
                for row in of_story
            ],
        )
        for story_id, of_story in members.items()
    ]


def _members(story_ids: Sequence[int]) -> Select[tuple[Any, ...]]:
    return (
        select(
            story_entries.c.story_id,
            story_entries.c.relation,
            stories.c.told_number,
            stories.c.told_at,
            entries.c.id,
            entries.c.source_id,
            entries.c.language,
        )
        .join(stories, stories.c.id == story_entries.c.story_id)
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .where(
            stories.c.id.in_(story_ids),
            stories.c.told_number.is_not(None),
            stories.c.merged_into.is_(None),
            entries.c.state != "excluded",
        )
        .order_by(story_entries.c.story_id, stories.c.lead_entry_id != entries.c.id, entries.c.id)
    )


def _words(connection: Connection, entry_ids: Sequence[int]) -> dict[int, EntryWords]:
    query = select(entries.c.id, entries.c.language, entries.c.title, entries.c.text, entries.c.categories)
    return {
        row.id: entry_words(row.language, row.title, row.text, row.categories)
        for chunk in chunked(entry_ids)
        for row in connection.execute(query.where(entries.c.id.in_(chunk)))
    }


def _about(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = select(story_countries.c.story_id, story_countries.c.country)
    found: dict[int, list[str]] = {}
    for story_id, country in connection.execute(query.where(story_countries.c.story_id.in_(story_ids))):
        found.setdefault(story_id, []).append(country)
    return found
