"""How links, letters and persons are found, and what a link keeps until it is used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from aggregator.model import Choice, DeliveryKind, LinkPurpose, Person, Subscription, Wish
from aggregator.store import subscriptions as ways
from aggregator.store.letter_identity import token_hash
from aggregator.store.secrets import Secrets
from aggregator.store.tables import account_links, deliveries, issues, subscribers, subscriptions


def wish_of(asked: Mapping[str, Any]) -> Wish:
    """The wish that an application holds."""
    choice = Choice(asked["language"], tuple(asked["countries"]), tuple(asked["languages"]))
    return Wish(asked["track"], choice, asked["hour"], asked["time_zone"])


def consent_of(link: Row[Any], client: str | None, now: datetime) -> dict[str, object]:
    """The proof of consent (GDPR art. 7(1)): what was agreed to, where and when, proved by which mail."""
    asked = link.asked
    proof: dict[str, object] = {
        "by": "form",
        "form": asked["form"],
        "text": asked["text"],
        "asked_at": link.asked_at.isoformat(),
        "confirmed_at": now.isoformat(),
        "mail": link.delivery_id,
    }
    addresses = {"ip": asked.get("ip"), "confirmed_ip": client}
    return proof | {name: value for name, value in addresses.items() if value}


def carry_out(
    connection: Connection, secrets: Secrets, link: Row[Any], consent: Mapping[str, object], now: datetime
) -> Subscription:
    """Begin the subscription that a link asks for; others that ask for this newsletter are void."""
    asked, wish = link.asked, wish_of(link.asked)
    newsletter = asked["newsletter"]
    person_id = ways.person(connection, secrets, asked["email"], wish.choice.language, now)
    ways.begin(connection, person_id, newsletter, wish, consent, now)
    ways.void(connection, link.address_hash, newsletter, now)
    for table, key in ((deliveries, deliveries.c.id), (account_links, account_links.c.delivery_id)):
        connection.execute(update(table).where(key == link.delivery_id).values(subscriber_id=person_id))
    return ways.subscription(connection.execute(ways.of_person(person_id, newsletter)).one())


def good(token: str, purpose: LinkPurpose, now: datetime) -> Select[Any]:
    """Asks for the link of a token: of this purpose, not used, not run out."""
    link = account_links.c
    return select(account_links).where(
        link.token_hash == token_hash(token),
        link.purpose == purpose.value,
        link.used_at.is_(None),
        link.expires_at > now,
    )


def of_letter(token: str) -> Select[Any]:
    """Asks for the subscription that a letter belongs to."""
    return (
        select(subscriptions)
        .join(deliveries, deliveries.c.subscriber_id == subscriptions.c.subscriber_id)
        .join(
            issues,
            (issues.c.id == deliveries.c.issue_id) & (issues.c.newsletter == subscriptions.c.newsletter),
        )
        .where(
            deliveries.c.token_hash == token_hash(token),
            deliveries.c.kind == DeliveryKind.ISSUE.value,
        )
    )


def whole_person(connection: Connection, person_id: int) -> Person:
    """A person with all their subscriptions."""
    row = connection.execute(select(subscribers).where(subscribers.c.id == person_id)).one()
    theirs = connection.execute(ways.of_person(person_id))
    subscribed = tuple(ways.subscription(one) for one in theirs)
    return Person(row.id, row.email, row.language, row.created_at, subscribed)
