"""What letters under way ask of the ledger together: may they go, and how did they end.

Letters whose text is about to go over share one durable transaction, and so do those that a server has
answered: a commit costs the same for one as for fifty.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, insert, or_, select, update

from aggregator.errors import UsageError
from aggregator.model import Delivery, DeliveryKind, DeliveryState, Outcome, Phase, SubscriberState
from aggregator.store import bounce_rows, delivery_queue
from aggregator.store.addresses import normalised
from aggregator.store.chunks import chunked
from aggregator.store.delivery_rows import attempt, said, settled
from aggregator.store.engine import reading, writing
from aggregator.store.secrets import Secrets
from aggregator.store.suppressions import suppress
from aggregator.store.tables import attempts, deliveries, subscriptions, suppressions

log = logging.getLogger(__name__)

_row = deliveries.c
_LEASED = DeliveryState.LEASED.value


def refusals(engine: Engine, secrets: Secrets, asked: Sequence[Delivery], now: datetime) -> Mapping[int, str]:
    """Why these of the deliveries must not go out now, by their number: suppressed, left, or paused.

    Alerts go to the operator's own address and are refused for nothing.
    """
    hashes = {
        one.id: digest
        for one in asked
        if one.kind is not DeliveryKind.ALERT and (digest := _address_hash(secrets, one.address))
    }
    letters = [one for one in asked if one.kind is DeliveryKind.ISSUE]
    with reading(engine) as connection:
        suppressed = _suppressed(connection, set(hashes.values()))
        stand = _subscriptions(connection, letters)
    found = {}
    for one in letters:
        state, paused_until = stand.get((one.subscriber_id, one.newsletter), ("", None))
        if state != SubscriberState.CONFIRMED.value:
            found[one.id] = "the reader left"
        elif paused_until is not None and paused_until > now:
            found[one.id] = "the reader has paused"
    for number, digest in hashes.items():
        if digest in suppressed:
            found[number] = f"the address is suppressed: {suppressed[digest]}"
    return found


def _address_hash(secrets: Secrets, address: str) -> bytes | None:
    """None for what is no address: nothing can be sent there, and nothing is known of it."""
    try:
        return secrets.address_hash(normalised(address))
    except UsageError:
        return None


def _suppressed(connection: Connection, hashes: Collection[bytes]) -> Mapping[bytes, str]:
    rows = [
        row
        for chunk in chunked(hashes)
        for row in connection.execute(
            select(suppressions.c.address_hash, suppressions.c.reason).where(
                suppressions.c.address_hash.in_(chunk)
            )
        )
    ]
    return {row.address_hash: row.reason for row in rows}


def _subscriptions(
    connection: Connection, letters: Sequence[Delivery]
) -> Mapping[tuple[int | None, str], tuple[str, datetime | None]]:
    columns = (
        subscriptions.c.subscriber_id,
        subscriptions.c.newsletter,
        subscriptions.c.state,
        subscriptions.c.paused_until,
    )
    rows = [
        row
        for chunk in chunked({one.subscriber_id for one in letters})
        for row in connection.execute(select(*columns).where(subscriptions.c.subscriber_id.in_(chunk)))
    ]
    return {(row.subscriber_id, row.newsletter): (row.state, row.paused_until) for row in rows}


def reach(engine: Engine, letters: Sequence[Delivery], phase: Phase) -> frozenset[int]:
    """Record a phase for those that are still their claims' own, durable on return; their numbers."""
    ours: set[int] = set()
    with writing(engine) as connection:
        for chunk in chunked(letters):
            leases = {one.id: one.lease for one in chunk}
            reached = connection.execute(
                update(deliveries)
                .where(_row.id.in_(leases), _row.state == _LEASED, _row.lease_owner.in_(set(leases.values())))
                .values(phase=phase.value)
                .returning(_row.id, _row.lease_owner)
            )
            ours |= {row.id for row in reached if row.lease_owner == leases[row.id]}
    return frozenset(ours)


