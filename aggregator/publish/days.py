"""Days and weeks of the archive, as the site's time zone counts them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Counts = Mapping[datetime, int]
"""Stories told, by the start of the UTC hour."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_WEEK = re.compile(r"(\d{4})-W(\d\d)", re.ASCII)


def by_day(counts: Counts, zone: ZoneInfo) -> dict[date, int]:
    """Stories told by local day, ascending; an hour that a local midnight divides counts where it began."""
    days: Counter[date] = Counter()
    for hour, count in counts.items():
        days[hour.astimezone(zone).date()] += count
    return {day: days[day] for day in sorted(days) if days[day] > 0}


def day_of(name: str) -> date | None:
    """The day that a part of an address names, `2026-11-22`; None for what names none."""
    try:
        return date.fromisoformat(name) if _DAY.fullmatch(name) else None
    except ValueError:
        return None


def monday_of(name: str) -> date | None:
    """The first day of the ISO 8601 week that a part of an address names, `2026-W47`; None for none."""
    named = _WEEK.fullmatch(name)
    try:
        return date.fromisocalendar(int(named[1]), int(named[2]), 1) if named else None
    except ValueError:
        return None


def week_name(day: date) -> str:
    """The ISO 8601 week of a day, as addresses name it."""
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def bounds(first: date, days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where `days` local days from `first` on begin and end, in UTC.

    Raises `OverflowError` for days at either end of the calendar.
    """
    start, end = (datetime.combine(day, time(), zone) for day in (first, first + timedelta(days)))
    return start.astimezone(UTC), end.astimezone(UTC)


def neighbours(day: date, days: Mapping[date, int]) -> tuple[date | None, date | None]:
    """The nearest days before and after that have stories. `days`: ascending."""
    before = max((one for one in days if one < day), default=None)
    return before, min((one for one in days if one > day), default=None)
