"""Variable envelope return paths: each letter's bounces come back to an address of its own.

`bounces@host` becomes `bounces+TAG@host`, a form that mail servers deliver to `bounces@host` (RFC 5233). The
tag says which delivery it was; whether it is genuine, only the keys of the installation tell.
"""

from __future__ import annotations

import re

LONGEST_LOCAL_PART = 64
"""Characters before the @ (RFC 5321 section 4.5.3.1.1)."""
SEPARATOR = "+"

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

    Upper and lower case count only within the tag: servers on the way may change those of the rest.
    """
    local, _, domain = recipient.strip().strip("<>").rpartition("@")
    base_local, _, base_domain = base.rpartition("@")
    stem = f"{base_local}{SEPARATOR}"
    if domain.lower() != base_domain.lower() or local[: len(stem)].lower() != stem.lower():
        return None
    tag = local[len(stem) :]
    return tag if _TAG.fullmatch(tag) and len(local) <= LONGEST_LOCAL_PART else None
