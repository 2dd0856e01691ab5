"""What is kept of one person: to be handed over, moved to another address, or forgotten.

Functions within the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, case, delete, exists, or_, select, update

from aggregator.model import DeliveryState, LinkPurpose, Tidied
from aggregator.store import consent_texts, request_counts
from aggregator.store import subscriptions as ways
from aggregator.store.chunks import chunked
from aggregator.store.engine import writing
from aggregator.store.tables import (
    account_links,
    attempts,
    bounces,
    deliveries,
    issues,
    notices,
    subscribers,
    subscriptions,
    suppressions,
)

LINKS_AT_ONCE = 500
"""What one transaction forgets."""
_OPEN = [
    one.value
    for one in (
        DeliveryState.READY,
        DeliveryState.DEFERRED,
        DeliveryState.LEASED,
        DeliveryState.UNKNOWN,
    )
]
_WAITING = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
_row = deliveries.c


# ------------------------------------------------------------------------------------------------ record


def record(connection: Connection, person_id: int) -> dict[str, Any]:
    """All that is kept of a person, as plain JSON.

    Without what they asked for at an address that they did not prove: it says whether a mail went there.
    """
    person: Any = connection.execute(select(subscribers).where(subscribers.c.id == person_id)).one()
    suppressed: Any = select(suppressions.c.reason, suppressions.c.at)
    return {
        "email": person.email,
        "language": person.language,
        "state": person.state,
        "created_at": _text(person.created_at),
        "confirmed_at": _text(person.confirmed_at),
        "left_at": _text(person.left_at),
        "subscriptions": [
            _without(row, "subscriber_id")
            | {"consent": consent_texts.spelled_out(connection, row.consent or {})}
            for row in connection.execute(ways.of_person(person_id)).all()
        ],
        "suppressed": [
            _without(row)
            for row in connection.execute(
                suppressed.where(suppressions.c.address_hash == person.address_hash)
            )
        ],
        "bounces": [_without(row) for row in connection.execute(_bounces(person.address_hash))],
        "letters": [_without(row) for row in connection.execute(_letters(person_id, person.address_hash))],
        "links": [_without(row) for row in connection.execute(_links(person_id, person.address_hash))],
    }


def _bounces(address_hash: bytes) -> Any:
    row = bounces.c
    shown = select(row.at, row.kind, row.status, row.diagnostic, row.consequence)
    return shown.where(row.address_hash == address_hash).order_by(row.id)


def _letters(person_id: int, address_hash: bytes) -> Any:
    link = account_links.c
    elsewhere = select(link.delivery_id).where(
        link.subscriber_id == person_id, _leads_to_another(address_hash)
    )
    return (
        select(
            _row.kind,
            issues.c.newsletter,
            issues.c.period_key.label("issue"),
            _row.address,
            _row.state,
            _row.sent_at,
            _row.smtp_code,
            _row.smtp_text,
            _row.reason,
        )
        .join(issues, issues.c.id == _row.issue_id, isouter=True)
        .where(_theirs(person_id, address_hash), _row.id.not_in(elsewhere))
        .order_by(_row.id)
    )


def _links(person_id: int, address_hash: bytes) -> Any:
    link = account_links.c
    return (
        select(link.purpose, link.asked, link.asked_at, link.expires_at, link.used_at)
        .where(
            or_(
                link.address_hash == address_hash,
                and_(link.subscriber_id == person_id, ~_leads_to_another(address_hash)),
            )
        )
        .order_by(link.delivery_id)
    )


def _leads_to_another(address_hash: Any) -> Any:
    """Whether a link was to prove an address, and that is not the person's."""
    link = account_links.c
    return and_(link.purpose == LinkPurpose.NEW_ADDRESS.value, link.address_hash != address_hash)


def _without(row: Row[Any], *names: str) -> dict[str, Any]:
    kept = {name: value for name, value in row._mapping.items() if name not in names}
    return {name: _text(value) if isinstance(value, datetime) else value for name, value in kept.items()}


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


# ------------------------------------------------------------------------------------------------- move


