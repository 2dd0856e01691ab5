"""What a client already has, and which part it asks for (RFC 9110, sections 13 and 14). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache

OF_INTEREST = frozenset(
    {b"if-match", b"if-unmodified-since", b"if-none-match", b"if-modified-since", b"if-range", b"range"}
)
"""Lower-case names of the request's fields that are looked at here."""
UNSATISFIABLE = range(0)
"""A range that lies outside the content."""
_RANGE = re.compile(rb"bytes=\s*(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))\s*")


def precondition(fields: Mapping[bytes, bytes], etag: bytes, modified: int | None) -> int:
    """200 to send the content, 304 when the client has it, 412 when it asked for another one.

    `fields`: those `OF_INTEREST`, by lower-case name. `modified`: seconds since the epoch, if known.
    """
    if b"if-match" in fields:
        if not _names(fields[b"if-match"], etag, weakly=False):
            return 412
    elif modified is not None and b"if-unmodified-since" in fields:
        limit = _moment(fields[b"if-unmodified-since"])
        if limit is not None and modified > limit:
            return 412
    if b"if-none-match" in fields:
        return 304 if _names(fields[b"if-none-match"], etag, weakly=True) else 200
    if modified is not None and b"if-modified-since" in fields:
        since = _moment(fields[b"if-modified-since"])
        return 304 if since is not None and modified <= since else 200
    return 200


def part(fields: Mapping[bytes, bytes], etag: bytes, modified: int | None, length: int) -> range | None:
    """The one range of bytes that is asked for, `UNSATISFIABLE` for one outside, None for the whole.

    Several ranges at once, and what is no range, are answered by the whole, as section 14.2 allows.
    """
    asked = _RANGE.fullmatch(fields.get(b"range", b""))
    if asked is None or not _still_whole(fields.get(b"if-range"), etag, modified):
        return None
    first, last, suffix = asked.groups()
    if suffix is not None:
        start, end = max(0, length - int(suffix)), length
    else:
        start, end = int(first), min(int(last) + 1 if last else length, length)
        if last and int(last) < start:
            return None
    return range(start, end) if start < end else UNSATISFIABLE


def _still_whole(condition: bytes | None, etag: bytes, modified: int | None) -> bool:
    """If-Range: a strong entity tag, or exactly the date that we gave (section 13.1.5)."""
    if condition is None:
        return True
    condition = condition.strip()
    if condition.startswith((b'"', b"W/")):
        return condition == etag
    return modified is not None and _moment(condition) == modified


def _names(header: bytes, etag: bytes, *, weakly: bool) -> bool:
    if header == etag:
        return True
    tags = [tag.strip() for tag in header.split(b",")]
    if weakly:
        tags = [tag.removeprefix(b"W/") for tag in tags]
    return etag in tags or b"*" in tags


@lru_cache(maxsize=512)
def _moment(date: bytes) -> float | None:
    """Seconds since the epoch; None for what is no date: such a condition is as if it were not there."""
    try:
        moment = parsedate_to_datetime(date.decode("latin-1"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
