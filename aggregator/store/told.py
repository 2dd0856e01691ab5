"""Stories that count as told because another one was."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select, update

from aggregator.store.conflicts import insert_into
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.tables import stories, told_stories


def like(connection: Connection, story_id: int, other: int) -> None:
    """A story counts as told when another one was: since then, and on the same tracks. Or never, as that."""
    told = select(stories.c.told_at).where(stories.c.id == other, stories.c.told_number.is_not(None))
    told_at = connection.scalar(told)
    if told_at is None:
        return
    untold = select(stories.c.id).where(stories.c.id == story_id, stories.c.told_number.is_(None))
    if connection.scalar(untold) is not None:
        (number,) = advance(connection, Counter.TOLD, 1)
        tell = update(stories).where(stories.c.id == story_id)
        connection.execute(tell.values(told_at=told_at, told_number=number))
    on_tracks(connection, story_id, [other])


def on_tracks(connection: Connection, story_id: int, others: Sequence[int]) -> None:
    """Where one of the others was mailed, the story counts as mailed, too."""
    marks = (
        select(
            told_stories.c.newsletter,
            told_stories.c.track,
            literal(story_id),
            func.min(told_stories.c.issue_id),
        )
        .where(told_stories.c.story_id.in_(others))
        .group_by(told_stories.c.newsletter, told_stories.c.track)
    )
    columns = ["newsletter", "track", "story_id", "issue_id"]
    insert = insert_into(connection, told_stories).from_select(columns, marks)
    connection.execute(insert.on_conflict_do_nothing())
