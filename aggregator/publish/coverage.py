"""Coverage as small pictures: how many stories were told each day.

Only positions are worked out here; templates draw them as SVG, styles colour them. A picture ends with the
newest day that anything was told, not today, so that equal stories give equal bytes at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 26
LEVELS = 4
"""Shades of a day with stories."""
CELL = 13
"""Pitch of the calendar's squares, in the picture's units."""
HEADING = 16
"""Height of the line of months above the squares."""
SPARK_DAYS = 30
SPARK_HEIGHT = 24
_SPARK_PITCH = 4
_MONTH_LABEL = 3
"""Columns that the name of a month needs."""


@dataclass(frozen=True, slots=True)
class Square:
    """One day of a calendar."""

    x: int
    y: int
    day: date
    count: int
    level: int
    """0 for no stories, else 1 to `LEVELS`."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Half a year by weeks: columns from Monday to Sunday, the newest last."""

    width: int
    height: int
    months: tuple[tuple[int, date], ...]
    """Where the name of a month stands, and its first day shown."""
    squares: tuple[Square, ...]
    since: date
    until: date
    total: int
    busiest: Square | None
    """The first of the days with most stories; None when no day has any."""


@dataclass(frozen=True, slots=True)
class Spark:
    """The last days as bars."""

    width: int
    height: int
    path: str
    """SVG path data."""
    total: int
    most: int
    """On one day."""


def level(count: int, most: int) -> int:
    """How dark a day is shown."""
    return 0 if count <= 0 else min(LEVELS, 1 + (count - 1) * LEVELS // max(most, 1))


def heat_map(days: Mapping[date, int], until: date) -> HeatMap:
    """The calendar of the `WEEKS` weeks that end with the week of `until`; later days are not drawn."""
    monday = until - timedelta(until.weekday())
    since = monday - timedelta(weeks=WEEKS - 1)
    shown = [since + timedelta(number) for number in range((until - since).days + 1)]
    most = max((days.get(day, 0) for day in shown), default=0)
    squares = tuple(_square(day, since, days.get(day, 0), most) for day in shown)
    return HeatMap(
        width=WEEKS * CELL,
        height=HEADING + 7 * CELL,
        months=_months(squares),
        squares=squares,
        since=since,
        until=until,
        total=sum(one.count for one in squares),
        busiest=max(squares, key=lambda one: one.count) if most else None,
    )


def _square(day: date, since: date, count: int, most: int) -> Square:
    number = (day - since).days
    return Square(number // 7 * CELL, HEADING + number % 7 * CELL, day, count, level(count, most))


def _months(squares: Sequence[Square]) -> tuple[tuple[int, date], ...]:
    """A name at the first column that begins in a month, where it does not touch the one before."""
    found: list[tuple[int, date]] = []
    for square in squares[::7]:
        new = not found or found[-1][1].month != square.day.month
        if new and found and square.x - found[-1][0] < _MONTH_LABEL * CELL:
            found.pop()
        if new:
            found.append((square.x, square.day))
    if found and squares[-1].x - found[-1][0] < (_MONTH_LABEL - 1) * CELL:
        found.pop()
    return tuple(found)


def spark(days: Mapping[date, int], until: date) -> Spark:
    """Bars of the `SPARK_DAYS` days that end with `until`; a day without stories is a flat line."""
    counts = [days.get(until - timedelta(SPARK_DAYS - 1 - number), 0) for number in range(SPARK_DAYS)]
    most = max(counts)
    bars = []
    for number, count in enumerate(counts):
        height = max(1, round(count / most * SPARK_HEIGHT)) if most else 1
        x, y = number * _SPARK_PITCH, SPARK_HEIGHT - height
        bars.append(f"M{x} {y}h{_SPARK_PITCH - 1}v{height}h-{_SPARK_PITCH - 1}z")
    return Spark(SPARK_DAYS * _SPARK_PITCH - 1, SPARK_HEIGHT, "".join(bars), sum(counts), most)
