"""Days and weeks as the archive counts them, and coverage as small pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from aggregator.publish import coverage, days

ALMATY = ZoneInfo("Asia/Almaty")
SUNDAY = date(2026, 11, 22)


def test_hours_count_on_the_local_day_and_empty_ones_not_at_all() -> None:
    counts = {
        datetime(2026, 11, 21, 18, tzinfo=UTC): 2,
        datetime(2026, 11, 21, 19, tzinfo=UTC): 3,
        datetime(2026, 11, 20, 1, tzinfo=UTC): 0,
        datetime(2026, 11, 22, 2, tzinfo=UTC): 1,
    }
    assert days.by_day(counts, ALMATY) == {date(2026, 11, 21): 2, SUNDAY: 4}
    assert list(days.by_day(dict(reversed(counts.items())), ALMATY)) == [date(2026, 11, 21), SUNDAY]


@pytest.mark.parametrize(
    "name", ["2026-02-30", "2026-1-1", "20261122", "2026-11-22T00", "", "٢٠٢٦-١١-٢٢", "9999-99-99"]
)
def test_what_is_no_day_names_none(name: str) -> None:
    assert days.day_of(name) is None


@pytest.mark.parametrize("name", ["2026-W54", "2026-W00", "2026-W7", "W47", "2026-47", "0000-W01"])
def test_what_is_no_week_names_none(name: str) -> None:
    assert days.monday_of(name) is None


def test_days_and_weeks_are_read_as_they_are_written() -> None:
    assert days.day_of("2026-11-22") == SUNDAY
    assert days.monday_of("2026-W47") == date(2026, 11, 16)
    assert days.week_name(SUNDAY) == "2026-W47"
    assert days.week_name(date(2027, 1, 1)) == "2026-W53"


def test_a_local_day_has_its_bounds_in_utc_also_when_clocks_change() -> None:
    assert days.bounds(SUNDAY, 7, ALMATY) == (
        datetime(2026, 11, 21, 19, tzinfo=UTC),
        datetime(2026, 11, 28, 19, tzinfo=UTC),
    )
    start, end = days.bounds(date(2026, 3, 29), 1, ZoneInfo("Europe/Berlin"))
    assert end - start == timedelta(hours=23)


def test_neighbours_are_days_with_stories() -> None:
    told = {date(2026, 11, 1): 1, date(2026, 11, 20): 2, date(2026, 11, 22): 3}
    assert days.neighbours(date(2026, 11, 20), told) == (date(2026, 11, 1), SUNDAY)
    assert days.neighbours(date(2026, 11, 1), told) == (None, date(2026, 11, 20))
    assert days.neighbours(SUNDAY, {}) == (None, None)


def test_a_day_is_darker_the_more_was_told() -> None:
    assert [coverage.level(count, 8) for count in (0, 1, 2, 3, 5, 7, 8)] == [0, 1, 1, 2, 3, 4, 4]
    assert coverage.level(1, 1) == 1
    assert coverage.level(0, 0) == 0


def test_the_heat_map_ends_with_the_last_day_and_holds_whole_weeks_before_it() -> None:
    tuesday = date(2026, 11, 17)
    heat = coverage.heat_map({tuesday: 3, date(2026, 11, 2): 9, date(2025, 1, 1): 50, SUNDAY: 7}, tuesday)
    assert (heat.since.weekday(), heat.until, len(heat.squares)) == (0, tuesday, 25 * 7 + 2)
    assert (heat.total, heat.busiest and heat.busiest.day) == (12, date(2026, 11, 2))
    first, last = heat.squares[0], heat.squares[-1]
    assert (first.x, first.y, first.day) == (0, coverage.HEADING, heat.since)
    assert (last.x, last.y) == (25 * coverage.CELL, coverage.HEADING + coverage.CELL)
    assert all(one.x + coverage.CELL <= heat.width for one in heat.squares)
    assert all(one.y + coverage.CELL <= heat.height for one in heat.squares)


def test_a_heat_map_without_stories_has_no_busiest_day() -> None:
    heat = coverage.heat_map({}, SUNDAY)
    assert (heat.total, heat.busiest) == (0, None)
    assert {one.level for one in heat.squares} == {0}


@pytest.mark.parametrize("day", range(1, 29))
def test_names_of_months_never_touch(day: int) -> None:
    months = coverage.heat_map({}, date(2026, 2, day)).months
    places = [x for x, _ in months]
    assert all(later - earlier >= 3 * coverage.CELL for earlier, later in pairwise(places))
    assert 5 <= len(months) <= 7
    assert len({first.month for _, first in months}) == len(months)


def test_the_spark_line_shows_thirty_days() -> None:
    spark = coverage.spark({SUNDAY: 4, SUNDAY - timedelta(29): 2, SUNDAY - timedelta(30): 9}, SUNDAY)
    bars = spark.path.split("M")[1:]
    assert (len(bars), spark.total, spark.most) == (30, 6, 4)
    assert bars[-1] == "116 0h3v24h-3z"
    assert bars[0] == "0 12h3v12h-3z"
    assert bars[1] == "4 23h3v1h-3z"


def test_a_spark_line_without_stories_is_flat() -> None:
    spark = coverage.spark({}, SUNDAY)
    assert (spark.total, spark.most) == (0, 0)
    assert all("v1h" in bar for bar in spark.path.split("M")[1:])
