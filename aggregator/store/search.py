"""Searching stories: by words in all their languages, by what they are about, by who tells them, by time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Text,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.types import UserDefinedType

from aggregator.model import FoundStories, StoryQuery
from aggregator.store import search_facets, search_filling, search_sources, story_rows
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.search_documents import REVISION_BITS
from aggregator.store.search_facets import EVERYTHING, Facet
from aggregator.store.search_query import Asked, as_fts5, as_tsquery, understand
from aggregator.store.tables import stories
from aggregator.store.tables.search import search_words, search_words_revisions

MOST_FOUND = 200
"""Stories on one page."""
_NO_NUMBER_IS_LARGER = 1 << (62 - REVISION_BITS)
_NEWEST = 1000
"""Stories that PostgreSQL looks through one by one, before it asks the index for all others."""

_WRONG_WAYS = ("enable_seqscan", "enable_mergejoin", "enable_hashjoin")

Rows = Sequence[Row[*tuple[Any, ...]]]
"""`id` and `told_number` of stories."""


class StorySearch:
    """Stories that were told, and are neither hidden nor merged into another, as somebody asks for them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, query: StoryQuery) -> FoundStories:
        """The page of what meets all criteria, the last told first; at most `MOST_FOUND` stories.

        Words and phrases are looked for in whole stories: each in any of a story's entries. What is typed is
        never an error; what no text can hold finds nothing.
        """
        asked = understand(query.words)
        if asked.hopeless:
            return FoundStories(())
        if query.before is not None:
            query = replace(query, before=max(0, min(query.before, _NO_NUMBER_IS_LARGER)))
        limit = max(1, min(query.limit, MOST_FOUND))
        with reading(self._engine) as connection:
            rows = _rows(connection, query, asked, limit + 1)
            page = rows[:limit]
            found = story_rows.load(connection, [row.id for row in page])
            return FoundStories(tuple(found), page[-1].told_number if len(rows) > limit else None)

    def fill(self, limit: int) -> int:
        """Index stories that were told before there was an index, the last told first, in one transaction.

        Returns how many of at most `limit` there were; 0 when all are indexed. To be called until then after
        the program was started: words of a newer version of it are another index, which is made anew.
        """
        with writing(self._engine, Lane.STORIES) as connection:
            return search_filling.fill(connection, limit)


def _rows(connection: Connection, query: StoryQuery, asked: Asked, limit: int) -> Rows:
    groups = _groups(connection, query)
    shown = select(stories.c.id, stories.c.told_number).where(*_shown(query))
    shown = shown.order_by(stories.c.told_number.desc()).limit(limit)
    if not (groups or asked.present or asked.absent):
        return connection.execute(shown).all()
    if connection.dialect.name == "postgresql":
        matching = as_tsquery(asked, groups, EVERYTHING)
        return _on_postgresql(connection, shown, matching, query.before, limit)
    return _on_sqlite(connection, shown, as_fts5(asked, groups, EVERYTHING), query.before)


def _shown(query: StoryQuery) -> Iterator[ColumnElement[bool]]:
    """What the stories that are shown must meet beside the index."""
    yield stories.c.told_number.is_not(None)
    yield ~stories.c.hidden
    yield stories.c.merged_into.is_(None)
    if query.before is not None:
        yield stories.c.told_number < query.before
    if query.since is not None:
        yield stories.c.told_at >= query.since
    if query.until is not None:
        yield stories.c.told_at < query.until


def _groups(connection: Connection, query: StoryQuery) -> list[list[str]]:
    """Facets of which a story must have any, one group for each criterion."""
    groups = [
        search_facets.any_of(Facet.COUNTRY, query.countries),
        search_facets.any_of(Facet.LANGUAGE, query.languages),
        search_sources.facets(connection, query.sources),
        [search_facets.topic(query.topic)] if query.topic.strip() else [],
        _days(connection, query.since, query.until),
    ]
    return [group for group in groups if group]


def _days(connection: Connection, since: datetime | None, until: datetime | None) -> list[str]:
    """The days that may hold something between these moments; none where all of them do."""
    if since is None and until is None:
        return []
    first = connection.scalar(select(func.min(stories.c.told_at)))
    last = connection.scalar(select(func.max(stories.c.told_at)))
    if first is None or last is None:
        return []
    begin, end = max(since or first, first), min(until or last, last)
    return (
        [] if (begin, end) == (first, last) else list(search_facets.days(min(begin, last), max(end, first)))
    )


def _on_sqlite(connection: Connection, shown: Select[Any], matching: str, before: int | None) -> Rows:
    """FTS5 brings what it finds by rowid, which is the order of telling, and stops when a page is full."""
    row = search_words.c.rowid
    told_number, revision = row.op(">>")(REVISION_BITS), row.op("&")((1 << REVISION_BITS) - 1)
    current = search_words_revisions.c.told_number == told_number
    found = search_words.join(
        search_words_revisions, current & (search_words_revisions.c.revision == revision)
    )
    found = found.join(stories, stories.c.told_number == told_number)
    shown = shown.select_from(found).where(literal_column("search_words").op("MATCH")(matching))
    if before is not None:
        shown = shown.where(row < before << REVISION_BITS)
    return connection.execute(shown.order_by(None).order_by(row.desc())).all()


def _on_postgresql(
    connection: Connection, shown: Select[Any], matching: str, before: int | None, limit: int
) -> Rows:
    """What is common is soon found among the newest; what is not, by the index, which knows no order.

    PostgreSQL itself cannot tell which is which: it takes beginnings of words for common. So it is left no
    choice: the index is asked for all it has, no table is read through, and stories are looked up one by one.
    """
    connection.execute(select(*(func.set_config(way, "off", True) for way in _WRONG_WAYS)))
    number = search_words.c.told_number
    matches = search_words.c.words.op("@@")(cast(literal(matching, Text), _Tsquery()))
    last = connection.scalar(select(func.max(stories.c.told_number))) or 0
    end = last + 1 if before is None else min(before, last + 1)
    newest = end - _NEWEST
    among_newest = shown.join(search_words, number == stories.c.told_number)
    rows = connection.execute(among_newest.where(matches, number >= newest, number < end)).all()
    if len(rows) == limit or newest <= 0:
        return rows
    # By a sum, so that the order of numbers is no way to find them.
    older = select(number).where(matches, number + 0 < newest).cte("older").prefix_with("MATERIALIZED")
    # Put in order before stories are looked up: only as many as fill the page then are.
    in_order = select(older.c.told_number).order_by(older.c.told_number.desc()).offset(0).subquery()
    others = shown.join(in_order, in_order.c.told_number == stories.c.told_number)
    return [*rows, *connection.execute(others).all()][:limit]


class _Tsquery(UserDefinedType[str]):
    """What PostgreSQL searches by; named here, so that its dialect need not be loaded for SQLite."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Its name."""
        return "tsquery"
