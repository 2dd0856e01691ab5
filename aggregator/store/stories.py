"""Stories: what changed, which selection holds which, and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from aggregator.model import Placement, Story, StoryChanges
from aggregator.store import story_rows
from aggregator.store.chunks import chunked
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.tables import meta, stories
from aggregator.store.tables import placements as places

EVERYTHING = "everything"
"""The selection that holds every story that was told; it is not stored."""

_PUBLISHED_UPTO = "published_upto"


class StoryStore:
    """Stories as publishing sees them: told, and neither hidden nor merged into another."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def published_upto(self) -> int:
        """Change number up to which everything is published; 0 before the first publication."""
        with reading(self._engine) as connection:
            value = connection.scalar(select(meta.c.value).where(meta.c.key == _PUBLISHED_UPTO))
        return int(value or 0)

    def mark_published(self, upto: int) -> None:
        """All files up to this change number are written. One row; never goes back."""
        with writing(self._engine, Lane.PLACEMENTS) as connection:
            row = meta.c.key == _PUBLISHED_UPTO
            value = connection.scalar(select(meta.c.value).where(row))
            if value is None:
                connection.execute(insert(meta).values(key=_PUBLISHED_UPTO, value=str(upto)))
            elif int(value) < upto:
                connection.execute(update(meta).where(row).values(value=str(upto)))

    def changes(self, since: int, limit: int) -> StoryChanges:
        """The next `limit` stories that changed after `since`, in order of change.

        Stories that were never told are passed over, hidden and merged ones reported as withdrawn.
        """
        query = (
            select(
                stories.c.id,
                stories.c.change_number,
                stories.c.told_number,
                (stories.c.hidden | stories.c.merged_into.is_not(None)).label("withdrawn"),
            )
            .where(stories.c.change_number > since)
            .order_by(stories.c.change_number)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            told = [row for row in rows if row.told_number is not None]
            return StoryChanges(
                upto=rows[-1].change_number if rows else since,
                stories=tuple(story_rows.load(connection, [row.id for row in told if not row.withdrawn])),
                withdrawn=tuple(row.id for row in told if row.withdrawn),
            )

    def place(
        self, now: datetime, placements: Mapping[str, Placement], withdrawn: Collection[int]
    ) -> set[str]:
        """Record which of the changed stories stand in which selection; return the selections touched.

        A selection is touched when a changed story is inside it or has just left it. The moment of the first
        entry is kept: a story that leaves and comes back takes its old place. One transaction over the
        changed stories, which holds the lane of placements.
        """
        touched = set()
        with writing(self._engine, Lane.PLACEMENTS) as connection:
            for selection_id, placement in sorted(placements.items()):
                _enter(connection, selection_id, sorted(placement.inside), now)
                left = _leave(connection, placement.outside, selection_id)
                if placement.inside or left:
                    touched.add(selection_id)
            return touched | _leave(connection, withdrawn)

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        """A selection's stories, the last to enter first. `everything` holds all, the last told first."""
        with reading(self._engine) as connection:
            shown = select(stories.c.id).where(~stories.c.hidden, stories.c.merged_into.is_(None))
            if selection_id == EVERYTHING:
                # What is split off counts as told when the whole was, under a number of its own.
                told = shown.where(stories.c.told_number.is_not(None))
                shown = told.order_by(stories.c.told_at.desc(), stories.c.told_number.desc())
            else:
                shown = (
                    shown.join(places, places.c.story_id == stories.c.id)
                    .where(places.c.selection_id == selection_id, places.c.inside)
                    .order_by(places.c.entered_number.desc())
                )
            return story_rows.load(connection, connection.scalars(shown.limit(limit)).all())


def _enter(connection: Connection, selection_id: str, story_ids: Sequence[int], now: datetime) -> None:
    present: dict[int, bool] = {}
    here = select(places.c.story_id, places.c.inside).where(places.c.selection_id == selection_id)
    for chunk in chunked(story_ids):
        rows = connection.execute(here.where(places.c.story_id.in_(chunk)))
        present |= {row.story_id: row.inside for row in rows}
    new = [story_id for story_id in story_ids if story_id not in present]
    rows_to_add = [
        {
            "selection_id": selection_id,
            "story_id": story_id,
            "entered_at": now,
            "entered_number": number,
            "inside": True,
        }
        for story_id, number in zip(new, advance(connection, Counter.ENTERED, len(new)), strict=True)
    ]
    if rows_to_add:
        connection.execute(insert(places), rows_to_add)
    if back := [{"story": story_id} for story_id, inside in present.items() if not inside]:
        connection.execute(
            update(places)
            .where(places.c.selection_id == selection_id, places.c.story_id == bindparam("story"))
            .values(inside=True),
            back,
        )


def _leave(connection: Connection, story_ids: Collection[int], selection_id: str | None = None) -> set[str]:
    """Take stories out of one selection, or of all; return those in which one stood."""
    left: set[str] = set()
    for chunk in chunked(story_ids):
        standing = update(places).where(places.c.story_id.in_(chunk), places.c.inside)
        if selection_id is not None:
            standing = standing.where(places.c.selection_id == selection_id)
        left.update(connection.scalars(standing.values(inside=False).returning(places.c.selection_id)))
    return left
