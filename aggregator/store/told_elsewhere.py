"""Readers who changed their rhythm, and what the issues of the former one told them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from aggregator.model import Choice, SubscriberState
from aggregator.store import choices
from aggregator.store.chunks import chunked
from aggregator.store.tables import deliveries, stories, subscriptions, told_stories, variants

_GOT = ("ready", "leased", "deferred", "sent", "unknown")
"""Letters that arrived, may have, or will."""


def told_elsewhere(
    connection: Connection, newsletter: str, track: str, story_ids: Collection[int]
) -> dict[Choice, Sequence[int]]:
    """Subscribers of the track whom another track told some of these stories, by their choice without those.

    One that was told before it was merged into one of these counts as that one.
    """
    tellers = _tellers(connection, story_ids)
    issue_ids = _issues(connection, newsletter, track, tellers)
    if not issue_ids:
        return {}
    chosen: dict[int, Choice] = {}
    letters: dict[int, set[int]] = {}
    for subscriber_id, variant_id, *columns in _letters(connection, newsletter, track, issue_ids):
        chosen[subscriber_id] = choices.choice(*columns)
        letters.setdefault(subscriber_id, set()).add(variant_id)
    told_by = _told_by(connection, {one for some in letters.values() for one in some}, tellers)
    found: dict[Choice, list[int]] = {}
    for subscriber_id, choice in sorted(chosen.items()):
        told = {story for variant_id in letters[subscriber_id] for story in told_by[variant_id]}
        if told:
            apart = Choice(choice.language, choice.countries, choice.languages, tuple(sorted(told)))
            found.setdefault(apart, []).append(subscriber_id)
    return dict(found)


def _tellers(connection: Connection, story_ids: Collection[int]) -> dict[int, int]:
    """By story, of these and those merged into them, the one of these that tells it now."""
    merged = {
        row.id: row.merged_into
        for chunk in chunked(story_ids)
        for row in connection.execute(
            select(stories.c.id, stories.c.merged_into).where(stories.c.merged_into.in_(chunk))
        )
    }
    return {**{one: one for one in story_ids}, **merged}


def _issues(connection: Connection, newsletter: str, track: str, story_ids: Collection[int]) -> set[int]:
    return {
        issue_id
        for chunk in chunked(story_ids)
        for issue_id in connection.scalars(
            select(told_stories.c.issue_id)
            .distinct()
            .where(
                told_stories.c.newsletter == newsletter,
                told_stories.c.track != track,
                told_stories.c.story_id.in_(chunk),
            )
        )
    }


def _letters(
    connection: Connection, newsletter: str, track: str, issue_ids: Collection[int]
) -> list[tuple[int, int, str, str, str]]:
    """Subscriber, variant and choice of letters of these issues to readers of the track."""
    query = (
        select(
            deliveries.c.subscriber_id,
            deliveries.c.variant_id,
            subscriptions.c.language,
            subscriptions.c.countries,
            subscriptions.c.languages,
        )
        .join(subscriptions, subscriptions.c.subscriber_id == deliveries.c.subscriber_id)
        .where(
            subscriptions.c.newsletter == newsletter,
            subscriptions.c.track == track,
            subscriptions.c.state == SubscriberState.CONFIRMED.value,
            deliveries.c.state.in_(_GOT),
        )
    )
    return [
        (row[0], row[1], row[2], row[3], row[4])
        for chunk in chunked(issue_ids)
        for row in connection.execute(query.where(deliveries.c.issue_id.in_(chunk)))
    ]


def _told_by(
    connection: Connection, variant_ids: Collection[int], tellers: Mapping[int, int]
) -> dict[int, set[int]]:
    """What each of these variants tells, as those that tell it now."""
    return {
        row.id: {tellers[one] for one in row.story_ids if one in tellers}
        for chunk in chunked(variant_ids)
        for row in connection.execute(
            select(variants.c.id, variants.c.story_ids).where(variants.c.id.in_(chunk))
        )
    }
