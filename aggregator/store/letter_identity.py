"""What makes a letter that letter and no other: derived from its row, so that a resend is the same."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any

from aggregator.store.secrets import Key

TOKEN_BYTES = 24
"""192 bits: nobody guesses one, and a link stays short."""


def token(key: Key, delivery_id: int) -> str:
    """The letter's own secret, URL-safe: HMAC of the delivery's number. Only its hash is stored."""
    digest = key.sign("letter-token", str(delivery_id))[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def token_hash(token: str) -> bytes:
    """SHA-256 of a token, as the ledger keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def message_id(key: Key, issue_id: int, delivery_id: int, domain: str) -> str:
    """`{issue}.{delivery}.{hmac8}@{domain}`, without angle brackets (RFC 5322 section 3.6.4)."""
    mark = key.sign("message-id", f"{issue_id}.{delivery_id}").hex()[:8]
    return f"{issue_id}.{delivery_id}.{mark}@{domain}"


def fixed_at_first_claim(
    key: Key, issue_id: int, delivery_id: int, domain: str, now: datetime
) -> dict[str, Any]:
    """The columns of `deliveries` that are written once, when a letter is claimed for the first time."""
    # The Date header has no fractions of a second.
    date = now.replace(microsecond=0)
    return {
        "message_id": message_id(key, issue_id, delivery_id, domain),
        "date": date,
        "dkim_time": date,
        "token_hash": token_hash(token(key, delivery_id)),
        "secret_key_id": key.id,
    }
