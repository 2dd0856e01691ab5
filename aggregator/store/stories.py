"""Stories: what changed, which selection holds which, and under which number."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, literal, select, tuple_, update

from aggregator.model import Place, Placement, Selection, Story, StoryChanges, ToldStory
from aggregator.store import coverage, known_selections, story_rows
from aggregator.store import placements as places
from aggregator.store.chunks import chunked
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.known_selections import EVERYTHING
from aggregator.store.tables import meta, stories, story_entries

_PUBLISHED_UPTO = "published_upto"
_PUBLISHED_EDITION = "published_edition"
_MARKS = (_PUBLISHED_UPTO, _PUBLISHED_EDITION)
_LARGEST_ID = 2**63 - 1
_SHOWN = (~stories.c.hidden, stories.c.merged_into.is_(None), stories.c.told_number.is_not(None))


class StoryStore:
    """Stories as publishing sees them: told, and neither hidden nor merged into another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -------------------------------------------------------------------------------------------- changes

    def published_upto(self) -> int:
        """Change number up to which everything is published; 0 before the first publication."""
        with reading(self._engine) as connection:
            value = connection.scalar(select(meta.c.value).where(meta.c.key == _PUBLISHED_UPTO))
        return int(value or 0)

    def published_edition(self) -> str:
        """The edition in which everything is published; empty before the first publication."""
        with reading(self._engine) as connection:
            edition = connection.scalar(select(meta.c.value).where(meta.c.key == _PUBLISHED_EDITION))
        return edition or ""

    def mark_published(self, upto: int, edition: str) -> None:
        """All files up to this change number are written, in this edition. The number never goes back."""
        with writing(self._engine, Lane.PLACEMENTS) as connection:
            marked = connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_(_MARKS)))
            known = {row.key: row.value for row in marked}
            marks = {
                _PUBLISHED_UPTO: str(max(upto, int(known.get(_PUBLISHED_UPTO, 0)))),
                _PUBLISHED_EDITION: edition,
            }
            for key, value in marks.items():
                if key not in known:
                    connection.execute(insert(meta).values(key=key, value=value))
                elif known[key] != value:
                    connection.execute(update(meta).where(meta.c.key == key).values(value=value))

    def changes(self, since: int, limit: int) -> StoryChanges:
        """The next `limit` stories that changed after `since`, in order of change.

        Stories that were never told are passed over, hidden and merged ones reported as withdrawn.
        """
        query = _state().where(stories.c.change_number > since).order_by(stories.c.change_number)
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit)).all()
            return _changes(connection, rows, rows[-1].change_number if rows else since)

    def all_told(self, limit: int) -> Iterator[StoryChanges]:
        """Every story that was ever told, in the order of telling, `limit` at a time.

        So that stories enter a new selection in that order, and not in the one in which they last changed.
        `upto` is the same each time: what changed later is reported by `changes` after it. Each look is a
        transaction of its own; the first comes even when there is nothing.
        """
        with reading(self._engine) as connection:
            upto = connection.scalar(select(func.max(stories.c.change_number))) or 0
        order = (stories.c.told_at, stories.c.told_number)
        query = _state().where(stories.c.told_number.is_not(None)).order_by(*order).limit(limit)
        after = query
        while True:
            with reading(self._engine) as connection:
                rows = connection.execute(after).all()
                look = _changes(connection, rows, upto)
            yield look
            if len(rows) < limit:
                return
            last = (literal(getattr(rows[-1], one.name), one.type) for one in order)
            after = query.where(tuple_(*order) > tuple_(*last))

    # -------------------------------------------------------------------------------------------- selections

    def place(
        self, now: datetime, placements: Mapping[str, Placement], withdrawn: Collection[int]
    ) -> Mapping[str, frozenset[int]]:
        """Record which of the changed stories stand in which selection; return what that touched.

        By selection, the numbers of the places of changed stories that stand there or have just left. What
        enters gets the next numbers, in the order of telling; a story that leaves and comes back takes its
        old place. One transaction over the changed stories, which holds the lane of placements.
        """
        with writing(self._engine, Lane.PLACEMENTS) as connection:
            return places.record(connection, now, placements, withdrawn)

    def newest_places(self, selection_id: str, limit: int) -> Sequence[Place]:
        """The last places of a selection that stand, the newest first."""
        with reading(self._engine) as connection:
            return places.newest(connection, selection_id, limit)

    def places_between(self, selection_id: str, first: int, end: int) -> Sequence[Place]:
        """The places from number `first` to before `end` that stand, the oldest first.

        Those that share a number, because one took a part of the other's story, stand beside each other.
        """
        with reading(self._engine) as connection:
            return places.between(connection, selection_id, first, end)

    def count(self, selection_id: str) -> int:
        """How many numbers a selection has given, to stories that stand there still or no more."""
        with reading(self._engine) as connection:
            return known_selections.count(connection, selection_id)

    def synchronise_selections(self, selections: Sequence[Selection], now: datetime) -> None:
        """These are all the selections that are published from now on.

        New ones are recorded. One with a former id (`was`) takes over that one's record, places and numbers,
        unless it has a record of its own. One that is named no more is gone and loses its places; it comes
        back with its record. Writes nothing when all is recorded already.
        """
        known_selections.synchronise(self._engine, selections, now)

    def moved_feeds(self) -> Mapping[str, str]:
        """By former id of a selection the id under which it is published now."""
        with reading(self._engine) as connection:
            return known_selections.moved(connection)

    def former_feeds(self) -> Collection[str]:
        """Both: ids under which no selection is published any more."""
        return {*self.moved_feeds(), *self.gone_feeds()}

    def gone_feeds(self) -> Collection[str]:
        """Ids, former ones too, of selections that are published no more."""
        with reading(self._engine) as connection:
            return known_selections.gone(connection)

    # -------------------------------------------------------------------------------------------- stories

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        """A selection's stories, the last to enter first; `everything`: all that was told, the last first.

        What was told stands in `everything` here before it is published, too.
        """
        with reading(self._engine) as connection:
            if selection_id == EVERYTHING:
                # What is split off counts as told when the whole was, under a number of its own.
                last_first = (stories.c.told_at.desc(), stories.c.told_number.desc())
                told = select(stories.c.id).where(*_SHOWN).order_by(*last_first).limit(limit)
                return story_rows.load(connection, connection.scalars(told).all())
            found = places.newest(connection, selection_id, limit)
            return story_rows.load(connection, [place.story_id for place in found])

    def load(self, story_ids: Sequence[int]) -> Sequence[Story]:
        """The stories with these ids, in this order; those that are not shown (any more) are left out."""
        with reading(self._engine) as connection:
            shown: set[int] = set()
            for chunk in chunked(story_ids):
                shown.update(connection.scalars(select(stories.c.id).where(stories.c.id.in_(chunk), *_SHOWN)))
            return story_rows.load(connection, [one for one in story_ids if one in shown])

    def told(self, story_id: int) -> ToldStory | None:
        """What became of a story; None when it was never told, or is unknown."""
        if not 0 < story_id <= _LARGEST_ID:  # more than a database could be asked for
            return None
        query = select(stories.c.hidden, stories.c.merged_into)
        query = query.where(stories.c.id == story_id, stories.c.told_number.is_not(None))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            if row.hidden or row.merged_into is not None:
                return ToldStory(merged_into=row.merged_into)
            (story,) = story_rows.load(connection, [story_id])
            return ToldStory(story)

    def told_with(self, entry_id: int) -> ToldStory | None:
        """What became of the story that holds an entry; None when it was never told, or is unknown."""
        if not 0 < entry_id <= _LARGEST_ID:
            return None
        home = select(story_entries.c.story_id).where(story_entries.c.entry_id == entry_id)
        with reading(self._engine) as connection:
            story_id = connection.scalar(home)
        return None if story_id is None else self.told(story_id)

    def told_by_hour(self) -> Mapping[datetime, int]:
        """All stories ever told, by start of the UTC hour; empty hours are omitted."""
        with reading(self._engine) as connection:
            return coverage.all_told_by_hour(connection)

    def coverage(self, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
        """Stories told from `since` on, by country and start of the UTC hour; empty hours are omitted."""
        with reading(self._engine) as connection:
            return coverage.told_by_hour(connection, since)


def _state() -> Select[tuple[Any, ...]]:
    withdrawn = (stories.c.hidden | stories.c.merged_into.is_not(None)).label("withdrawn")
    columns = (stories.c.id, stories.c.change_number, stories.c.told_at, stories.c.told_number)
    return select(*columns, withdrawn)


def _changes(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]], upto: int) -> StoryChanges:
    told = [row for row in rows if row.told_number is not None]
    return StoryChanges(
        upto=upto,
        stories=tuple(story_rows.load(connection, [row.id for row in told if not row.withdrawn])),
        withdrawn=tuple(row.id for row in told if row.withdrawn),
    )
