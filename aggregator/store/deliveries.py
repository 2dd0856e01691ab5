"""The delivery ledger: every mail to every address, and how it stands.

A row's way: ready -> leased -> sent | deferred | failed | suppressed | unknown. A lease makes sure that one
process at a time sends a letter; what a crash leaves leased is judged by the phase it had reached: before the
final dot nothing was handed over (RFC 5321 section 4.1.1.10), after it the letter may have arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    case,
    func,
    literal,
    select,
    update,
)

from aggregator.errors import UsageError
from aggregator.model import (
    Delivery,
    DeliveryState,
    Doubt,
    Notice,
    Outcome,
    Phase,
    ServerPause,
    Variant,
)
from aggregator.store import (
    delivery_loading,
    delivery_queue,
    delivery_settling,
    issue_desk,
    lapsed_deliveries,
    lease_owner,
)
from aggregator.store import notices as notice_rows
from aggregator.store.chunks import chunked
from aggregator.store.delivery_loading import delivery, rows_of
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import fixed_at_first_claim, nonce
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries

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
        self._claims = count(1)
        self._variant = lru_cache(maxsize=VARIANTS_CACHED)(self._load_variant)

    # -------------------------------------------------------------------------------------------- claiming

    def claim(
        self, now: datetime, limit: int, newsletters: Collection[str] | None = None
    ) -> Sequence[Delivery]:
        """Lease some mail that is due: notices first, then letters by issue and variant.

        `newsletters`: whose letters may go out; None for all, empty for notices alone. What became too old
        is marked expired. What is claimed for the first time gets its date, Message-ID and token here, for
        good. One short transaction, durable before this returns; rows that another sender holds are left to
        it. Each claim has a lease of its own: a letter that this process claims twice is sent by one of both.
        """
        lease, secrets = f"{self._owner}/{next(self._claims)}", self._secrets
        with writing(self._engine) as connection:
            delivery_queue.expire(connection, now)
            rows = delivery_queue.due(connection, now, limit, newsletters)
            if not rows:
                return ()
            ids = [row.id for row in rows]
            for chunk in chunked(ids):
                connection.execute(
                    update(deliveries)
                    .where(_row.id.in_(chunk))
                    .values(
                        state=DeliveryState.LEASED.value,
                        phase=Phase.CONNECT.value,
                        lease_owner=lease,
                        lease_until=now + self._lease,
                    )
                )
            self._fix(connection, [row for row in rows if row.message_id is None], now)
            found = {
                row.id: delivery(row, secrets)
                for chunk in chunked(ids)
                for row in rows_of(connection, _row.id.in_(chunk))
            }
            return [found[number] for number in ids]

    def _fix(self, connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> None:
        secrets = self._secrets
        fixed = [
            {
                "delivery_id": row.id,
                # A notice has its token from the moment it was written: its link is on record elsewhere.
                **fixed_at_first_claim(
                    secrets.key(row.secret_key_id) if row.secret_key_id else secrets.current,
                    row.issue_id,
                    row.id,
                    nonce() if row.nonce is None else row.nonce,
                    self._domain,
                    now,
                ),
            }
            for row in rows
        ]
        if fixed:
            # What the rows hold besides `delivery_id` are the columns that are set.
            connection.execute(update(deliveries).where(_row.id == bindparam("delivery_id")), fixed)

    def notices_wait(self, now: datetime) -> bool:
        """Whether any mail is due that is no issue."""
        with reading(self._engine) as connection:
            return delivery_queue.notices_wait(connection, now)

    def recover(self, now: datetime) -> int:
        """Give back what a crash left leased; returns how many."""
        return lapsed_deliveries.give_back(self._engine, now, self._lease)

    def give_back(self, claimed: Collection[Delivery], now: datetime) -> int:
        """Give back what this process claimed and does not send after all; returns how many."""
        return lapsed_deliveries.surrender(self._engine, claimed, now)

    def pauses(self, now: datetime) -> Sequence[ServerPause]:
        """Servers that are left alone now."""
        with reading(self._engine) as connection:
            return delivery_queue.pauses(connection, now)

    def lift_pauses(self) -> None:
        """Leave no server alone any more."""
        with writing(self._engine) as connection:
            delivery_queue.lift_pauses(connection)

    def unknown(self) -> Sequence[Delivery]:
        """Deliveries that may or may not have arrived."""
        return [doubt.delivery for doubt in self.doubts(None)]

    def doubts(self, limit: int | None, after: int = 0) -> Sequence[Doubt]:
        """Deliveries that may or may not have arrived, by number, from the first after `after` on."""
        which = (_row.state == DeliveryState.UNKNOWN.value) & (_row.id > after)
        with reading(self._engine) as connection:
            rows = rows_of(connection, which, limit)
            return [Doubt(delivery(row, self._secrets), row.unknown_since or row.date) for row in rows]

    # -------------------------------------------------------------------------------------------- sending

    def refusals(self, asked: Sequence[Delivery], now: datetime) -> Mapping[int, str]:
        """Why these of the deliveries must not go out now, by number: suppressed, left, or paused."""
        return delivery_settling.refusals(self._engine, self._secrets, asked, now)

    def variant(self, variant_id: int) -> Variant:
        """One assembly of an issue; the last few stay in memory."""
        return self._variant(variant_id)

    def _load_variant(self, variant_id: int) -> Variant:
        with reading(self._engine) as connection:
            return delivery_loading.variant(connection, variant_id)

    def notice(self, delivery_id: int) -> Notice:
        """What a mail says that is no issue."""
        with reading(self._engine) as connection:
            return notice_rows.load(connection, delivery_id)

    def reach_all(self, letters: Sequence[Delivery], phase: Phase) -> frozenset[int]:
        """Record a phase, durable before this returns; the numbers of those that are still ours.

        The others' leases ran out: they must not go over.
        """
        return delivery_settling.reach(self._engine, letters, phase)

    def settle_all(self, outcomes: Sequence[Outcome]) -> None:
        """Record how attempts ended, with what follows for addresses and servers: one transaction."""
        delivery_settling.settle(self._engine, self._secrets, outcomes)

    def stop_issue(self, issue_id: int, reason: str, now: datetime) -> bool:
        """Pause an issue whose text is refused; False when it is paused already.

        Letters of it that were refused for their text wait again: nothing is wrong with their readers.
        """
        with writing(self._engine) as connection:
            delivery_settling.forgive(connection, issue_id, now)
            return issue_desk.pause(connection, issue_id, now, reason)

    # -------------------------------------------------------------------------------------------- operator

    def release(self, delivery_ids: Sequence[int], state: DeliveryState, now: datetime) -> int:
        """Settle deliveries of unknown fate by the operator's word: sent, or ready to be sent again.

        Only rows that are still unknown change; returns how many. One that is to be sent again gets
        `RESENT_WITHIN` to go out, however old it is. Raises UsageError for any other state.
        """
        if state not in (DeliveryState.SENT, DeliveryState.READY):
            raise UsageError(f"a delivery of unknown fate can become sent or ready, not {state}")
        values: dict[str, Any] = {
            "state": state.value,
            "reason": "settled by the operator",
            "unknown_since": None,
        }
        if state is DeliveryState.SENT:
            values["sent_at"] = now
        else:
            latest = literal(now + RESENT_WITHIN, _row.expires_at.type)
            values |= {"phase": None, "next_try_at": None, "not_before": now}
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

    def counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in which state."""
        query = select(_row.state, func.count()).group_by(_row.state)
        with reading(self._engine) as connection:
            return {DeliveryState(state): count for state, count in connection.execute(query)}