def move(connection: Connection, person_id: int, email: str, key: str, address_hash: bytes) -> None:
    """Give a person another address. Letters that wait go there; those that went keep where they went."""
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == person_id)
        .values(email=email, email_key=key, address_hash=address_hash)
    )
    # What was refused for the time being has not arrived: it may go elsewhere without being there twice.
    connection.execute(
        update(deliveries)
        .where(_row.subscriber_id == person_id, _row.kind == "issue", _row.state.in_(_WAITING))
        .values(address=email)
    )


# ------------------------------------------------------------------------------------------------ erase


def erase(connection: Connection, address_hash: bytes, person_id: int | None) -> None:
    """Forget a person, or an address that never confirmed.

    Of their letters remains that some went out, of a suppressed address its keyed hash. What waits or is on
    its way is cancelled; what has reached the final dot is still recorded as it ends.
    """
    ids = connection.scalars(select(_row.id).where(_theirs(person_id, address_hash))).all()
    _scrub(connection, ids)
    still = exists().where(suppressions.c.address_hash == address_hash)
    came_back = update(bounces).where(bounces.c.address_hash == address_hash, ~still)
    connection.execute(came_back.values(address_hash=None))
    links = or_(account_links.c.address_hash == address_hash, account_links.c.subscriber_id == person_id)
    connection.execute(delete(account_links).where(links))
    if person_id is None:
        return
    connection.execute(delete(subscriptions).where(subscriptions.c.subscriber_id == person_id))
    connection.execute(delete(subscribers).where(subscribers.c.id == person_id))


def _theirs(person_id: int | None, address_hash: bytes) -> Any:
    """Deliveries to a person, those from before they were known included."""
    link = account_links.c
    asked = select(link.delivery_id).where(
        or_(link.address_hash == address_hash, link.subscriber_id == person_id)
    )
    return or_(_row.subscriber_id == person_id, _row.id.in_(asked))


def _scrub(connection: Connection, delivery_ids: Collection[int]) -> None:
    """Take out of the ledger whom these mails were for, and what servers said of them."""
    for ids in chunked(delivery_ids):
        ended = case((_row.state.in_(_OPEN), DeliveryState.CANCELLED.value), else_=_row.state)
        connection.execute(
            update(deliveries)
            .where(_row.id.in_(ids))
            .values(
                subscriber_id=None,
                address="",
                state=ended,
                lease_owner=None,
                lease_until=None,
                smtp_text=None,
                token_hash=None,
                reason="the person was forgotten",
            )
        )
        connection.execute(update(attempts).where(attempts.c.delivery_id.in_(ids)).values(text=""))
        connection.execute(delete(notices).where(notices.c.delivery_id.in_(ids)))


# ------------------------------------------------------------------------------------------------- tidy


def tidy(engine: Engine, now: datetime, kept: timedelta) -> Tidied:
    """Forget links that were asked for longer ago than `kept`, and counts that are over.

    An address that never confirmed leaves the ledger with them, and so does one to which a reader wanted to
    move and did not. Some hundred at once, so that nobody waits long for the database.
    """
    links = 0
    while forgotten := _forget_links(engine, now - kept):
        links += forgotten
        if forgotten < LINKS_AT_ONCE:
            break
    with writing(engine) as connection:
        return Tidied(links, request_counts.forget(connection, now))


def _forget_links(engine: Engine, before: datetime) -> int:
    link = account_links.c
    unproved = or_(link.subscriber_id.is_(None), _leads_to_another(subscribers.c.address_hash))
    old = (
        select(link.delivery_id, unproved.label("unproved"))
        .join(subscribers, subscribers.c.id == link.subscriber_id, isouter=True)
        .where(link.asked_at < before)
        .order_by(link.asked_at)
        .limit(LINKS_AT_ONCE)
    )
    with writing(engine) as connection:
        rows = connection.execute(old).all()
        ids = [row.delivery_id for row in rows]
        _scrub(connection, [row.delivery_id for row in rows if row.unproved])
        connection.execute(delete(notices).where(notices.c.delivery_id.in_(ids)))
        connection.execute(delete(account_links).where(link.delivery_id.in_(ids)))
    return len(rows)
