"""Mails that are no issue: confirmations, ways to one's account, alerts. Rows of the ledger as well."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, insert, select, update

from aggregator.model import DeliveryKind, DeliveryState, Notice
from aggregator.store.engine import writing
from aggregator.store.letter_identity import nonce, token, token_hash
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries, notices

KINDS = (DeliveryKind.CONFIRM.value, DeliveryKind.ACCOUNT.value, DeliveryKind.ALERT.value)
"""Of mail that goes ahead of every issue."""
TOLD_AGAIN = timedelta(days=1)
"""After which the operator is told again of what is still so."""
ALERT_SENT_WITHIN = timedelta(days=3)
"""An alert may be about the server that would carry it."""


def enqueue(
    connection: Connection,
    secrets: Secrets,
    *,
    kind: DeliveryKind,
    notice: Notice,
    address: str,
    subscriber_id: int | None,
    now: datetime,
    expires_at: datetime,
    link_base: str,
) -> tuple[int, str]:
    """Put one mail into the ledger, in the caller's transaction; returns its number and its token.

    The token opens the notice's link; the ledger keeps its hash alone. What waits past `expires_at` is never
    sent: a confirmation that comes after its link has run out is of no use.
    """
    delivery_id: int = connection.execute(
        insert(deliveries)
        .values(
            kind=kind.value,
            subscriber_id=subscriber_id,
            address=address,
            state=DeliveryState.READY.value,
            attempts=0,
            not_before=now,
            expires_at=expires_at,
            reason="",
        )
        .returning(deliveries.c.id)
    ).scalar_one()
    mark = nonce()
    own = token(secrets.current, delivery_id, mark)
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(token_hash=token_hash(own), secret_key_id=secrets.current.id, nonce=mark)
    )
    row = {
        "delivery_id": delivery_id,
        "language": notice.language,
        "subject": notice.subject,
        "html": notice.html,
        "text": notice.text,
        "link_base": link_base,
        "link_path": notice.link_path,
    }
    connection.execute(insert(notices).values(row))
    return delivery_id, own


def load(connection: Connection, delivery_id: int) -> Notice:
    """What a mail says. Raises NoResultFound for the number of no notice."""
    row = connection.execute(select(notices).where(notices.c.delivery_id == delivery_id)).one()
    return Notice(row.language, row.subject, row.html, row.text, row.link_path)


class AlertStore:
    """Mails to the operator."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self._engine = engine
        self._secrets = secrets

    def tell(self, notice: Notice, address: str, now: datetime, link_base: str) -> bool:
        """Put an alert into the ledger; False when one of this subject was put there within a day."""
        told = (
            select(deliveries.c.id)
            .join(notices, notices.c.delivery_id == deliveries.c.id)
            .where(
                deliveries.c.kind == DeliveryKind.ALERT.value,
                deliveries.c.address == address,
                deliveries.c.not_before > now - TOLD_AGAIN,
                notices.c.subject == notice.subject,
            )
            .limit(1)
        )
        with writing(self._engine) as connection:
            if connection.scalar(told) is not None:
                return False
            enqueue(
                connection,
                self._secrets,
                kind=DeliveryKind.ALERT,
                notice=notice,
                address=address,
                subscriber_id=None,
                now=now,
                expires_at=now + ALERT_SENT_WITHIN,
                link_base=link_base,
            )
            return True
