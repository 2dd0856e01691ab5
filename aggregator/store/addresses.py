"""Mail addresses: the form that makes two spellings one person, and the form that logs may show. Pure."""

from __future__ import annotations

import unicodedata

from aggregator.errors import UsageError

LONGEST = 320
"""64 for the local part, 255 for the domain, one for the @ (RFC 5321 section 4.5.3.1)."""


def normalised(address: str) -> str:
    """The key under which an address is unique: NFC, domain in lower case, local part casefolded.

    RFC 5321 lets local parts differ by case; no mailbox provider does, and nobody must get two letters.
    Raises UsageError for what cannot be an address.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    if not (local and at and domain) or len(address) > LONGEST or not _printable(address.strip()):
        raise UsageError(f"{address[:LONGEST]!r} is not a mail address; write name@example.org")
    return f"{local.casefold()}@{domain.lower()}"


def _printable(address: str) -> bool:
    return address.isprintable() and " " not in address


def masked(address: str) -> str:
    """`a…@example.org`: enough for an operator to follow a log, too little to write to somebody."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
