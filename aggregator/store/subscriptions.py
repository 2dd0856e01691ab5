"""One newsletter of one person: how it begins, changes and ends. All within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, select, update

from aggregator.model import DeliveryKind, DeliveryState, LinkPurpose, SubscriberState, Subscription, Wish
from aggregator.store import choices
from aggregator.store.addresses import normalised
from aggregator.store.conflicts import insert_into
from aggregator.store.secrets import Secrets
from aggregator.store.tables import account_links, deliveries, issues, subscribers, subscriptions

CONFIRMED = SubscriberState.CONFIRMED.value
LEFT = SubscriberState.LEFT.value
_row = subscriptions.c


def wish_columns(wish: Wish) -> dict[str, Any]:
    """The columns of `subscriptions` that hold a wish."""
    return {
        "track": wish.track,
        **choices.columns(wish.choice),
        "local_hour": wish.local_hour,
        "time_zone": wish.time_zone,
    }


def subscription(row: Row[Any]) -> Subscription:
    """A subscription from its columns."""
    choice = choices.choice(row.language, row.countries, row.languages)
    wish = Wish(row.track, choice, row.local_hour, row.time_zone)
    return Subscription(row.newsletter, wish, SubscriberState(row.state), row.paused_until)


def of_person(person_id: int, newsletter: str | None = None) -> Select[Any]:
    """Asks for a person's subscriptions, or for one of them."""
    query = select(subscriptions).where(_row.subscriber_id == person_id).order_by(_row.newsletter)
    return query if newsletter is None else query.where(_row.newsletter == newsletter)


def person(connection: Connection, secrets: Secrets, email: str, language: str, now: datetime) -> int:
    """The number of the person with this address, who is made known where nobody has it yet."""
    key = normalised(email)
    row = {
        "email": email,
        "email_key": key,
        "address_hash": secrets.address_hash(key),
        "state": CONFIRMED,
        "language": language,
        "created_at": now,
        "confirmed_at": now,
    }
    connection.execute(insert_into(connection, subscribers).values(row).on_conflict_do_nothing())
    found = select(subscribers.c.id).where(subscribers.c.email_key == key)
    return int(connection.execute(found).scalar_one())


def begin(
    connection: Connection,
    person_id: int,
    newsletter: str,
    wish: Wish,
    consent: Mapping[str, object],
    now: datetime,
) -> None:
    """A person confirmed what they asked for: it replaces what they had, and who had left is back."""
    values = {
        **wish_columns(wish),
        "state": CONFIRMED,
        "paused_until": None,
        "confirmed_at": now,
        "left_at": None,
        "consent": dict(consent),
    }
    row = {"subscriber_id": person_id, "newsletter": newsletter, **values}
    statement = insert_into(connection, subscriptions).values(row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[_row.subscriber_id, _row.newsletter], set_=values)
    )
    connection.execute(
        update(subscribers)
        .where(subscribers.c.id == person_id)
        .values(state=CONFIRMED, language=wish.choice.language, confirmed_at=now, left_at=None)
    )


def vouch(
    connection: Connection,
    person_id: int,
    newsletter: str,
    wish: Wish,
    consent: Mapping[str, object],
    now: datetime,
) -> bool:
    """Subscribe a person on the operator's word; True when that was new.

    What they have already, or left, stays as it is.
    """
    row = {
        "subscriber_id": person_id,
        "newsletter": newsletter,
        **wish_columns(wish),
        "state": CONFIRMED,
        "confirmed_at": now,
        "consent": dict(consent),
    }
    still = exists().where(subscribers.c.id == person_id, subscribers.c.state != LEFT)
    if not connection.scalar(select(still)):
        return False
    statement = insert_into(connection, subscriptions).values(row).on_conflict_do_nothing()
    return connection.execute(statement).rowcount > 0


def choose(connection: Connection, person_id: int, newsletter: str, wish: Wish) -> None:
    """Change what a person wants of a newsletter. Nothing changes for who left it."""
    connection.execute(
        update(subscriptions)
        .where(_row.subscriber_id == person_id, _row.newsletter == newsletter, _row.state != LEFT)
        .values(**wish_columns(wish))
    )
    connection.execute(
        update(subscribers).where(subscribers.c.id == person_id).values(language=wish.choice.language)
    )


def pause(connection: Connection, person_id: int, newsletter: str | None, until: datetime | None) -> int:
    """Send nothing until then, nor what waits by now; None ends a pause. Returns how many changed."""
    theirs = (_row.subscriber_id == person_id) & (_row.state != LEFT)
    if newsletter is not None:
        theirs &= _row.newsletter == newsletter
    changed = connection.execute(update(subscriptions).where(theirs).values(paused_until=until)).rowcount
    if until is not None and changed:
        _cancel(connection, person_id, newsletter, "the reader paused")
    return changed


def end(connection: Connection, person_id: int, newsletter: str | None, now: datetime) -> bool:
    """End one subscription or all; who has none left has left. Confirmations not yet given are void."""
    theirs = _row.subscriber_id == person_id
    ended = update(subscriptions).where(theirs, _row.state != LEFT).values(state=LEFT, left_at=now)
    if newsletter is not None:
        ended = ended.where(_row.newsletter == newsletter)
    count = connection.execute(ended).rowcount
    connection.execute(
        update(subscribers)
        .where(
            subscribers.c.id == person_id,
            subscribers.c.state != LEFT,
            ~exists().where(theirs, _row.state != LEFT),
        )
        .values(state=LEFT, left_at=now)
    )
    address_hash = select(subscribers.c.address_hash).where(subscribers.c.id == person_id)
    void(connection, connection.execute(address_hash).scalar_one(), newsletter, now)
    return count > 0


def void(connection: Connection, address_hash: bytes, newsletter: str | None, now: datetime) -> None:
    """Close what was asked for and never confirmed: an old mail must not bring back who left since."""
    waiting = select(account_links.c.delivery_id, account_links.c.asked).where(
        account_links.c.address_hash == address_hash,
        account_links.c.purpose == LinkPurpose.CONFIRM.value,
        account_links.c.used_at.is_(None),
    )
    ids = [
        row.delivery_id
        for row in connection.execute(waiting)
        if newsletter is None or row.asked.get("newsletter") == newsletter
    ]
    if ids:
        connection.execute(
            update(account_links).where(account_links.c.delivery_id.in_(ids)).values(used_at=now)
        )


def _cancel(connection: Connection, person_id: int, newsletter: str | None, reason: str) -> None:
    of_these = select(issues.c.id)
    if newsletter is not None:
        of_these = of_these.where(issues.c.newsletter == newsletter)
    waiting = (DeliveryState.READY.value, DeliveryState.DEFERRED.value)
    connection.execute(
        update(deliveries)
        .where(
            deliveries.c.subscriber_id == person_id,
            deliveries.c.kind == DeliveryKind.ISSUE.value,
            deliveries.c.state.in_(waiting),
            deliveries.c.issue_id.in_(of_these),
        )
        .values(state=DeliveryState.CANCELLED.value, reason=reason)
    )
