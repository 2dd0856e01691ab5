"""Rows of the ledger of bounces: what a server said at once, and what is found by what a mail names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from aggregator.errors import UsageError
from aggregator.model import Bounce, BounceKind, DeliveryKind, DeliveryState, Finding, Settlement, SmtpReply
from aggregator.store.addresses import normalised
from aggregator.store.conflicts import insert_into
from aggregator.store.letter_identity import delivery_named, is_bounce_tag, token_hash
from aggregator.store.secrets import Secrets
from aggregator.store.tables import bounces, deliveries, subscribers

AT_ONCE = "smtp"
"""The source of what a server said when it was offered the letter."""
SETTLED_AT_BIRTH = frozenset({BounceKind.IGNORED, BounceKind.STRANGE})
"""Nothing can follow from them."""


def refused(
    connection: Connection,
    delivery_id: int,
    address_hash: bytes,
    settlement: Settlement,
    reply: SmtpReply | None,
    now: datetime,
) -> None:
    """Record that a server refused a letter for good; for any other settlement do nothing.

    Its words stay in the row of the delivery: they may name the address.
    """
    kind = _kind_at_once(settlement, reply)
    if kind is None or reply is None:
        return
    row = {
        "digest": hashlib.sha256(f"{AT_ONCE}:{delivery_id}".encode()).digest(),
        "part": 0,
        "at": now,
        "source": AT_ONCE,
        "key": "",
        "kind": kind.value,
        "status": reply.enhanced,
        "diagnostic": str(reply.code),
        "delivery_id": delivery_id,
        "address_hash": address_hash,
        "counted": True,
        "judged_at": None,
        "consequence": "",
    }
    connection.execute(insert_into(connection, bounces).values(row).on_conflict_do_nothing())


def _kind_at_once(settlement: Settlement, reply: SmtpReply | None) -> BounceKind | None:
    if settlement.state is not DeliveryState.FAILED or reply is None or reply.code is None:
        return None
    if settlement.suppress:
        return BounceKind.HARD
    return BounceKind.SOFT if settlement.counts else BounceKind.POLICY


def found(connection: Connection, secrets: Secrets, finding: Finding) -> Mapping[str, Any] | None:
    """Which letter and address a finding is about, as columns; None when it names none of ours.

    A tag must be made with one of our keys, a Message-ID and a token be those of a letter: none can be
    guessed. A recipient is believed as it stands.
    """
    row = _letter(connection, secrets, finding)
    if row is not None:
        return {"delivery_id": row.id, "address_hash": _address_hash(secrets, row)}
    try:
        key = normalised(finding.recipient) if finding.recipient else ""
    except UsageError:
        return None
    return {"delivery_id": None, "address_hash": secrets.address_hash(key)} if key else None


def _letter(connection: Connection, secrets: Secrets, finding: Finding) -> Row[Any] | None:
    for tag in finding.tags:
        row = _where(connection, deliveries.c.id == delivery_named(tag))
        if row is not None and _is_its_tag(tag, row, secrets):
            return row
    for message_id in finding.message_ids:
        if (row := _where(connection, deliveries.c.message_id == message_id)) is not None:
            return row
    if finding.token:
        # Those of notices open an account: they are no word about a newsletter.
        is_issue = deliveries.c.kind == DeliveryKind.ISSUE.value
        return _where(connection, is_issue & (deliveries.c.token_hash == token_hash(finding.token)))
    return None


def _is_its_tag(tag: str, row: Row[Any], secrets: Secrets) -> bool:
    claimed = row.nonce is not None  # before, nothing can come back of it
    return claimed and is_bounce_tag(tag, secrets.key(row.secret_key_id), row.id, row.nonce)


def _where(connection: Connection, which: ColumnElement[bool]) -> Row[Any] | None:
    query: Select[Any] = (
        select(
            deliveries.c.id,
            deliveries.c.address,
            deliveries.c.secret_key_id,
            deliveries.c.nonce,
            subscribers.c.address_hash,
        )
        .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id, isouter=True)
        .where(which)
    )
    return connection.execute(query).first()


def _address_hash(secrets: Secrets, row: Row[Any]) -> bytes | None:
    """Of the address that the letter went to; once that was erased, of whatever its reader has now."""
    try:
        return secrets.address_hash(normalised(row.address))
    except UsageError:
        hashed: bytes | None = row.address_hash
        return hashed


def bounce(row: Row[Any]) -> Bounce:
    """A row as the operator reads it."""
    return Bounce(
        id=row.id,
        at=row.at,
        kind=BounceKind(row.kind),
        source=row.source,
        status=row.status,
        diagnostic=row.diagnostic,
        delivery_id=row.delivery_id,
        newsletter=row.newsletter or "",
        consequence=row.consequence,
        key=row.key,
    )