def settle(engine: Engine, secrets: Secrets, outcomes: Sequence[Outcome]) -> None:
    """Record how attempts ended, with what follows for addresses and servers: one transaction.

    That a letter was accepted is recorded even when its lease ran out meanwhile; any other outcome then
    belongs to whoever holds the letter now.
    """
    with writing(engine) as connection:
        rows = _stand(connection, [outcome.delivery.id for outcome in outcomes])
        ours = []
        for one in outcomes:
            if _is_open(one, rows.get(one.delivery.id)):
                ours.append(one)
            else:
                log.warning(
                    "delivery %s was settled by another process; %s ignored",
                    one.delivery.id,
                    one.settlement.state,
                )
        _update(connection, [_row_of(one, rows[one.delivery.id].attempts) for one in ours])
        if tried := [attempt(one) for one in ours if one.reply is not None]:
            connection.execute(insert(attempts), tried)
        for one in ours:
            _follow(connection, secrets, one)


def _stand(connection: Connection, ids: Sequence[int]) -> Mapping[int, Row[*tuple[Any, ...]]]:
    columns = (_row.id, _row.state, _row.lease_owner, _row.attempts)
    return {
        row.id: row
        for chunk in chunked(ids)
        for row in connection.execute(
            select(*columns).where(_row.id.in_(chunk)).order_by(_row.id).with_for_update()
        )
    }


def _is_open(outcome: Outcome, row: Row[*tuple[Any, ...]] | None) -> bool:
    """Whether the outcome is still to be recorded, as the row stands."""
    if row is None:
        return False
    if outcome.settlement.state is DeliveryState.SENT:
        return bool(row.state != DeliveryState.SENT.value)
    ours = row.state == _LEASED and row.lease_owner == outcome.delivery.lease
    return bool(ours or row.state == DeliveryState.UNKNOWN.value)


def _row_of(outcome: Outcome, counted: int) -> dict[str, Any]:
    return {"delivery_id": outcome.delivery.id, **settled(outcome), **said(outcome, counted)}


def _update(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """One statement for all rows that set the same columns: those they hold besides `delivery_id`."""
    for _, alike in groupby(sorted(rows, key=sorted), key=sorted):
        connection.execute(update(deliveries).where(_row.id == bindparam("delivery_id")), list(alike))


def _follow(connection: Connection, secrets: Secrets, outcome: Outcome) -> None:
    settlement = outcome.settlement
    address_hash = _address_hash(secrets, outcome.delivery.address)
    if settlement.state is DeliveryState.FAILED and address_hash and (reply := outcome.reply) is not None:
        bounce_rows.refused(connection, outcome.delivery.id, address_hash, settlement, reply, outcome.at)
        if settlement.suppress:
            # Not in the server's words: they may name the address, and a suppression outlives an erasure.
            reason = f"no such address: {reply.code or ''} {reply.enhanced}".rstrip(": ")
            suppress(connection, address_hash, reason, outcome.at)
    if settlement.pause_server is not None:
        server = outcome.reply.server if outcome.reply is not None else ""
        delivery_queue.pause(connection, server, outcome.at + settlement.pause_server, settlement.reason)


def forgive(connection: Connection, issue_id: int, now: datetime) -> None:
    """Let letters of an issue wait again that were refused for their text, or by policy before it.

    As `newsletter.replies.fault` tells it: no reader was meant.
    """
    of_mailbox = or_(*(_row.enhanced.like(f"5.{kind}.%") for kind in (1, 2)))
    by_policy = (_row.phase == Phase.RCPT.value) & (_row.enhanced.like("5.7.%") | (_row.smtp_code == 554))
    refused = (_row.smtp_code >= 500) & ((_row.phase == Phase.DOT.value) | by_policy) & ~of_mailbox
    connection.execute(
        update(deliveries)
        .where(
            _row.state == DeliveryState.FAILED.value,
            _row.kind == DeliveryKind.ISSUE.value,
            _row.issue_id == issue_id,
            refused,
        )
        .values(state=DeliveryState.READY.value, reason="its issue was stopped", not_before=now)
    )
