"""Issues that are undone because a story of theirs must not be mailed any more.

While no letter of an issue was ever taken up to be sent it is as if it had never been frozen, and `compose`
freezes the period anew, with what may be told. An issue that is on its way rests instead, until `mending` has
put the letters that wait together without the story.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from aggregator.model import DeliveryState
from aggregator.store import issue_notes, stale_issues
from aggregator.store.tables import (
    deliveries,
    issue_blocks,
    issue_frames,
    issue_pictures,
    issue_stories,
    issues,
    stories,
    told_stories,
    tracks,
    variants,
)

log = logging.getLogger(__name__)

Issue = Row[*tuple[Any, ...]]


def thaw(connection: Connection, story_ids: Collection[int], now: datetime | None = None) -> list[int]:
    """Undo issues with one of these stories of which letters wait and none has begun; their ids.

    With an issue go the later ones of its track: what it told is theirs again. If one of those has begun,
    nothing is undone on that track. `now`: since when issues on their way rest; None lets them go on.
    """
    held = select(issue_stories.c.issue_id).where(issue_stories.c.story_id.in_(story_ids))
    waiting = select(deliveries.c.issue_id).where(
        deliveries.c.issue_id.in_(held), deliveries.c.state.in_(_UNSENT)
    )
    affected = connection.execute(select(issues).where(issues.c.id.in_(waiting)).order_by(issues.c.id)).all()
    first_of_track = {(one.newsletter, one.track): one for one in reversed(affected)}
    undone: list[int] = []
    for first in first_of_track.values():
        later = select(issues.c.id).where(
            issues.c.newsletter == first.newsletter, issues.c.track == first.track, issues.c.id >= first.id
        )
        ids = list(connection.scalars(later))
        if _any_begun(connection, ids):
            log.warning(_UNDER_WAY, first.newsletter, first.track, first.period_key)
            if now is not None:
                stale_issues.rest(connection, [one.id for one in affected if one.id in ids], now)
        else:
            _set_back(connection, first, ids)
            _delete(connection, ids)
            undone += ids
    return undone


_UNSENT = (DeliveryState.READY.value, DeliveryState.DEFERRED.value, DeliveryState.LEASED.value)
_UNDER_WAY = "letters of %s %s, issue %s, are under way: they hold a story that was hidden or merged"


def _any_begun(connection: Connection, issue_ids: Sequence[int]) -> bool:
    """Whether a letter was taken up: it has a Message-ID from then on. Holds those that were not."""
    letters = select(deliveries.c.message_id).where(deliveries.c.issue_id.in_(issue_ids))
    return any(connection.scalars(letters.with_for_update()))


def _set_back(connection: Connection, first: Issue, issue_ids: Sequence[int]) -> None:
    """The track stands where it stood before the first of these issues."""
    same_track = (tracks.c.newsletter == first.newsletter) & (tracks.c.track == first.track)
    before = select(func.max(issues.c.period_end)).where(
        issues.c.newsletter == first.newsletter, issues.c.track == first.track, issues.c.id < first.id
    )
    last_end = connection.scalar(before)
    if last_end is None:
        connection.execute(delete(tracks).where(same_track))
        return
    told = select(issue_stories.c.story_id).where(issue_stories.c.issue_id.in_(issue_ids))
    earliest = select(func.min(stories.c.told_number)).where(stories.c.id.in_(told))
    watermark = (connection.scalar(earliest) or 1) - 1
    back = update(tracks).where(same_track)
    connection.execute(back.values(last_period_end=last_end, watermark=watermark))


def _delete(connection: Connection, issue_ids: Sequence[int]) -> None:
    parts = (issue_pictures, issue_blocks, issue_frames, told_stories, issue_stories)
    for table in (deliveries, variants, *parts):
        connection.execute(delete(table).where(table.c.issue_id.in_(issue_ids)))
    for issue in connection.execute(select(issues).where(issues.c.id.in_(issue_ids))).all():
        issue_notes.forget(connection, issue)
    connection.execute(delete(issues).where(issues.c.id.in_(issue_ids)))
