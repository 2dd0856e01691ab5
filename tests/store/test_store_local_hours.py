"""The hour that readers chose for their letters, by clocks that are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.store.local_hours import first_at

ZONES = ("Europe/Paris", "Asia/Almaty", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe")


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_an_hour_that_has_begun_is_now() -> None:
    assert first_at(7, "Europe/Paris", utc(2026, 11, 23, 6, 10)) == utc(2026, 11, 23, 6, 10)


def test_an_hour_that_is_over_comes_again_tomorrow() -> None:
    assert first_at(7, "Europe/Paris", utc(2026, 11, 23, 7)) == utc(2026, 11, 24, 6)


def test_the_zone_is_the_readers() -> None:
    assert first_at(9, "Asia/Almaty", utc(2026, 11, 23, 3, 59)) == utc(2026, 11, 23, 4)


@pytest.mark.parametrize("zone", ["Nowhere/Land", "../../etc/passwd", ""])
def test_a_zone_that_is_none_is_read_as_utc(zone: str) -> None:
    assert first_at(9, zone, utc(2026, 11, 23, 3)) == utc(2026, 11, 23, 9)


def test_an_hour_that_the_clock_skips_comes_when_it_goes_on() -> None:
    assert first_at(2, "Europe/Paris", utc(2027, 3, 27, 23)) == utc(2027, 3, 28, 1)


@given(
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
    after=st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: utc(2024, 1, 1) + timedelta(minutes=minutes)),
)
def test_whenever_it_is_the_hour_comes_within_about_a_day(hour: int, zone: str, after: datetime) -> None:
    came = first_at(hour, zone, after)
    assert after <= came <= after + timedelta(hours=26)
    shown = came.astimezone(ZoneInfo(zone))
    skipped = (
        shown.hour == (hour + 1) % 24
        and shown.utcoffset() != (came - timedelta(hours=1)).astimezone(ZoneInfo(zone)).utcoffset()
    )
    assert shown.hour == hour or skipped
