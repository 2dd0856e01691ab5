"""The server's own word on when it may be asked again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=7)
"""No server can silence a source for longer: a mistyped max-age must not lose it."""

_MAX_AGE = re.compile(r'(?:^|[,\s])max-age\s*=\s*"?(\d+)', re.IGNORECASE)
_NOT_STORED = re.compile(r"(?:^|[,\s])(?:no-cache|no-store)(?:$|[,;=\s])", re.IGNORECASE)


def not_before(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Earliest next request by Retry-After, Cache-Control and Expires; None when the server does not say.

    Holds for any status: a 304 renews a max-age, a 429 or 503 carries Retry-After. RFC 9110 section 10.2.3,
    RFC 9111 sections 4.2 and 5. `headers` looks names up without regard to case.
    """
    lifetimes = (_retry_after(headers, now), _freshness(headers, now))
    lifetime = max((each for each in lifetimes if each is not None), default=timedelta(0))
    return now + min(lifetime, LONGEST) if lifetime > timedelta(0) else None


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Earliest next request to the whole server, by Retry-After alone; None when it does not say."""
    lifetime = _retry_after(headers, now)
    return now + min(lifetime, LONGEST) if lifetime and lifetime > timedelta(0) else None


def _retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return _seconds(value)
    return _until(value, headers, now)


def _freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    cache_control = headers.get("Cache-Control", "")
    if _NOT_STORED.search(cache_control):
        return None
    if match := _MAX_AGE.search(cache_control):
        age = headers.get("Age", "").strip()
        spent = _seconds(age) if age.isascii() and age.isdigit() else timedelta(0)
        return _seconds(match[1]) - spent
    return _until(headers.get("Expires", ""), headers, now)


def _seconds(digits: str) -> timedelta:
    # Longer numbers than this are beyond LONGEST, and beyond what timedelta or int() would take.
    return timedelta(seconds=int(digits)) if len(digits) < 10 else LONGEST


def _until(value: str, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """From the server's own clock (Date) to an HTTP-date: its clock may be wrong, but wrong in both."""
    moment = _http_date(value)
    return None if moment is None else moment - (_http_date(headers.get("Date", "")) or now)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
