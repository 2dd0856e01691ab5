"""The delivery ledger: every mail to every address, and how it stands.

A row's way: ready -> leased -> sent | deferred | failed | suppressed | unknown. A lease makes sure that one
process at a time sends a letter; what a crash leaves leased is judged by the phase it had reached: before the
final dot nothing was handed over (RFC 5321 section 4.1.1.10), after it the letter may have arrived.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    update,
)

from aggregator.errors import StoreError, UsageError
from aggregator.model import (
    Delivery,
    DeliveryState,
    Phase,
    ServerPause,
    Settlement,
    SmtpReply,
    SubscriberState,
    Variant,
)
from aggregator.store import delivery_queue, lapsed_deliveries, lease_owner
from aggregator.store.addresses import normalised
from aggregator.store.chunks import chunked
from aggregator.store.delivery_rows import attempt, outcome, said
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import fixed_at_first_claim, token
from aggregator.store.secrets import Secrets
from aggregator.store.subscribers import suppress
from aggregator.store.tables import (
    attempts,
    deliveries,
    issues,
    subscriptions,
    suppressions,
    variants,
)

log = logging.getLogger(__name__)

VARIANTS_CACHED = 32
"""Claims come ordered by variant, so that a few are enough."""
RESENT_WITHIN = timedelta(hours=24)
"""How long a letter that the operator has sent again may wait."""

_row = deliveries.c


class DeliveryLedger:
    """The ledger as one process that sends sees it. Its engine must be durable."""

    def __init__(self, engine: Engine, secrets: Secrets, message_domain: str, lease: timedelta) -> None:
        """`message_domain`: right-hand side of Message-IDs.

        `lease`: how long a claimed letter is this process's own. Longer than the longest SMTP transaction:
        the dot alone may take 10 minutes (RFC 5321 section 4.5.3.2.6).
        """
        self._engine = engine
        self._secrets = secrets
        self._domain = message_domain
        self._lease = lease
        self._owner = lease_owner.me()
        self._variant = lru_cache(maxsize=VARIANTS_CACHED)(self._load_variant)

    # -------------------------------------------------------------------------------------------- claiming

    def claim(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Lease some letters that are due, ordered by variant; none while a server is paused.

        Letters that became too old are marked expired. A letter claimed for the first time gets its date,
        Message-ID and token here, for good. One short transaction, durable before this returns; rows that
        another sender holds are left to it.
        """
        with writing(self._engine) as connection:
            delivery_queue.expire(connection, now)
            if delivery_queue.pauses(connection, now):
                return ()
            rows = delivery_queue.due(connection, now, limit)
            if not rows:
                return ()
            ids = [row.id for row in rows]
            connection.execute(
                update(deliveries)
                .where(_row.id.in_(ids))
                .values(
                    state=DeliveryState.LEASED.value,
                    phase=Phase.CONNECT.value,
                    lease_owner=self._owner,
                    lease_until=now + self._lease,
                )
            )
            self._fix(connection, [row for row in rows if row.message_id is None], now)
            return self._load(connection, _row.id.in_(ids))

    def _fix(self, connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
        key = self._secrets.current
        fixed = [
            {"delivery_id": row.id, **fixed_at_first_claim(key, row.issue_id, row.id, self._domain, now)}
            for row in rows
        ]
        if fixed:
            # What the rows hold besides `delivery_id` are the columns that are set.
            connection.execute(update(deliveries).where(_row.id == bindparam("delivery_id")), fixed)

    def _load(self, connection: Connection, which: ColumnElement[bool]) -> list[Delivery]:
        query = (
            select(deliveries, issues.c.newsletter, issues.c.link_base)
            .join(issues, issues.c.id == _row.issue_id)
            .where(which)
            .order_by(_row.variant_id, _row.id)
        )
        return [self._delivery(row) for row in connection.execute(query)]

    def _delivery(self, row: Row[Any]) -> Delivery:
        return Delivery(
            id=row.id,
            issue_id=row.issue_id,
            newsletter=row.newsletter,
            subscriber_id=row.subscriber_id,
            address=row.address,
            variant_id=row.variant_id,
            link_base=row.link_base,
            message_id=row.message_id,
            date=row.date,
            token=token(self._secrets.key(row.secret_key_id), row.id),
            attempts=row.attempts,
            expires_at=row.expires_at,
        )

    def recover(self, now: datetime) -> int:
        """Give back what a crash left leased; returns how many."""
        return lapsed_deliveries.give_back(self._engine, now)

    def pauses(self, now: datetime) -> Sequence[ServerPause]:
        """Servers that are left alone now; while there is one, no letter is claimed."""
        with reading(self._engine) as connection:
            return delivery_queue.pauses(connection, now)

    def unknown(self) -> Sequence[Delivery]:
        """Deliveries that may or may not have arrived."""
        with reading(self._engine) as connection:
            return self._load(connection, _row.state == DeliveryState.UNKNOWN.value)

    # -------------------------------------------------------------------------------------------- sending

    def refusal(self, delivery: Delivery) -> str | None:
        """Why this address must get no mail now (it left, it is suppressed); None if it may."""
        address_hash = self._secrets.address_hash(normalised(delivery.address))
        suppression = select(suppressions.c.reason).where(suppressions.c.address_hash == address_hash)
        subscription = select(subscriptions.c.state).where(
            subscriptions.c.subscriber_id == delivery.subscriber_id,
            subscriptions.c.newsletter == delivery.newsletter,
        )
        with reading(self._engine) as connection:
            if (reason := connection.scalar(suppression)) is not None:
                return f"the address is suppressed: {reason}"
            if connection.scalar(subscription) != SubscriberState.CONFIRMED.value:
                return "the reader left"
        return None

    def variant(self, variant_id: int) -> Variant:
        """One assembly of an issue; the last few stay in memory."""
        return self._variant(variant_id)

    def _load_variant(self, variant_id: int) -> Variant:
        with reading(self._engine) as connection:
            row = connection.execute(select(variants).where(variants.c.id == variant_id)).one()
        return Variant(
            id=row.id,
            language=row.language,
            subject=row.subject,
            html=(row.html_head, row.html_body, row.html_foot),
            text=(row.text_head, row.text_body, row.text_foot),
        )

    def reach(self, delivery: Delivery, phase: Phase) -> None:
        """Record the phase, durable before this returns.

        Raises StoreError when the letter is no longer this process's own: then it must not go over.
        """
        with writing(self._engine) as connection:
            reached = connection.execute(
                update(deliveries).where(_row.id == delivery.id, self._is_mine()).values(phase=phase.value)
            )
        if reached.rowcount == 0:
            raise StoreError(
                f"the lease of delivery {delivery.id} ran out: another process may be sending it"
            )

    def _is_mine(self) -> ColumnElement[bool]:
        return (_row.state == DeliveryState.LEASED.value) & (_row.lease_owner == self._owner)

    def settle(
        self, delivery: Delivery, settlement: Settlement, reply: SmtpReply | None, now: datetime
    ) -> None:
        """Record how an attempt ended, with what follows for the address and the server: one transaction.

        That a letter was accepted is recorded even when the lease ran out meanwhile; any other outcome then
        belongs to whoever holds the letter now.
        """
        open_to_us = (
            _row.state != DeliveryState.SENT.value
            if settlement.state is DeliveryState.SENT
            else self._is_mine() | (_row.state == DeliveryState.UNKNOWN.value)
        )
        with writing(self._engine) as connection:
            settled = connection.execute(
                update(deliveries)
                .where(_row.id == delivery.id, open_to_us)
                .values(**outcome(settlement, now), **said(settlement, reply))
            )
            if settled.rowcount == 0:
                log.warning("delivery %s was settled by another process; %s ignored", delivery.id, settlement)
                return
            if reply is not None:
                connection.execute(insert(attempts).values(attempt(delivery, settlement, reply, now)))
            if settlement.suppress:
                address_hash = self._secrets.address_hash(normalised(delivery.address))
                suppress(connection, address_hash, settlement.reason, now)
            if settlement.pause_server is not None:
                server = reply.server if reply is not None else ""
                delivery_queue.pause(connection, server, now + settlement.pause_server, settlement.reason)

    # -------------------------------------------------------------------------------------------- operator

    def release(self, delivery_ids: Sequence[int], state: DeliveryState, now: datetime) -> int:
        """Settle deliveries of unknown fate by the operator's word: sent, or ready to be sent again.

        Only rows that are still unknown change; returns how many. One that is to be sent again gets
        `RESENT_WITHIN` to go out, however old it is. Raises UsageError for any other state.
        """
        if state not in (DeliveryState.SENT, DeliveryState.READY):
            raise UsageError(f"a delivery of unknown fate can become sent or ready, not {state}")
        values: dict[str, Any] = {"state": state.value, "reason": "settled by the operator"}
        if state is DeliveryState.SENT:
            values["sent_at"] = now
        else:
            latest = literal(now + RESENT_WITHIN, _row.expires_at.type)
            values |= {"phase": None, "next_try_at": None}
            values["expires_at"] = case((_row.expires_at > latest, _row.expires_at), else_=latest)
        with writing(self._engine) as connection:
            return sum(
                connection.execute(
                    update(deliveries)
                    .where(_row.id.in_(chunk), _row.state == DeliveryState.UNKNOWN.value)
                    .values(values)
                ).rowcount
                for chunk in chunked(delivery_ids)
            )

    def counts(self, issue_id: int | None = None) -> Mapping[DeliveryState, int]:
        """How many deliveries are in which state; of all issues, or of one."""
        query = select(_row.state, func.count()).group_by(_row.state)
        if issue_id is not None:
            query = query.where(_row.issue_id == issue_id)
        with reading(self._engine) as connection:
            return {DeliveryState(state): count for state, count in connection.execute(query)}
