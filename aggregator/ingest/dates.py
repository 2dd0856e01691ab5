"""Dates as sites write them: text to an aware moment in UTC, and whether it had to be guessed.

RFC 822 and ISO 8601 first, because nearly all feeds use them; for the rest, foreign month names are put into
English, zones into offsets, and python-dateutil reads what remains.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from dateutil import parser as dateutil_parser
from dateutil import tz

from aggregator.ingest import relative_dates, solar_hijri

LATEST = timedelta(hours=1)
"""How far ahead of us a date may lie: clocks differ, but what is hours ahead is a wrong zone."""
_EARLIEST_YEAR = 1990
"""Earlier dates are a program's zero (1970, 0001), not news."""
_FIRST_GREGORIAN_YEAR = 1500
"""A smaller year is one of the Solar Hijri calendar."""
_LONGEST = 100
_NOON = time(12)

_LANGUAGES = ("ru", "uk", "fr", "de", "kk", "ky", "uz", "tg", "tk", "tr", "es", "it", "pt", "fa", "az")
"""Whose month names are understood, beside English."""
_ABBREVIATIONS: dict[str, str | int] = {
    "GMT": 0, "UTC": 0, "UT": 0, "Z": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "MSK": "Europe/Moscow", "IRST": "Asia/Tehran", "AFT": "Asia/Kabul", "PKT": "Asia/Karachi",
    "ALMT": "Asia/Almaty", "KGT": "Asia/Bishkek", "UZT": "Asia/Tashkent", "TJT": "Asia/Dushanbe",
    "TMT": "Asia/Ashgabat", "AZT": "Asia/Baku", "GET": "Asia/Tbilisi", "IST": "Asia/Kolkata",
    "HKT": 8, "SGT": 8, "KST": 9, "JST": 9,
}  # fmt: skip
"""RFC 822's zones and those seen in feeds; hours from UTC, or the IANA zone where the offset has changed."""

_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC822 = re.compile(
    rf"(?:[A-Za-z]{{3,9}},? )?(\d{{1,2}}) ({'|'.join(_ENGLISH_MONTHS)}) (\d{{4}}) "
    r"(\d{1,2}):(\d{2})(?::(\d{2}))? (?:GMT|UTC?|Z|([+-])(\d{2})(\d{2}))"
)
_COMMENT = re.compile(r"\([^()]*\)")
"""RFC 822 section 3.4.3; browsers write the zone's name there."""
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_OFFSET = re.compile(r"\b(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*\.?")


def read_date(text: str, *, zone: tzinfo, day_first: bool, first_seen: datetime) -> tuple[datetime, bool]:
    """The moment that `text` means, in UTC, and whether it was guessed.

    Without a zone of its own it is local time in `zone`; without a time of day it is local noon, guessed.
    What is missing, unreadable, older than news, or more than LATEST after `first_seen` becomes `first_seen`,
    guessed. `day_first` says how to read 03.06.2024.
    """
    try:
        when, guessed = _read(_plain(text), zone, day_first, first_seen) or (first_seen, True)
        when = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return first_seen, True
    if when.year < _EARLIEST_YEAR or when > first_seen + LATEST:
        return first_seen, True
    return when, guessed


def _plain(text: str) -> str:
    """One line with single spaces and ASCII digits."""
    text = text[:_LONGEST]
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return " ".join(text.split())


def _read(text: str, zone: tzinfo, day_first: bool, first_seen: datetime) -> tuple[datetime, bool] | None:
    if not text:
        return None
    if match := _RFC822.fullmatch(text):
        return _rfc822(match), False
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC), False
    if (iso := _iso(text)) is not None and iso.year >= _FIRST_GREGORIAN_YEAR:
        return (_in_zone(iso, zone), False) if isinstance(iso, datetime) else _noon(iso, zone)
    if (relative := relative_dates.read(text, zone, first_seen)) is not None:
        return relative, True
    return _by_calendar(text, zone, day_first, first_seen.astimezone(zone).date())


