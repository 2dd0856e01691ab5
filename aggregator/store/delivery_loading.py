"""Rows of the ledger, with what stands beside them, as deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from aggregator.model import Delivery, DeliveryKind
from aggregator.store.letter_identity import bounce_tag, token
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries, issues, notices

_row = deliveries.c


def rows_of(
    connection: Connection, which: ColumnElement[bool], limit: int | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Rows by number; beside a letter stands its issue, beside a notice its link."""
    columns = (
        _row.id,
        _row.kind,
        _row.issue_id,
        _row.subscriber_id,
        _row.address,
        _row.variant_id,
        _row.attempts,
        _row.expires_at,
        _row.lease_owner,
        _row.message_id,
        _row.date,
        _row.secret_key_id,
        _row.unknown_since,
        issues.c.newsletter,
        func.coalesce(issues.c.link_base, notices.c.link_base).label("link_base"),
    )
    query = (
        select(*columns)
        .outerjoin(issues, issues.c.id == _row.issue_id)
        .outerjoin(notices, notices.c.delivery_id == _row.id)
        .where(which)
        .order_by(_row.id)
        .limit(limit)
    )
    return connection.execute(query).all()


def delivery(row: Row[*tuple[Any, ...]], secrets: Secrets) -> Delivery:
    """A row that was claimed once, as a delivery."""
    key = secrets.key(row.secret_key_id)
    return Delivery(
        id=row.id,
        issue_id=row.issue_id,
        newsletter=row.newsletter or "",
        subscriber_id=row.subscriber_id,
        address=row.address,
        variant_id=row.variant_id,
        link_base=row.link_base,
        message_id=row.message_id,
        date=row.date,
        token=token(key, row.id),
        attempts=row.attempts,
        expires_at=row.expires_at,
        kind=DeliveryKind(row.kind),
        bounce_tag=bounce_tag(key, row.id),
        lease=row.lease_owner or "",
    )
