"""What makes a letter that letter and no other: derived from its row, so that a resend is the same.

Rows are numbered, and a database that was restored from a backup gives numbers a second time. What is
derived therefore holds a few random bytes of the row as well: the link of a letter that was sent after the
backup opens nothing of whoever's letter has its number now.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets as random
from datetime import datetime
from typing import Any

from aggregator.store.secrets import Key

TOKEN_BYTES = 24
"""192 bits: nobody guesses one, and a link stays short."""
NONCE_BYTES = 8
"""Enough that no two rows with one number have the same."""
_BOUNCE_TAG = re.compile("([1-9][0-9]{0,17})-([0-9a-f]{8})", re.ASCII)


def nonce() -> str:
    """What tells a row from any other that had its number."""
    return random.token_hex(NONCE_BYTES)


def _row(delivery_id: int, nonce: str) -> str:
    # Letters of an older version of the program have none: what derives from them stays as it was.
    return f"{delivery_id}.{nonce}" if nonce else str(delivery_id)


def token(key: Key, delivery_id: int, nonce: str) -> str:
    """The letter's own secret, URL-safe: HMAC of what the row is. Only its hash is stored."""
    digest = key.sign("letter-token", _row(delivery_id, nonce))[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def token_hash(token: str) -> bytes:
    """SHA-256 of a token, as the ledger keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def message_id(key: Key, issue_id: int | None, delivery_id: int, nonce: str, domain: str) -> str:
    """`{issue}.{delivery}.{hmac8}@{domain}`, without angle brackets (RFC 5322 section 3.6.4).

    The issue is 0 for a mail that is none.
    """
    issue = issue_id or 0
    mark = key.sign("message-id", f"{issue}.{_row(delivery_id, nonce)}").hex()[:8]
    return f"{issue}.{delivery_id}.{mark}@{domain}"


def bounce_tag(key: Key, delivery_id: int, nonce: str) -> str:
    """`{id}-{hmac8}`: what an envelope sender carries, by which a bounce names its delivery."""
    return f"{delivery_id}-{key.sign('bounce-tag', _row(delivery_id, nonce)).hex()[:8]}"


def delivery_named(tag: str) -> int | None:
    """The delivery that a bounce tag names, rightly or not; None for what is no tag."""
    said = _BOUNCE_TAG.fullmatch(tag.lower())
    return int(said[1]) if said else None


def is_bounce_tag(tag: str, key: Key, delivery_id: int, nonce: str) -> bool:
    """Whether it is the tag of this delivery."""
    return hmac.compare_digest(bounce_tag(key, delivery_id, nonce).encode(), tag.lower().encode())


def fixed_at_first_claim(
    key: Key, issue_id: int | None, delivery_id: int, nonce: str, domain: str, now: datetime
) -> dict[str, Any]:
    """The columns of `deliveries` that are written once, when a letter is claimed for the first time."""
    # The Date header has no fractions of a second.
    date = now.replace(microsecond=0)
    return {
        "message_id": message_id(key, issue_id, delivery_id, nonce, domain),
        "date": date,
        "dkim_time": date,
        "token_hash": token_hash(token(key, delivery_id, nonce)),
        "secret_key_id": key.id,
        "nonce": nonce,
    }
