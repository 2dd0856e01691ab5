"""Stories that take the place of others, or of a part of them: nobody is told anything anew.

Neither readers of feeds, where the new story stands beside the old one, nor those of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from aggregator.store import told
from aggregator.store.conflicts import insert_into
from aggregator.store.tables import issues, placements, stories, told_stories, tracks


class Succession(NamedTuple):
    """One story, and another one that takes its place, or a part of it."""

    former: int
    heir: int


def tell_alike(connection: Connection, successions: Sequence[Succession]) -> None:
    """Count untold stories as told when others were, on the same pages and in the same letters.

    Where a track's watermark has passed the other one, it has passed this one, too.
    """
    for one in successions:
        told.like(connection, one.heir, one.former)
    if successions:
        _pass_over(connection, successions)
        _take_places(connection, successions)


def merge(connection: Connection, successions: Sequence[Succession]) -> None:
    """Let stories lead to others, in one hop, and count these as mailed where those were."""
    if not successions:
        return
    for one in successions:
        told.on_tracks(connection, one.heir, [one.former])
    _take_places(connection, successions)
    either = (stories.c.id == bindparam("former")) | (stories.c.merged_into == bindparam("former"))
    redirect = update(stories).where(either).values(merged_into=bindparam("heir"))
    connection.execute(redirect, _rows(successions))


def _rows(successions: Sequence[Succession]) -> list[dict[str, int]]:
    return [one._asdict() for one in successions]


def _pass_over(connection: Connection, successions: Sequence[Succession]) -> None:
    """Tracks that have passed a story without mailing it do not mail the one that takes its place."""
    former = select(stories.c.told_number).where(stories.c.id == bindparam("former")).scalar_subquery()
    last_issue = (
        select(func.max(issues.c.id))
        .where(issues.c.newsletter == tracks.c.newsletter, issues.c.track == tracks.c.track)
        .scalar_subquery()
    )
    passed = select(
        tracks.c.newsletter, tracks.c.track, bindparam("heir", type_=stories.c.id.type), last_issue
    )
    passed = passed.where(tracks.c.watermark >= former, last_issue.is_not(None))
    columns = ["newsletter", "track", "story_id", "issue_id"]
    mark = insert_into(connection, told_stories).from_select(columns, passed)
    connection.execute(mark.on_conflict_do_nothing(), _rows(successions))


def _take_places(connection: Connection, successions: Sequence[Succession]) -> None:
    """Stories stand in feeds where others stood, unless they have places of their own there.

    Under the same number: neither as news, nor so that feeds of long ago are numbered anew.
    """
    own = ("number", "entered_at", "inside")
    places = select(
        placements.c.selection_key,
        bindparam("heir", type_=stories.c.id.type),
        *(placements.c[name] for name in own),
    ).where(placements.c.story_id == bindparam("former"))
    enter = insert_into(connection, placements).from_select(["selection_key", "story_id", *own], places)
    connection.execute(enter.on_conflict_do_nothing(), _rows(successions))
