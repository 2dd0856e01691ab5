"""What the operator does for one reader, whom they know by the address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from aggregator.model import LinkPurpose, Subscription
from aggregator.store import consent_texts, erasing
from aggregator.store import subscriptions as ways
from aggregator.store.addresses import normalised
from aggregator.store.engine import reading, writing
from aggregator.store.member_rows import carry_out, consent_of
from aggregator.store.secrets import Secrets
from aggregator.store.tables import account_links, subscribers


class MemberDesk:
    """Each method that takes an address raises UsageError for what is none."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self._engine = engine
        self._secrets = secrets

    def record(self, email: str) -> dict[str, Any] | None:
        """All that is kept of a person, as plain JSON; None for who is not known."""
        with reading(self._engine) as connection:
            person_id = self._person_id(connection, email)
            return None if person_id is None else erasing.record(connection, person_id)

    def consent_texts(self) -> list[dict[str, str]]:
        """The words that readers agreed to: `version`, `since` when somebody did, `text`."""
        with reading(self._engine) as connection:
            return consent_texts.all_texts(connection)

    def waiting(self, email: str, now: datetime) -> list[str]:
        """Newsletters that somebody asked for at this address and that were not confirmed yet."""
        with reading(self._engine) as connection:
            return [link.asked["newsletter"] for link in self._waiting(connection, email, now)]

    def confirm(self, email: str, note: str, now: datetime) -> list[Subscription]:
        """Begin what waits for a confirmation; `note` says how this person gave it."""
        with writing(self._engine) as connection:
            return [
                carry_out(
                    connection,
                    self._secrets,
                    link,
                    consent_of(link, None, now) | {"by": "operator", "note": note},
                    now,
                )
                for link in self._waiting(connection, email, now)
            ]

    def _waiting(self, connection: Connection, email: str, now: datetime) -> list[Row[Any]]:
        """The latest link for each newsletter."""
        link = account_links.c
        query = (
            select(account_links)
            .where(
                link.address_hash == self._secrets.address_hash(normalised(email)),
                link.purpose == LinkPurpose.CONFIRM.value,
                link.used_at.is_(None),
                link.expires_at > now,
            )
            .order_by(link.delivery_id)
        )
        return list({row.asked["newsletter"]: row for row in connection.execute(query)}.values())

    def pause(self, email: str, newsletter: str | None, until: datetime | None) -> int:
        """Send nothing until then; None ends a pause. Returns how many subscriptions changed."""
        with writing(self._engine) as connection:
            person_id = self._person_id(connection, email)
            return 0 if person_id is None else ways.pause(connection, person_id, newsletter, until)

    def erase(self, email: str) -> bool:
        """Forget a person, and what was asked for at this address; False for who was not known."""
        address_hash = self._secrets.address_hash(normalised(email))
        asked = select(account_links.c.delivery_id).where(account_links.c.address_hash == address_hash)
        with writing(self._engine) as connection:
            person_id = self._person_id(connection, email)
            known = person_id is not None or connection.scalar(asked.limit(1)) is not None
            erasing.erase(connection, address_hash, person_id)
        return known

    def _person_id(self, connection: Connection, email: str) -> int | None:
        return connection.scalar(select(subscribers.c.id).where(subscribers.c.email_key == normalised(email)))
