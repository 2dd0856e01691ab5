"""Mail addresses: the form that makes two spellings one person, and the form that logs may show. Pure."""

from __future__ import annotations

import unicodedata

from aggregator.errors import UsageError

LONGEST = 320
"""64 for the local part, 255 for the domain, one for the @ (RFC 5321 section 4.5.3.1)."""


def checked(address: str) -> str:
    """The address as it is mailed: trimmed, NFC, domain in lower case and in its own script (RFC 6531).

    Raises UsageError for what is no address that mail reaches over the public net.
    """
    # Here and not above: it takes longer to load than most commands run.
    from email_validator import EmailNotValidError, validate_email

    typed = address.strip()
    normalised(typed)
    try:
        return validate_email(typed, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        raise UsageError(f"{typed!r} is not a mail address: {error}") from None


def normalised(address: str) -> str:
    """The key under which an address is unique: NFC, domain in lower case, local part casefolded.

    RFC 5321 lets local parts differ by case; no mailbox provider does, and nobody must get two letters. A
    domain counts as one whether it is written in its own script or in A-labels (RFC 5891), in wide letters or
    with the full stop of East Asia (UTS 46).
    Raises UsageError for what cannot be an address.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    if not (local and at and domain) or len(address) > LONGEST or not _printable(address.strip()):
        raise UsageError(f"{address[:LONGEST]!r} is not a mail address; write name@example.org")
    return unicodedata.normalize("NFC", f"{local.casefold()}@{_own_script(_folded(domain))}")


def _folded(domain: str) -> str:
    return unicodedata.normalize("NFKC", domain).replace("\u3002", ".").lower()


def _own_script(domain: str) -> str:
    if "xn--" not in domain:
        return domain
    try:
        return ".".join(_label(one) for one in domain.split("."))
    except UnicodeError:
        return domain


def _label(label: str) -> str:
    """A-labels are Punycode after their first four letters (RFC 5890 section 2.3.2.1)."""
    return label[4:].encode().decode("punycode") if label.startswith("xn--") else label


def _printable(address: str) -> bool:
    return address.isprintable() and " " not in address


def masked(address: str) -> str:
    """`a…@example.org`: enough for an operator to follow a log, too little to write to somebody."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
