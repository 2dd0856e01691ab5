"""What makes a letter that letter and no other: derived from its row, so that a resend is the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aggregator.store.secrets import Key

TOKEN_BYTES = 24
"""192 bits: nobody guesses one, and a link stays short."""
_BOUNCE_TAG = re.compile("([1-9][0-9]{0,17})-([0-9a-f]{8})", re.ASCII)


def token(key: Key, delivery_id: int) -> str:
    """The letter's own secret, URL-safe: HMAC of the delivery's number. Only its hash is stored."""
    digest = key.sign("letter-token", str(delivery_id))[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def token_hash(token: str) -> bytes:
    """SHA-256 of a token, as the ledger keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def message_id(key: Key, issue_id: int | None, delivery_id: int, domain: str) -> str:
    """`{issue}.{delivery}.{hmac8}@{domain}`, without angle brackets (RFC 5322 section 3.6.4).

    The issue is 0 for a mail that is none.
    """
    issue = issue_id or 0
    mark = key.sign("message-id", f"{issue}.{delivery_id}").hex()[:8]
    return f"{issue}.{delivery_id}.{mark}@{domain}"


def bounce_tag(key: Key, delivery_id: int) -> str:
    """`{id}-{hmac8}`: what an envelope sender carries, by which a bounce names its delivery."""
    return f"{delivery_id}-{_bounce_mark(key, delivery_id)}"


def delivery_of(keys: Iterable[Key], tag: str) -> int | None:
    """The delivery that a bounce tag names; None for what was made with none of `keys`."""
    said = _BOUNCE_TAG.fullmatch(tag.lower())
    if said is None:
        return None
    delivery_id = int(said[1])
    # Every key is tried: a bounce may come weeks after the keys were rotated.
    is_ours = any(hmac.compare_digest(_bounce_mark(key, delivery_id), said[2]) for key in keys)
    return delivery_id if is_ours else None


def _bounce_mark(key: Key, delivery_id: int) -> str:
    return key.sign("bounce-tag", str(delivery_id)).hex()[:8]


def fixed_at_first_claim(
    key: Key, issue_id: int | None, delivery_id: int, domain: str, now: datetime
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
