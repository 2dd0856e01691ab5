"""Rows of the ledger, with what stands beside them, as deliveries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from aggregator.model import Delivery, DeliveryKind, LetterPicture, Variant
from aggregator.store.letter_identity import bounce_tag, token
from aggregator.store.secrets import Secrets
from aggregator.store.tables import deliveries, issue_pictures, issues, notices, variants

_row = deliveries.c
_NAMED = re.compile(r"""\bsrc=["']?cid:([^"'\s>]+)""")
"""Pictures in HTML (RFC 2392)."""


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
        _row.nonce,
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
        token=token(key, row.id, row.nonce),
        attempts=row.attempts,
        expires_at=row.expires_at,
        kind=DeliveryKind(row.kind),
        bounce_tag=bounce_tag(key, row.id, row.nonce),
        lease=row.lease_owner or "",
    )


def variant(connection: Connection, variant_id: int) -> Variant:
    """One assembly of an issue, with the pictures that its HTML names."""
    row = connection.execute(select(variants).where(variants.c.id == variant_id)).one()
    return Variant(
        id=row.id,
        language=row.language,
        subject=row.subject,
        html=(row.html_head, row.html_body, row.html_foot),
        text=(row.text_head, row.text_body, row.text_foot),
        pictures=_pictures(connection, row.issue_id, row.html_body),
    )


def _pictures(connection: Connection, issue_id: int, html: str) -> tuple[LetterPicture, ...]:
    """In the order in which the HTML names them. Words of a story may look like a name; they are no row."""
    named = list(dict.fromkeys(_NAMED.findall(html)))
    if not named:
        return ()
    row = issue_pictures.c
    query = select(row.cid, row.content, row.media_type).where(row.issue_id == issue_id, row.cid.in_(named))
    found = {
        one.cid: LetterPicture(one.cid, bytes(one.content), one.media_type)
        for one in connection.execute(query)
    }
    return tuple(found[cid] for cid in named if cid in found)
