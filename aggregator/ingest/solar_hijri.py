"""Dates of the Solar Hijri calendar, as Iran and Afghanistan write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo

_MONTHS = (
    ("فروردین", "حمل", "وری"),
    ("اردیبهشت", "ثور", "غویی"),
    ("خرداد", "جوزا", "غبرگولی"),
    ("تیر", "سرطان", "چنگاښ"),
    ("مرداد", "اسد", "زمری"),
    ("شهریور", "سنبله", "وږی"),
    ("مهر", "میزان", "تله"),
    ("آبان", "عقرب", "لړم"),
    ("آذر", "قوس", "لیندۍ"),
    ("دی", "جدی", "مرغومی"),
    ("بهمن", "دلو", "سلواغه"),
    ("اسفند", "حوت", "کب"),
)
"""In Persian, Dari and Pashto; Arabic forms of letters are folded before they are compared."""
_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_LETTERS = str.maketrans({"ي": "ی", "ك": "ک", "\u200c": None})

_NUMERIC = re.compile(r"(?<!\d)(1[34]\d\d)[/.-](\d{1,2})[/.-](\d{1,2})(?!\d)")
_NAMED = re.compile(r"(?<![\d:])(\d{1,2})\s+([^\W\d_]+)(?:\s+(?:ماه\s+)?(1[34]\d\d))?(?![\d:])")
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?!\d)")

_LEAP_REMAINDERS = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
"""Of a year divided by 33: right for every year from 1244 to 1472."""
_ANCHOR_YEAR, _ANCHOR = 1400, date(2021, 3, 21)
_LONGEST_MONTHS = 6
"""The first six have 31 days, the others 30 (the last one 29 in common years)."""


def read(text: str, zone: tzinfo, today: date) -> tuple[datetime | date, bool] | None:
    """The moment or day that `text` (with ASCII digits) names, and whether the year is a guess.

    None when it holds no date of this calendar. Without a year it is the last such day up to tomorrow.
    Raises ValueError for a day that the calendar does not have.
    """
    text = text.translate(_LETTERS)
    if numeric := _NUMERIC.search(text):
        day = gregorian(*map(int, numeric.groups()))
        return _with_clock(day, text, zone), False
    for named in _NAMED.finditer(text):
        if (month := _NUMBERS.get(named[2])) is not None:
            day = _named_day(int(named[1]), month, named[3], today)
            return _with_clock(day, text, zone), named[3] is None
    return None


def gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian day; years 1300 to 1472. Raises ValueError for a day that does not exist."""
    last = 31 if month <= _LONGEST_MONTHS else 30
    if month == len(_MONTHS) and year % 33 not in _LEAP_REMAINDERS:
        last = 29
    if not (1300 <= year <= 1472 and 1 <= month <= len(_MONTHS) and 1 <= day <= last):
        raise ValueError(f"{year}-{month}-{day} is no day of the Solar Hijri calendar")
    before = (month - 1) * 30 + min(month - 1, _LONGEST_MONTHS)
    return _new_year(year) + timedelta(days=before + day - 1)


def _new_year(year: int) -> date:
    passed = range(min(year, _ANCHOR_YEAR), max(year, _ANCHOR_YEAR))
    days = sum(366 if one % 33 in _LEAP_REMAINDERS else 365 for one in passed)
    return _ANCHOR + timedelta(days=days if year >= _ANCHOR_YEAR else -days)


def _named_day(day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        return gregorian(int(year), month, day)
    this_year = today.year - 621
    found = gregorian(this_year, month, day)
    return found if found <= today + timedelta(days=1) else gregorian(this_year - 1, month, day)


def _with_clock(day: date, text: str, zone: tzinfo) -> datetime | date:
    clock = _CLOCK.search(text)
    return datetime.combine(day, time(int(clock[1]), int(clock[2])), zone) if clock else day
