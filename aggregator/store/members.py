"""What readers ask for themselves: by the link in a letter, and by single-use links mailed to their address.

A letter's link is as old as the letter and gets forwarded: it reaches one subscription and shows no address.
A single-use link proves whose the address is. Tokens of both are kept as hashes, so that neither rotating nor
losing the keys closes a link, and a copy of the database opens none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, exists, insert, select, update

from aggregator.model import (
    Acquaintance,
    DeliveryKind,
    Limits,
    LinkPurpose,
    LinkRequest,
    Notice,
    Person,
    Subscription,
    Tidied,
    Wish,
)
from aggregator.store import consent_texts, erasing, request_counts
from aggregator.store import subscriptions as ways
from aggregator.store.addresses import checked, normalised
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import token_hash
from aggregator.store.member_rows import carry_out, consent_of, good, of_letter, whole_person
from aggregator.store.notices import enqueue
from aggregator.store.secrets import Secrets
from aggregator.store.tables import account_links, deliveries, notices, subscribers, suppressions

KIND_OF_MAIL = {
    LinkPurpose.CONFIRM: DeliveryKind.CONFIRM,
    LinkPurpose.ACCOUNT: DeliveryKind.ACCOUNT,
    LinkPurpose.NEW_ADDRESS: DeliveryKind.ACCOUNT,
}
_link = account_links.c


class MemberStore:
    """Each method that writes is one transaction. What is told of an address goes to its holder alone."""

    def __init__(self, engine: Engine, secrets: Secrets, link_base: str) -> None:
        """`link_base`: origin of the links that are mailed."""
        self._engine = engine
        self._secrets = secrets
        self._link_base = link_base

    # ------------------------------------------------------------------------------------------ addresses

    def acquaintance(self, email: str) -> Acquaintance:
        """What is known of an address. Raises UsageError for what is none."""
        address = checked(email)
        person = select(subscribers.c.id).where(subscribers.c.email_key == normalised(address))
        with reading(self._engine) as connection:
            return Acquaintance(address, connection.scalar(person), self._is_suppressed(connection, address))

    def ask(
        self, request: LinkRequest, notice: Notice, *, mail: bool, limits: Limits, now: datetime
    ) -> str | None:
        """Mail a single-use link, and count that; does nothing where too many were mailed already.

        `mail`: False does the same work, so that it takes the same time, and then mails nothing. Returns
        which count was full, if one was.
        """
        counted = request_counts.tallies(
            self._secrets, self._hash(request.email), request.client, now, limits
        )
        with reading(self._engine) as connection:
            if scope := request_counts.full(connection, counted):
                return scope
        with writing(self._engine) as connection:
            with connection.begin_nested() as attempt:
                if not request_counts.count(connection, counted):
                    attempt.rollback()
                    return "all"
            if request.consent_text:
                consent_texts.keep(connection, str(request.asked["text"]), request.consent_text, now)
            delivery_id = self._mail_link(connection, request, notice, now)
            _take_back(connection, None if mail else delivery_id)
        return None

    def _mail_link(self, connection: Connection, request: LinkRequest, notice: Notice, now: datetime) -> int:
        delivery_id, token = enqueue(
            connection,
            self._secrets,
            kind=KIND_OF_MAIL[request.purpose],
            notice=notice,
            address=request.email,
            subscriber_id=request.person_id,
            now=now,
            expires_at=request.mail_expires_at,
            link_base=self._link_base,
        )
        link = {
            "delivery_id": delivery_id,
            "token_hash": token_hash(token),
            "purpose": request.purpose.value,
            "address_hash": self._hash(request.email),
            "subscriber_id": request.person_id,
            "asked": dict(request.asked),
            "asked_at": now,
            "expires_at": request.expires_at,
        }
        connection.execute(insert(account_links).values(link))
        return delivery_id

    # ------------------------------------------------------------------------------------- confirmation

    def confirm(self, token: str, client: str | None, now: datetime) -> Subscription | None:
        """Begin the subscription that somebody asked for; None for an unknown, used or stale token.

        `client`: IP address to keep as proof, if any.
        """
        with writing(self._engine) as connection:
            link = self._take(connection, token, LinkPurpose.CONFIRM, now)
            if link is None:
                return None
            return carry_out(connection, self._secrets, link, consent_of(link, client, now), now)

    # ------------------------------------------------------------------------------------- by a letter

    def of_letter(self, token: str) -> Subscription | None:
        """The subscription that a letter belongs to; None for an unknown token."""
        with reading(self._engine) as connection:
            row = connection.execute(of_letter(token)).one_or_none()
        return None if row is None else ways.subscription(row)

    def choose(self, token: str, wish: Wish) -> Subscription | None:
        """Change what the reader of a letter wants; who left stays as they were."""
        return self._by_letter(
            token, lambda connection, row: ways.choose(connection, row.subscriber_id, row.newsletter, wish)
        )

    def pause(self, token: str, until: datetime | None) -> Subscription | None:
        """Send nothing until then, what waits to be sent included; None ends the pause."""
        return self._by_letter(
            token, lambda connection, row: ways.pause(connection, row.subscriber_id, row.newsletter, until)
        )

    def _by_letter(self, token: str, change: Callable[[Connection, Row[Any]], object]) -> Subscription | None:
        with writing(self._engine) as connection:
            row = connection.execute(of_letter(token)).one_or_none()
            if row is None:
                return None
            if row.state != ways.LEFT:
                change(connection, row)
            return ways.subscription(connection.execute(of_letter(token)).one())

    # ---------------------------------------------------------------------------------- by a fresh link

    def account(self, token: str, now: datetime) -> tuple[Person, datetime] | None:
        """The person who holds a fresh link, and until when it serves; it stays good."""
        with reading(self._engine) as connection:
            link = connection.execute(good(token, LinkPurpose.ACCOUNT, now)).one_or_none()
            if link is None:
                return None
            return whole_person(connection, link.subscriber_id), link.expires_at

    def export(self, token: str, now: datetime) -> dict[str, Any] | None:
        """All that is kept of the person who holds a fresh link, as plain JSON. The link is used up."""
        with writing(self._engine) as connection:
            link = self._take(connection, token, LinkPurpose.ACCOUNT, now)
            return None if link is None else erasing.record(connection, link.subscriber_id)

    def erase(self, token: str, now: datetime) -> bool:
        """Forget the person who holds a fresh link; False for an unknown, used or stale token."""
        with writing(self._engine) as connection:
            link = self._take(connection, token, LinkPurpose.ACCOUNT, now)
            if link is not None:
                erasing.erase(connection, link.address_hash, link.subscriber_id)
        return link is not None

    # ------------------------------------------------------------------------------- change of address

    def take_account(self, token: str, now: datetime) -> tuple[Person, str] | None:
        """Use a fresh link up: the person, and the language in which they asked for it."""
        with writing(self._engine) as connection:
            link = self._take(connection, token, LinkPurpose.ACCOUNT, now)
            if link is None:
                return None
            return whole_person(connection, link.subscriber_id), link.asked["language"]

    def change_address(
        self, token: str, tell: Callable[[str], Notice], mail_expires_at: datetime, now: datetime
    ) -> bool:
        """Take the new address that a link has proved; `tell` writes, in a language, to the old one.

        Letters that wait go to the new address. False for an unknown, used or stale token, and when somebody
        has the address already.
        """
        with writing(self._engine) as connection:
            link = connection.execute(good(token, LinkPurpose.NEW_ADDRESS, now)).one_or_none()
            if link is None:
                return False
            person_id, new = link.subscriber_id, link.asked["email"]
            key = normalised(new)
            if connection.scalar(select(exists().where(subscribers.c.email_key == key))):
                return False
            old = connection.execute(select(subscribers).where(subscribers.c.id == person_id)).one()
            # Links mailed to the old address serve no more.
            theirs = (_link.subscriber_id == person_id) & _link.used_at.is_(None)
            connection.execute(update(account_links).where(theirs).values(used_at=now))
            erasing.move(connection, person_id, new, key, self._hash(new))
            enqueue(
                connection,
                self._secrets,
                kind=DeliveryKind.ACCOUNT,
                notice=tell(link.asked["language"]),
                address=old.email,
                subscriber_id=person_id,
                now=now,
                expires_at=mail_expires_at,
                link_base=self._link_base,
            )
        return True

    # ------------------------------------------------------------------------------------------- tidy

    def tidy(self, now: datetime, kept: timedelta) -> Tidied:
        """Forget links that were asked for longer ago than `kept`, with addresses that never confirmed."""
        return erasing.tidy(self._engine, now, kept)

    # ------------------------------------------------------------------------------------------- tools

    def _take(
        self, connection: Connection, token: str, purpose: LinkPurpose, now: datetime
    ) -> Row[Any] | None:
        """The link of a good token, used up: of two who come at once, one gets it."""
        link = connection.execute(good(token, purpose, now)).one_or_none()
        if link is None:
            return None
        unused = (_link.delivery_id == link.delivery_id) & _link.used_at.is_(None)
        used = connection.execute(update(account_links).where(unused).values(used_at=now))
        return link if used.rowcount else None

    def _hash(self, address: str) -> bytes:
        return self._secrets.address_hash(normalised(address))

    def _is_suppressed(self, connection: Connection, address: str) -> bool:
        query = exists().where(suppressions.c.address_hash == self._hash(address))
        return bool(connection.scalar(select(query)))


def _take_back(connection: Connection, delivery_id: int | None) -> None:
    """Forget a mail that is not to go out; for none do the same work.

    Deleted, not rolled back: then SQLite would give its number anew, and as each Message-ID tells a number,
    who asks for mails to an address of their own before and after would learn whether one went out between.
    """
    for table, key in (
        (account_links, _link.delivery_id),
        (notices, notices.c.delivery_id),
        (deliveries, deliveries.c.id),
    ):
        connection.execute(delete(table).where(key == (delivery_id or 0)))