def _rfc822(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    zone = UTC
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(-offset if sign == "-" else offset)
    number = _ENGLISH_MONTHS.index(month) + 1
    return datetime(int(year), number, int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)


def _by_calendar(text: str, zone: tzinfo, day_first: bool, today: date) -> tuple[datetime, bool] | None:
    if (persian := solar_hijri.read(text, zone, today)) is not None:
        when, guessed = persian
        return (when, guessed) if isinstance(when, datetime) else _noon(when, zone)
    return _by_dateutil(_anglicised(_COMMENT.sub("", text)), zone, day_first, today)


def _iso(text: str) -> datetime | date | None:
    """ISO 8601 and the W3C's profile of it; a date when there is no time of day."""
    try:
        if len(text) <= len("2026-01-01"):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _anglicised(text: str) -> str:
    """Month names in English, names of weekdays and other words dropped, zones as offsets."""
    text = _OFFSET.sub(lambda match: f"{match[1]}{int(match[2]):02}{match[3] or '00'}", text)
    return _WORD.sub(_english, text)


def _english(match: re.Match[str]) -> str:
    word = match[0].rstrip(".")
    if (word.isascii() and len(word) <= 2) or word.upper() in _ABBREVIATIONS:
        # Markers of the date's own grammar: T, Z, AM, PM, h, th and the zones.
        return word
    number = _month_names().get(word.lower().replace("’", "'"))
    return _ENGLISH_MONTHS[number - 1] if number else " "


@lru_cache(maxsize=1)
def _month_names() -> dict[str, int]:
    """Number by name, full and abbreviated; what two languages read differently is left out."""
    numbers: dict[str, set[int]] = {}
    for name, number in _all_month_names():
        numbers.setdefault(name.lower().rstrip(".").replace("’", "'"), set()).add(number)
    return {name: found.pop() for name, found in numbers.items() if len(found) == 1}


def _all_month_names() -> Iterator[tuple[str, int]]:
    for language in ("en", *_LANGUAGES):
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    yield name, number
    yield from (("sept", 9), ("сент", 9), ("мая", 5))


def _by_dateutil(text: str, zone: tzinfo, day_first: bool, today: date) -> tuple[datetime, bool] | None:
    """What dateutil reads; None when the text leaves day or month open. Without a year it is a guess.

    dateutil fills what is missing from a default: reading twice, with defaults that differ in every part,
    shows what the text itself said.
    """
    # dateutil would read 2026-06-03 as the sixth of March when told that days come first.
    day_first = day_first and not re.match(r"\d{4}\D", text)
    one, other = (_parsed(text, default, day_first) for default in _DEFAULTS)
    if one.date() != other.date():
        return _without_year(one, other, zone, today)
    if (one.hour, one.minute) != (other.hour, other.minute):
        return _noon(one.date(), zone)
    return _in_zone(one, zone), False


def _without_year(one: datetime, other: datetime, zone: tzinfo, today: date) -> tuple[datetime, bool] | None:
    """The last such day up to tomorrow, when both readings agree on day and month."""
    if (one.month, one.day) != (other.month, other.day):
        return None
    when = one.replace(year=today.year)
    if when.date() > today + timedelta(days=1):
        when = when.replace(year=today.year - 1)
    if (one.hour, one.minute) != (other.hour, other.minute):
        return _noon(when.date(), zone)
    return _in_zone(when, zone), True


_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2, 1, 1, 1))  # noqa: DTZ001 - parts for what a text leaves out


def _parsed(text: str, default: datetime, day_first: bool) -> datetime:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dateutil_parser.UnknownTimezoneWarning)
        return dateutil_parser.parse(text, default=default, dayfirst=day_first, tzinfos=_zone_of)


def _zone_of(name: str | None, offset: int | None) -> tzinfo | None:
    """What dateutil is to take for a zone; None (the source's zone) for a name nobody knows."""
    if offset is not None:
        return tz.tzoffset(None, offset)
    known = _ABBREVIATIONS.get((name or "").upper())
    if isinstance(known, str):
        return ZoneInfo(known)
    return None if known is None else tz.tzoffset(None, known * 3600)


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _noon(day: date, zone: tzinfo) -> tuple[datetime, bool]:
    return datetime.combine(day, _NOON, zone), True
