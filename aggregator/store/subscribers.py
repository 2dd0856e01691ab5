"""Readers: who gets which newsletter, who left, and who must get no mail at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, exists, select, update

from aggregator.errors import UsageError
from aggregator.model import Choice, Subscriber, SubscriberState
from aggregator.store import choices
from aggregator.store.addresses import masked, normalised
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import token_hash
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries, issues, subscribers, subscriptions, suppressions, variants

_CONFIRMED = SubscriberState.CONFIRMED.value
_LEFT = SubscriberState.LEFT.value


class SubscriberStore:
    """The readers of all newsletters. Each method that writes is one transaction over one reader's rows."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self._engine = engine
        self._secrets = secrets

    def add(
        self, email: str, newsletter: str, track: str, choice: Choice, *, consent: str, now: datetime
    ) -> Subscriber:
        """Add a reader whom the operator vouches for; `consent` says how and when this person agreed.

        Who has this newsletter already keeps it as it is. Raises UsageError for what is no address and for
        somebody who left: only they themselves can come back.
        """
        key = normalised(email)
        person = {
            "email": email.strip(),
            "email_key": key,
            "address_hash": self._secrets.address_hash(key),
            "state": _CONFIRMED,
            "language": choice.language,
            "created_at": now,
            "confirmed_at": now,
            "consent": {"note": consent, "by": "operator", "at": now.isoformat()},
        }
        with writing(self._engine) as connection:
            connection.execute(insert_into(connection, subscribers).values(person).on_conflict_do_nothing())
            found = select(subscribers.c.id, subscribers.c.state).where(subscribers.c.email_key == key)
            person_id, state = connection.execute(found).one()
            if state != _LEFT:
                subscription = {
                    "subscriber_id": person_id,
                    "newsletter": newsletter,
                    "track": track,
                    "state": _CONFIRMED,
                    **choices.columns(choice),
                }
                connection.execute(
                    insert_into(connection, subscriptions).values(subscription).on_conflict_do_nothing()
                )
            row = connection.execute(_reader(key, newsletter)).one_or_none()
        if row is None or row.state == _LEFT:
            raise UsageError(f"{masked(key)} left {newsletter}: only they themselves can come back")
        return _subscriber(row)

    def get(self, email: str, newsletter: str) -> Subscriber | None:
        """One reader of one newsletter; None when there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(_reader(normalised(email), newsletter)).one_or_none()
        return None if row is None else _subscriber(row)

    def all(self, newsletter: str | None = None) -> Sequence[Subscriber]:
        """All readers, or those of one newsletter, by newsletter and address."""
        query = _readers()
        if newsletter is not None:
            query = query.where(subscriptions.c.newsletter == newsletter)
        with reading(self._engine) as connection:
            return [_subscriber(row) for row in connection.execute(query)]

    def export(self) -> Sequence[dict[str, str]]:
        """All that is kept of every reader, as rows of text: one per reader and newsletter."""
        with reading(self._engine) as connection:
            return [_exported(row) for row in connection.execute(_readers())]

    def leave(self, email: str, *, now: datetime) -> bool:
        """Take an address off all newsletters. False when it had none; harmless when repeated."""
        person = select(subscribers.c.id).where(subscribers.c.email_key == normalised(email))
        with writing(self._engine) as connection:
            person_id = connection.scalar(person)
            return person_id is not None and _leave(connection, person_id, None, now)

    def leave_by_token(self, token: str, *, now: datetime) -> tuple[str, str] | None:
        """Take a letter's reader off its newsletter; harmless when repeated.

        Returns the newsletter's id and the reader's language, which the letter shows anyway; None for
        an unknown token. Says nothing of whose it is, or whether they had left before.
        """
        query = (
            select(deliveries.c.subscriber_id, issues.c.newsletter, variants.c.language)
            .join(issues, issues.c.id == deliveries.c.issue_id)
            .join(variants, variants.c.id == deliveries.c.variant_id)
            .where(deliveries.c.token_hash == token_hash(token))
        )
        with writing(self._engine) as connection:
            letter = connection.execute(query).one_or_none()
            if letter is None:
                return None
            _leave(connection, letter.subscriber_id, letter.newsletter, now)
            return letter.newsletter, letter.language

    def suppress(self, email: str, reason: str, *, now: datetime) -> None:
        """Mail this address no more, whoever asks for it. The first reason stays."""
        address_hash = self._secrets.address_hash(normalised(email))
        with writing(self._engine) as connection:
            suppress(connection, address_hash, reason, now)


def suppress(connection: Connection, address_hash: bytes, reason: str, at: datetime) -> None:
    """Record that an address must get no mail."""
    row = {"address_hash": address_hash, "reason": reason, "at": at}
    connection.execute(insert_into(connection, suppressions).values(row).on_conflict_do_nothing())


def _leave(connection: Connection, person_id: int, newsletter: str | None, now: datetime) -> bool:
    """End one subscription or all; who has none left has left."""
    theirs = subscriptions.c.subscriber_id == person_id
    ended = update(subscriptions).where(theirs, subscriptions.c.state != _LEFT).values(state=_LEFT)
    if newsletter is not None:
        ended = ended.where(subscriptions.c.newsletter == newsletter)
    count = connection.execute(ended).rowcount
    connection.execute(
        update(subscribers)
        .where(
            subscribers.c.id == person_id,
            subscribers.c.state != _LEFT,
            ~exists().where(theirs, subscriptions.c.state != _LEFT),
        )
        .values(state=_LEFT, left_at=now)
    )
    return count > 0


def _readers() -> Select[Any]:
    return (
        select(
            subscribers.c.id,
            subscribers.c.email,
            subscribers.c.created_at,
            subscribers.c.confirmed_at,
            subscribers.c.left_at,
            subscribers.c.consent,
            subscriptions.c.newsletter,
            subscriptions.c.track,
            subscriptions.c.language,
            subscriptions.c.countries,
            subscriptions.c.languages,
            subscriptions.c.state,
        )
        .join(subscriptions, subscriptions.c.subscriber_id == subscribers.c.id)
        .order_by(subscriptions.c.newsletter, subscribers.c.email_key)
    )


def _reader(key: str, newsletter: str) -> Select[Any]:
    return _readers().where(subscribers.c.email_key == key, subscriptions.c.newsletter == newsletter)


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        email=row.email,
        newsletter=row.newsletter,
        track=row.track,
        choice=choices.choice(row.language, row.countries, row.languages),
        state=SubscriberState(row.state),
    )


def _exported(row: Row[Any]) -> dict[str, str]:
    def text(moment: datetime | None) -> str:
        return moment.isoformat() if moment else ""

    return {
        "email": row.email,
        "newsletter": row.newsletter,
        "track": row.track,
        "state": row.state,
        "language": row.language,
        "countries": row.countries,
        "languages": row.languages,
        "created_at": text(row.created_at),
        "confirmed_at": text(row.confirmed_at),
        "left_at": text(row.left_at),
        "consent": row.consent.get("note", ""),
    }
