"""Domains as the wire knows them: in A-labels (RFC 5890), whatever script they are written in.

The site's domain stands in header fields and in addresses inside them, which hold ASCII alone.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def base_url(value: str) -> str:
    """An address to which paths are appended. Raises ValueError for one to which they cannot be."""
    if urlsplit(value).query or urlsplit(value).fragment:
        raise ValueError("expects an address without `?` or `#`: paths are appended to it")
    host = urlsplit(value).hostname or ""
    if not host.isascii():
        value = re.sub(re.escape(host), in_a_labels(host), value, count=1, flags=re.IGNORECASE)
    return value.rstrip("/")


def in_a_labels(domain: str) -> str:
    """The domain in ASCII. Raises ValueError for what is none."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"`{domain}` is no domain") from None
