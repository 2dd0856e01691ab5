"""Issues: how far a track has come, what it has not told yet, and the transaction that freezes an issue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, case, exists, func, select, update

from aggregator.model import (
    Audience,
    Choice,
    DeliveryState,
    FrozenIssue,
    IssueSummary,
    Period,
    SubscriberState,
    TrackPosition,
    UntoldStories,
)
from aggregator.store import choices, issue_notes, story_rows
from aggregator.store.audience import audience
from aggregator.store.chunks import chunked
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.freezing import insert_deliveries, insert_parts
from aggregator.store.issue_rows import issue_row, skipped_row
from aggregator.store.tables import (
    deliveries,
    entries,
    issue_stories,
    issues,
    stories,
    subscribers,
    subscriptions,
    told_stories,
    tracks,
)
from aggregator.store.told_elsewhere import told_elsewhere

HISTORY = timedelta(hours=72)
"""A story dated longer than this before the period is history, not news."""


class IssueStore:
    """The issues of all newsletters and the positions of their tracks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def position(self, newsletter: str, track: str) -> TrackPosition:
        """How far a track has come; the very beginning for one that never had an issue."""
        with reading(self._engine) as connection:
            return _position(connection, newsletter, track)

    def untold(self, newsletter: str, track: str, period: Period) -> UntoldStories:
        """Stories first told after the track's watermark and before the period's end, not yet in an issue.

        In the order in which they were told; hidden and merged ones and history are left out. `upto` stays
        below every story that is told after the period's end, so that the watermark never passes one unseen.
        """
        with reading(self._engine) as connection:
            watermark = _position(connection, newsletter, track).watermark
            told_here = exists().where(
                told_stories.c.newsletter == newsletter,
                told_stories.c.track == track,
                told_stories.c.story_id == stories.c.id,
            )
            query = (
                select(stories.c.id)
                .join(entries, entries.c.id == stories.c.lead_entry_id)
                .where(
                    stories.c.told_number > watermark,
                    stories.c.told_at < period.end,
                    entries.c.published >= period.start - HISTORY,
                    ~stories.c.hidden,
                    stories.c.merged_into.is_(None),
                    ~told_here,
                )
                .order_by(stories.c.told_number)
            )
            found = story_rows.load(connection, connection.scalars(query).all())
            return UntoldStories(_upto(connection, watermark, period.end), tuple(found))

    def choices(self, newsletter: str, track: str) -> Sequence[Choice]:
        """The distinct choices of the track's confirmed subscribers."""
        columns = (subscriptions.c.language, subscriptions.c.countries, subscriptions.c.languages)
        query = (
            select(*columns)
            .distinct()
            .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
            .where(
                subscriptions.c.newsletter == newsletter,
                subscriptions.c.track == track,
                subscriptions.c.state == SubscriberState.CONFIRMED.value,
                subscribers.c.state == SubscriberState.CONFIRMED.value,
            )
            .order_by(*columns)
        )
        with reading(self._engine) as connection:
            return [choices.choice(*row) for row in connection.execute(query)]

    def told_elsewhere(
        self, newsletter: str, track: str, story_ids: Collection[int]
    ) -> Mapping[Choice, Sequence[int]]:
        """Subscribers of the track whom another track told some of these stories, by their choice without."""
        with reading(self._engine) as connection:
            return told_elsewhere(connection, newsletter, track, story_ids)

    def freeze(self, issue: FrozenIssue) -> int | None:
        """Store the issue and a delivery per confirmed subscriber, and move the watermark: one transaction.

        Deliveries go to those who are confirmed, not paused and not suppressed, and whose choice leads to a
        variant. Returns their number; None, with nothing written, when the period already has an issue, be it
        that another process is faster by a moment, and when a story was hidden or merged since it was looked
        up: the next attempt goes without it.
        """
        row = issue_row(issue)
        with writing(self._engine) as connection:
            if _any_withdrawn(connection, [placed.story.id for placed in issue.placed]):
                return None
            issue_id = _claim_period(connection, row)
            if issue_id is None:
                return None
            insert_parts(connection, issue, issue_id)
            count = insert_deliveries(connection, issue, issue_id)
            issue_notes.keep(connection, issue)
            _advance(connection, issue.newsletter, issue.track, issue.period.end, issue.watermark)
            return count

    def readers(self, newsletter: str, track: str) -> int:
        """How many confirmed readers a track has, paused ones among them."""
        confirmed = SubscriberState.CONFIRMED.value
        query = (
            select(func.count())
            .select_from(subscriptions)
            .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
            .where(
                subscriptions.c.newsletter == newsletter,
                subscriptions.c.track == track,
                subscriptions.c.state == confirmed,
                subscribers.c.state == confirmed,
            )
        )
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0

    def audience(self, issue: FrozenIssue) -> Audience:
        """Who would get this issue if it were frozen now; writes nothing."""
        with reading(self._engine) as connection:
            return audience(connection, issue)

    def hasten(self, now: datetime) -> int:
        """Let letters go now that wait for their readers' hour; returns how many."""
        hurried = (
            update(deliveries)
            .where(
                deliveries.c.kind == "issue",
                deliveries.c.state == DeliveryState.READY.value,
                deliveries.c.not_before > now,
            )
            .values(not_before=now)
        )
        with writing(self._engine) as connection:
            return connection.execute(hurried).rowcount

    def skip(self, newsletter: str, track: str, period: Period, watermark: int, now: datetime) -> None:
        """Record that the period had nothing to tell; does nothing when it already has an issue."""
        with writing(self._engine) as connection:
            if _claim_period(connection, skipped_row(newsletter, track, period, now)) is not None:
                _advance(connection, newsletter, track, period.end, watermark)

    def summaries(self, limit: int = 100) -> Sequence[IssueSummary]:
        """The last issues, the newest first, with how their deliveries stand."""
        placed = (
            select(func.count())
            .where(issue_stories.c.issue_id == issues.c.id)
            .correlate(issues)
            .scalar_subquery()
        )
        query = select(issues, placed.label("stories")).order_by(issues.c.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            counts = _counts(connection, [row.id for row in rows])
        return [
            IssueSummary(
                id=row.id,
                newsletter=row.newsletter,
                track=row.track,
                period=row.period_key,
                frozen_at=row.frozen_at,
                stories=row.stories,
                deliveries=counts.get(row.id, {}),
            )
            for row in rows
        ]


def _position(connection: Connection, newsletter: str, track: str) -> TrackPosition:
    query = select(tracks).where(tracks.c.newsletter == newsletter, tracks.c.track == track)
    row = connection.execute(query).one_or_none()
    return TrackPosition(None, 0) if row is None else TrackPosition(row.last_period_end, row.watermark)


def _any_withdrawn(connection: Connection, story_ids: Sequence[int]) -> bool:
    """Whether one of these must not be mailed any more; they stay as they are until the transaction ends."""
    rows = [
        row
        for chunk in chunked(story_ids)
        for row in connection.execute(
            select(stories.c.hidden, stories.c.merged_into)
            .where(stories.c.id.in_(chunk))
            .with_for_update(read=True)
        )
    ]
    return any(row.hidden or row.merged_into is not None for row in rows)


def _upto(connection: Connection, watermark: int, end: datetime) -> int:
    """The largest number below the first story told at or after `end`."""
    after = select(func.min(stories.c.told_number)).where(
        stories.c.told_number > watermark, stories.c.told_at >= end
    )
    if (first_unseen := connection.scalar(after)) is not None:
        return int(first_unseen) - 1
    return connection.scalar(select(func.max(stories.c.told_number))) or watermark


def _claim_period(connection: Connection, row: Mapping[str, Any]) -> int | None:
    """Insert the issue; None when its period has one. A second process waits here until the first is done."""
    unique = [issues.c.newsletter, issues.c.track, issues.c.period_key]
    statement = insert_into(connection, issues).values(row).on_conflict_do_nothing(index_elements=unique)
    issue_id: int | None = connection.scalar(statement.returning(issues.c.id))
    return issue_id


def _advance(connection: Connection, newsletter: str, track: str, end: datetime, watermark: int) -> None:
    statement = insert_into(connection, tracks).values(
        newsletter=newsletter, track=track, watermark=watermark, last_period_end=end
    )

    def larger(new: ColumnElement[Any], stored: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((new > stored, new), else_=stored)

    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[tracks.c.newsletter, tracks.c.track],
            set_={
                "watermark": larger(statement.excluded.watermark, tracks.c.watermark),
                "last_period_end": larger(statement.excluded.last_period_end, tracks.c.last_period_end),
            },
        )
    )


def _counts(connection: Connection, issue_ids: Sequence[int]) -> Mapping[int, Mapping[str, int]]:
    query = (
        select(deliveries.c.issue_id, deliveries.c.state, func.count())
        .where(deliveries.c.issue_id.in_(issue_ids))
        .group_by(deliveries.c.issue_id, deliveries.c.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for issue_id, state, count in connection.execute(query):
        counts.setdefault(issue_id, {})[state] = count
    return counts
