"""What the one transaction that freezes an issue inserts: its parts, and a delivery per reader."""

from __future__ import annotations

from sqlalchemy import Connection, Select, exists, func, insert, literal, select

from aggregator.model import Choice, DeliveryState, FrozenIssue, SubscriberState
from aggregator.store import choices
from aggregator.store.issue_rows import block_rows, frame_rows, story_rows_of, told_rows, variant_rows
from aggregator.store.tables import (
    deliveries,
    issue_blocks,
    issue_frames,
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


def insert_deliveries(connection: Connection, issue: FrozenIssue, issue_id: int) -> int:
    """Variants, and a delivery for every reader whose choice leads to one; returns how many."""
    if not issue.variants:
        return 0
    ids = connection.scalars(
        insert(variants).returning(variants.c.id, sort_by_parameter_order=True),
        variant_rows(issue.variants, issue_id),
    ).all()
    for variant_id, variant in zip(ids, issue.variants, strict=True):
        for choice in variant.choices:
            audience = _audience(issue, issue_id, variant_id, choice)
            connection.execute(insert(deliveries).from_select(_COLUMNS, audience))
    counted = select(func.count()).where(deliveries.c.issue_id == issue_id)
    return connection.execute(counted).scalar_one()


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
