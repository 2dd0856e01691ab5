"""What the one transaction that freezes an issue inserts: its parts, and a delivery per reader."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Select, delete, exists, func, insert, literal, select, update

from aggregator.model import Choice, DeliveryState, FrozenIssue, PlannedVariant, SubscriberState
from aggregator.store import choices
from aggregator.store.chunks import chunked
from aggregator.store.conflicts import insert_into
from aggregator.store.issue_rows import (
    block_rows,
    frame_rows,
    picture_rows,
    story_rows_of,
    told_rows,
    variant_rows,
)
from aggregator.store.local_hours import first_at
from aggregator.store.tables import (
    deliveries,
    issue_blocks,
    issue_frames,
    issue_pictures,
    issue_stories,
    subscribers,
    subscriptions,
    suppressions,
    told_stories,
    variants,
)

_COLUMNS = (
    "kind",
    "issue_id",
    "subscriber_id",
    "address",
    "variant_id",
    "state",
    "attempts",
    "not_before",
    "expires_at",
    "reason",
)


def insert_parts(connection: Connection, issue: FrozenIssue, issue_id: int) -> None:
    """Stories, frames and blocks; and the marks that these stories are told, each of which can exist once."""
    for table, rows in (
        (issue_stories, story_rows_of(issue, issue_id)),
        (told_stories, told_rows(issue, issue_id)),
        (issue_frames, frame_rows(issue, issue_id)),
        (issue_blocks, block_rows(issue, issue_id)),
    ):
        if rows:
            connection.execute(insert(table), rows)


def insert_variants(
    connection: Connection, planned: Sequence[PlannedVariant], issue_id: int
) -> Sequence[int]:
    """Assemblies of an issue, with the pictures that they carry; returns their numbers in the same order."""
    for row in picture_rows(planned, issue_id):  # one statement each: a megabyte in one would be many
        known = insert_into(connection, issue_pictures).values(row).on_conflict_do_nothing()
        connection.execute(known)
    return connection.scalars(
        insert(variants).returning(variants.c.id, sort_by_parameter_order=True),
        variant_rows(planned, issue_id),
    ).all()


def insert_deliveries(connection: Connection, issue: FrozenIssue, issue_id: int) -> int:
    """Variants, and a delivery for every reader whose choice leads to one; returns how many."""
    if not issue.variants:
        return 0
    ids = insert_variants(connection, issue.variants, issue_id)
    for variant_id, variant in zip(ids, issue.variants, strict=True):
        for choice in variant.choices:
            if choice.without:
                continue
            audience = _audience(issue, issue_id, variant_id, choice)
            connection.execute(insert(deliveries).from_select(_COLUMNS, audience))
    _tell_the_rest(connection, issue, issue_id, ids)
    _wait_for_hours(connection, issue, issue_id)
    counted = select(func.count()).where(deliveries.c.issue_id == issue_id)
    return connection.execute(counted).scalar_one()


def _tell_the_rest(connection: Connection, issue: FrozenIssue, issue_id: int, ids: Sequence[int]) -> None:
    """Who was told some of it by another track gets the letter without that; who was told all, none."""
    variant_of = {
        choice: variant_id
        for variant_id, variant in zip(ids, issue.variants, strict=True)
        for choice in variant.choices
    }
    for choice, readers in issue.apart.items():
        for chunk in chunked(readers):
            theirs = (deliveries.c.issue_id == issue_id) & deliveries.c.subscriber_id.in_(chunk)
            if choice in variant_of:
                told = update(deliveries).where(theirs).values(variant_id=variant_of[choice])
                connection.execute(told)
            else:
                connection.execute(delete(deliveries).where(theirs))


def _audience(
    issue: FrozenIssue, issue_id: int, variant_id: int, choice: Choice
) -> Select[tuple[object, ...]]:
    """One row of `deliveries` per confirmed, unpaused, unsuppressed reader with this choice."""
    confirmed = SubscriberState.CONFIRMED.value
    chosen = [subscriptions.c[name] == value for name, value in choices.columns(choice).items()]
    suppressed = exists().where(suppressions.c.address_hash == subscribers.c.address_hash)
    return (
        select(
            literal("issue"),
            literal(issue_id),
            subscribers.c.id,
            subscribers.c.email,
            literal(variant_id),
            literal(DeliveryState.READY.value),
            literal(0),
            literal(issue.send_after, deliveries.c.not_before.type),
            literal(issue.expires_at, deliveries.c.expires_at.type),
            literal(""),
        )
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .where(
            subscriptions.c.newsletter == issue.newsletter,
            subscriptions.c.track == issue.track,
            *chosen,
            subscriptions.c.state == confirmed,
            subscribers.c.state == confirmed,
            subscriptions.c.paused_until.is_(None) | (subscriptions.c.paused_until <= issue.frozen_at),
            ~suppressed,
        )
        .order_by(subscribers.c.id)
    )


def _wait_for_hours(connection: Connection, issue: FrozenIssue, issue_id: int) -> None:
    """Letters to readers who chose an hour wait for it, reckoned from when the issue should go out.

    So an issue that is late keeps nobody waiting for another day. One statement for each hour and zone.
    """
    of_hour = subscriptions.c.local_hour
    zone = func.coalesce(subscriptions.c.time_zone, literal(issue.time_zone))
    addressed = deliveries.c.issue_id == issue_id
    here = subscriptions.c.newsletter == issue.newsletter
    chosen = select(of_hour, zone).distinct().where(here, subscriptions.c.track == issue.track)
    lasting = issue.expires_at - issue.send_after
    for hour, clock in connection.execute(chosen.where(of_hour.is_not(None))).all():
        not_before = max(issue.send_after, first_at(hour, clock, issue.period.send_at))
        readers = select(subscriptions.c.subscriber_id).where(here, of_hour == hour, zone == clock)
        connection.execute(
            update(deliveries)
            .where(addressed, deliveries.c.subscriber_id.in_(readers))
            .values(not_before=not_before, expires_at=not_before + lasting)
        )
