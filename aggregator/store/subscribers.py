"""Readers: who gets which newsletter, who left, and who must get no mail at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select

from aggregator.errors import UsageError
from aggregator.model import Choice, DeliveryKind, Enrolment, Subscriber, SubscriberState, Wish
from aggregator.store import choices
from aggregator.store import subscriptions as ways
from aggregator.store.addresses import checked, masked, normalised
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import token_hash
from aggregator.store.secrets import Secrets
from aggregator.store.suppressions import suppress
from aggregator.store.tables import deliveries, issues, subscribers, subscriptions, variants


class SubscriberStore:
    """The readers of all newsletters. Each method that writes is one transaction."""

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
        (outcome,) = self.enrol([Enrolment(email, newsletter, Wish(track, choice), consent)], now)
        if isinstance(outcome, UsageError):
            raise outcome
        found = self.get(email, newsletter)
        assert found is not None
        return found

    def enrol(
        self, enrolments: Sequence[Enrolment], now: datetime, *, keep: bool = True
    ) -> Sequence[bool | UsageError]:
        """Add readers whom the operator vouches for, all in one transaction.

        True for who is new, False for who has this newsletter already and keeps it as it is; a UsageError,
        not raised, for what is no address and for somebody who left. `keep`: False only tries.
        """
        with writing(self._engine) as connection, connection.begin_nested() as attempt:
            outcomes = [self._enrol(connection, one, now) for one in enrolments]
            if not keep:
                attempt.rollback()
        return outcomes

    def _enrol(self, connection: Connection, enrolment: Enrolment, now: datetime) -> bool | UsageError:
        try:
            email = checked(enrolment.email)
        except UsageError as error:
            return error
        wish, newsletter = enrolment.wish, enrolment.newsletter
        consent = {"note": enrolment.consent, "by": "operator", "at": now.isoformat()}
        person_id = ways.person(connection, self._secrets, email, wish.choice.language, now)
        if ways.vouch(connection, person_id, newsletter, wish, consent, now):
            return True
        row = connection.execute(ways.of_person(person_id, newsletter)).one_or_none()
        if row is None or row.state == ways.LEFT:
            return UsageError(
                f"{masked(normalised(email))} left {newsletter}: only they themselves can come back"
            )
        return False

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
            return person_id is not None and ways.end(connection, person_id, None, now)

    def leave_by_token(self, token: str, *, now: datetime) -> tuple[str, str] | None:
        """Take a letter's reader off its newsletter; harmless when repeated.

        Returns the newsletter's id and the reader's language, which the letter shows anyway; None for
        an unknown token, and for a reader who was forgotten. Says nothing of whose it is, or whether they
        had left before.
        """
        query = (
            select(deliveries.c.subscriber_id, issues.c.newsletter, variants.c.language)
            .join(issues, issues.c.id == deliveries.c.issue_id)
            .join(variants, variants.c.id == deliveries.c.variant_id)
            .where(
                deliveries.c.token_hash == token_hash(token),
                deliveries.c.kind == DeliveryKind.ISSUE.value,
                deliveries.c.subscriber_id.is_not(None),
            )
        )
        with writing(self._engine) as connection:
            letter = connection.execute(query).one_or_none()
            if letter is None:
                return None
            ways.end(connection, letter.subscriber_id, letter.newsletter, now)
            return letter.newsletter, letter.language

    def suppress(self, email: str, reason: str, *, now: datetime) -> None:
        """Mail this address no more, whoever asks for it. The first reason stays."""
        address_hash = self._secrets.address_hash(normalised(email))
        with writing(self._engine) as connection:
            suppress(connection, address_hash, reason, now)


def _readers() -> Select[Any]:
    return (
        select(
            subscribers.c.id,
            subscribers.c.email,
            subscribers.c.created_at,
            subscriptions,
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
        "countries": row.countries.replace(",", " "),
        "told_in": row.languages.replace(",", " "),
        "hour": "" if row.local_hour is None else str(row.local_hour),
        "time_zone": row.time_zone or "",
        "paused_until": text(row.paused_until),
        "created_at": text(row.created_at),
        "confirmed_at": text(row.confirmed_at),
        "left_at": text(row.left_at),
        "consent": _proof(row.consent or {}),
    }


def _proof(consent: Mapping[str, Any]) -> str:
    """What a reader agreed to, in one line."""
    if consent.get("note"):
        return str(consent["note"])
    said = ("form", "text", "asked_at", "confirmed_at", "ip", "confirmed_ip")
    return "; ".join(f"{name} {consent[name]}" for name in said if consent.get(name))
