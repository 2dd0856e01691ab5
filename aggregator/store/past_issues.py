"""Issues that went out, as the public archive tells them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, func, select

from aggregator.model import IssueCover, Newsletter, PastIssue, Placed
from aggregator.store import issue_notes, story_rows
from aggregator.store.engine import reading
from aggregator.store.tables import issue_stories, issues, stories

MOST_LISTED = 300
"""Two newsletters a week of three years fill a page; whoever reads an issue comes to those before it."""
_FROZEN = "frozen"


class PastIssueStore:
    """Issues of the configured newsletters whose hour of sending has come."""

    def __init__(self, engine: Engine, newsletters: Sequence[Newsletter]) -> None:
        self._engine = engine
        self._newsletters: Mapping[str, Newsletter] = {one.id: one for one in newsletters}

    def covers(self, now: datetime) -> Sequence[IssueCover]:
        """The last issues, the newest first; at most `MOST_LISTED`."""
        newest_first = (issues.c.period_end.desc(), issues.c.newsletter, issues.c.track)
        query = self._issues(now).order_by(*newest_first).limit(MOST_LISTED)
        with reading(self._engine) as connection:
            return [self._cover(row) for row in connection.execute(query)]

    def issue(self, now: datetime, newsletter: str, track: str, period: str) -> PastIssue | None:
        """One issue with its stories as they are told now; those that were hidden since are left out."""
        query = self._issues(now).where(
            issues.c.newsletter == newsletter, issues.c.track == track, issues.c.period_key == period
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                return None
            own = self._issues(now).where(issues.c.newsletter == newsletter, issues.c.track == track)
            end = issues.c.period_end
            before = own.where(end < row.period_end).order_by(end.desc()).limit(1)
            after = own.where(end > row.period_end).order_by(end).limit(1)
            neighbours = [connection.execute(query).one_or_none() for query in (before, after)]
            earlier, later = (self._cover(one) if one else None for one in neighbours)
            placed = tuple(placed_now(connection, row.id))
            return PastIssue(self._cover(row), placed, earlier, later, issue_notes.said_in(connection, row))

    def latest(self, now: datetime, newsletter: str, limit: int) -> Sequence[PastIssue]:
        """The last issues of all tracks of a newsletter, the newest first, without their neighbours."""
        own = self._issues(now).where(issues.c.newsletter == newsletter)
        query = own.order_by(issues.c.period_end.desc(), issues.c.track).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            return [PastIssue(self._cover(row), tuple(placed_now(connection, row.id))) for row in rows]

    def _issues(self, now: datetime) -> Any:
        told = stories.alias()
        count = (
            select(func.count(told.c.id.distinct()))
            .select_from(issue_stories.join(stories, stories.c.id == issue_stories.c.story_id))
            .join(told, told.c.id == func.coalesce(stories.c.merged_into, stories.c.id))
            .where(issue_stories.c.issue_id == issues.c.id, ~told.c.hidden, told.c.merged_into.is_(None))
            .correlate(issues)
            .scalar_subquery()
        )
        return select(issues, count.label("stories")).where(
            issues.c.state == _FROZEN,
            issues.c.send_after <= now,
            issues.c.newsletter.in_(self._newsletters),
        )

    def _cover(self, row: Row[*tuple[Any, ...]]) -> IssueCover:
        newsletter = self._newsletters[row.newsletter]
        zone = ZoneInfo(newsletter.time_zone)
        last_moment = row.period_end - timedelta(microseconds=1)
        return IssueCover(
            newsletter=row.newsletter,
            names=newsletter.names,
            track=row.track,
            period=row.period_key,
            first_day=row.period_start.astimezone(zone).date(),
            last_day=last_moment.astimezone(zone).date(),
            stories=row.stories,
            went_out=row.send_after,
        )


def placed_now(connection: Connection, issue_id: int) -> list[Placed]:
    """In the order of the letter; what was merged since stands as the story that tells it now, once."""
    teller = func.coalesce(stories.c.merged_into, stories.c.id)
    query = (
        select(issue_stories.c.section, issue_stories.c.reason, teller.label("teller"))
        .join(stories, stories.c.id == issue_stories.c.story_id)
        .where(issue_stories.c.issue_id == issue_id)
        .order_by(issue_stories.c.position)
    )
    rows = {row.teller: row for row in reversed(connection.execute(query).all())}
    shown = select(stories.c.id).where(
        stories.c.id.in_(rows), ~stories.c.hidden, stories.c.merged_into.is_(None)
    )
    standing = set(connection.scalars(shown))
    told = [teller for teller in reversed(rows) if teller in standing]
    return [
        Placed(rows[story.id].section, story, rows[story.id].reason)
        for story in story_rows.load(connection, told)
    ]
