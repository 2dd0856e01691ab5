"""Variable envelope return paths: each letter's bounces come back to an address of its own.

`bounces@host` becomes `bounces+TAG@host`, a form that mail servers deliver to `bounces@host` (RFC 5233). The
tag says which delivery it was; whether it is genuine, only the keys of the installation tell.
"""

from __future__ import annotations

import base64
import binascii
import re

LONGEST_LOCAL_PART = 64
"""Characters before the @ (RFC 5321 section 4.5.3.1.1)."""
SEPARATOR = "+"

TOKEN_BYTES = 24
"""What a letter's token stands for, as URL-safe base64."""
_CASELESS = re.compile(r"[A-Za-z2-7]{39}", re.ASCII)
"""As many characters of base32 (RFC 4648 section 6) as hold a token; none as base64 is as long."""
_TAG = re.compile(r"[A-Za-z0-9_=.-]+", re.ASCII)


def address(base: str, tag: str) -> str:
    """The envelope sender with a tag in it.

    Raises ValueError for a tag that no address can hold, or when the local part would be too long for SMTP.
    """
    local, _, domain = base.rpartition("@")
    tagged = f"{local}{SEPARATOR}{tag}"
    if not _TAG.fullmatch(tag) or len(tagged) > LONGEST_LOCAL_PART:
        raise ValueError(f"{tag[:LONGEST_LOCAL_PART]!r} cannot be a part of {base}")
    return f"{tagged}@{domain}"


def tag_of(recipient: str, base: str) -> str | None:
    """The tag in an address that `address` made of `base`; None for any other address.

    Upper and lower case count only within the tag: servers on the way may change those of the rest. A domain
    may stand in its own script in one and in A-labels in the other.
    """
    local, _, domain = recipient.strip().strip("<>").rpartition("@")
    base_local, _, base_domain = base.rpartition("@")
    stem = f"{base_local}{SEPARATOR}"
    if _host(domain) != _host(base_domain) or local[: len(stem)].lower() != stem.lower():
        return None
    tag = local[len(stem) :]
    return tag if _TAG.fullmatch(tag) and len(local) <= LONGEST_LOCAL_PART else None


def _host(domain: str) -> str:
    """A domain in lower case and in A-labels (RFC 5890 section 2.3.2.1); what is none, as it stands."""
    if domain.isascii():
        return domain.lower()
    # Here and not above: it takes long to load, and few domains need it.
    from aggregator.newsletter.fields import ascii_domain

    try:
        return ascii_domain(f"x@{domain}").domain.lower()
    except ValueError:
        return domain.lower()


def leaving_address(base: str, token: str) -> str:
    """The address to which the reader of a letter may write to leave.

    The token stands in it without regard to case, for some servers write addresses in lower case; where that
    is too long for SMTP, as it is. Raises ValueError as `address` does.
    """
    try:
        return address(base, caseless(token))
    except ValueError:
        return address(base, token)


def caseless(token: str) -> str:
    """A letter's token as base32 in small letters; what is no such token stays as it is."""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return token
    if len(content) != TOKEN_BYTES:
        return token
    return base64.b32encode(content).decode("ascii").rstrip("=").lower()


def token_of(tag: str) -> str:
    """The token that `caseless` made the tag of, in whatever case it came; any other tag as it is."""
    if not _CASELESS.fullmatch(tag):
        return tag
    return base64.urlsafe_b64encode(base64.b32decode(f"{tag.upper()}=")).decode("ascii")
