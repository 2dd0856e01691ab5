"""Dates: RFC 3339 in Atom and JSON Feed, RFC 822 with four-digit years in RSS; not ancient, not to come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.feed_rules.fault import Fault

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)")
_RFC822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d\d[03]0|GMT)")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TOLERANCE = timedelta(minutes=10)


def rfc3339(place: str, text: str, now: datetime) -> Iterator[Fault]:
    """Faults of a date as Atom (RFC 4287 section 3.3) and JSON Feed write it."""
    moment = read_rfc3339(text)
    if moment is None:
        yield Fault("InvalidRFC3339Date", place, text)
    elif not _EARLIEST <= moment <= now + _TOLERANCE:
        yield Fault("ImplausibleDate", place, text)


def rfc822(place: str, text: str, now: datetime) -> Iterator[Fault]:
    """Faults of a date as RSS writes it; other zones than +hh00 and +hh30 are unknown to some readers."""
    if not _RFC822.fullmatch(text):
        yield Fault("InvalidRFC2822Date", place, text)
        return
    try:
        moment = datetime.strptime(text.replace("GMT", "+0000"), "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        yield Fault("InvalidRFC2822Date", place, text)
        return
    if moment.strftime("%a") != text[:3]:
        yield Fault("IncorrectDOW", place, text)
    elif not _EARLIEST <= moment <= now + _TOLERANCE:
        yield Fault("ImplausibleDate", place, text)


def read_rfc3339(text: str) -> datetime | None:
    """The moment; None for what is no RFC 3339 date."""
    if not _RFC3339.fullmatch(text):
        return None
    fraction = re.search(r"\.\d+", text)
    digits = (fraction[0] + "000000")[:7] if fraction else ""
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", digits, text))
    except ValueError:
        return None
