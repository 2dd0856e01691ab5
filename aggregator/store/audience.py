"""Who would get an issue if it were frozen now, and who would not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, Select, case, exists, func, literal, select

from aggregator.model import Audience, FrozenIssue, SubscriberState
from aggregator.store import choices
from aggregator.store.chunks import chunked
from aggregator.store.tables import subscribers, subscriptions, suppressions

NOT_CONFIRMED = "did not confirm"
PAUSED = "paused"
SUPPRESSED = "suppressed"
NOTHING_CHOSEN = "chose nothing that the issue tells"
TOLD_ELSEWHERE = "changed their rhythm, and were told all of it by the former one"

_CONFIRMED = SubscriberState.CONFIRMED.value
_LEFT = SubscriberState.LEFT.value


def audience(connection: Connection, issue: FrozenIssue) -> Audience:
    """The readers of the issue's track, counted by variant and by why they are passed over.

    Goes by the same rules as freezing; whoever left is not counted.
    """
    variant_of = {choice: number for number, one in enumerate(issue.variants) for choice in one.choices}
    letters, passed_over = [0] * len(issue.variants), Counter[str]()
    for row in connection.execute(_readers(issue)):
        choice = choices.choice(row.language, row.countries, row.languages)
        if row.obstacle:
            passed_over[row.obstacle] += row.readers
        elif choice in variant_of:
            letters[variant_of[choice]] += row.readers
        else:
            passed_over[NOTHING_CHOSEN] += row.readers
    for choice, readers in issue.apart.items():
        count = _addressed(connection, issue, readers)
        whole = replace(choice, without=())
        if whole in variant_of:
            letters[variant_of[whole]] -= count
            if choice in variant_of:
                letters[variant_of[choice]] += count
            else:
                passed_over[TOLD_ELSEWHERE] += count
    return Audience(tuple(letters), dict(+passed_over))


def _addressed(connection: Connection, issue: FrozenIssue, subscriber_ids: Collection[int]) -> int:
    """How many of these nothing keeps letters from."""
    return sum(
        row.readers
        for chunk in chunked(subscriber_ids)
        for row in connection.execute(_readers(issue, chunk))
        if not row.obstacle
    )


def _readers(
    issue: FrozenIssue, subscriber_ids: Collection[int] | None = None
) -> Select[tuple[str, str, str, str, int]]:
    """How many readers (of these alone, if given) there are of each choice, and what keeps letters back."""
    some = [] if subscriber_ids is None else [subscribers.c.id.in_(subscriber_ids)]
    suppressed = exists().where(suppressions.c.address_hash == subscribers.c.address_hash)
    confirmed = (subscriptions.c.state == _CONFIRMED) & (subscribers.c.state == _CONFIRMED)
    obstacle = case(
        (~confirmed, literal(NOT_CONFIRMED)),
        (suppressed, literal(SUPPRESSED)),
        (subscriptions.c.paused_until > issue.frozen_at, literal(PAUSED)),
        else_=literal(""),
    ).label("obstacle")
    columns = (subscriptions.c.language, subscriptions.c.countries, subscriptions.c.languages)
    # Counted outside: PostgreSQL does not see that two parameters of one value make one expression.
    each = (
        select(*columns, obstacle)
        .join(subscribers, subscribers.c.id == subscriptions.c.subscriber_id)
        .where(
            subscriptions.c.newsletter == issue.newsletter,
            subscriptions.c.track == issue.track,
            subscriptions.c.state != _LEFT,
            subscribers.c.state != _LEFT,
            *some,
        )
        .subquery()
    )
    return select(*each.c, func.count().label("readers")).group_by(*each.c)
