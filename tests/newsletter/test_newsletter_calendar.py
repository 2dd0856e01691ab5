"""Periods: where they begin, when they are due, what a cut or a change of clocks does to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Newsletter, Period, Rhythm, Track
from aggregator.newsletter.calendar import cut_short, due, is_overdue

DAILY = Track("daily", Rhythm.DAILY)
MONDAYS = Track("weekly-1", Rhythm.WEEKLY, 1)
THURSDAYS = Track("weekly-4", Rhythm.WEEKLY, 4)
MONTHLY = Track("monthly", Rhythm.MONTHLY)


def letter(zone: str = "Europe/Paris", send_at: str = "07:00") -> Newsletter:
    return Newsletter("weekly", {"en": "Weekly"}, "d@example.org", zone, send_at, (MONDAYS,), ("KZ",))


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def due_now(newsletter: Newsletter, track: Track, now: datetime) -> Period:
    period = due(newsletter, track, None, now)
    assert period is not None
    return period


def test_a_week_runs_from_monday_to_monday_midnight_in_the_newsletters_zone() -> None:
    period = due_now(letter(), MONDAYS, utc(2026, 11, 25, 12))
    assert (period.start, period.end) == (utc(2026, 11, 15, 23), utc(2026, 11, 22, 23))
    assert period.send_at == utc(2026, 11, 23, 6)
    assert (period.first_day, period.last_day) == (date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    ("track", "key"),
    [(DAILY, "2026-11-24"), (MONDAYS, "2026-W47"), (THURSDAYS, "2026-W46"), (MONTHLY, "2026-10")],
)
def test_each_rhythm_names_its_periods(track: Track, key: str) -> None:
    assert due_now(letter(), track, utc(2026, 11, 25, 12)).key == key


def test_a_week_over_new_year_is_named_by_the_iso_year_in_which_it_starts() -> None:
    assert due_now(letter(), MONDAYS, utc(2027, 1, 4, 12)).key == "2026-W53"


def test_a_month_goes_to_its_last_day_and_december_into_the_next_year() -> None:
    assert due_now(letter(), MONTHLY, utc(2024, 3, 1, 12)).last_day == date(2024, 2, 29)
    december = due_now(letter("UTC"), MONTHLY, utc(2027, 1, 1, 12))
    assert (december.start, december.end) == (utc(2026, 12, 1), utc(2027, 1, 1))


def test_a_closed_period_waits_for_its_hour() -> None:
    newsletter, last = letter(), utc(2026, 11, 15, 23)
    assert due(newsletter, MONDAYS, last, utc(2026, 11, 23, 5, 59)) is None
    at_its_hour = due(newsletter, MONDAYS, last, utc(2026, 11, 23, 6))
    assert at_its_hour is not None
    assert at_its_hour.key == "2026-W47"


def test_before_its_hour_the_period_before_it_is_still_the_latest() -> None:
    assert due_now(letter(), MONDAYS, utc(2026, 11, 23, 5)).key == "2026-W46"


def test_a_period_that_has_its_issue_is_not_due_again() -> None:
    newsletter, now = letter(), utc(2026, 11, 25, 12)
    assert due(newsletter, MONDAYS, due_now(newsletter, MONDAYS, now).end, now) is None


def test_after_an_outage_only_the_latest_period_is_due() -> None:
    period = due(letter(), MONDAYS, utc(2026, 10, 4, 22), utc(2026, 11, 25, 12))
    assert period is not None
    assert period.key == "2026-W47"


def test_sending_early_ends_the_running_period_now_under_its_own_key() -> None:
    now = utc(2026, 11, 25, 12)
    period = cut_short(letter(), MONDAYS, utc(2026, 11, 22, 23), now)
    assert period is not None
    assert (period.key, period.start, period.end) == ("2026-W48", utc(2026, 11, 22, 23), now)
    assert period.send_at == now
    assert period.last_day == date(2026, 11, 25)
    assert not is_overdue(letter(), period, now)


def test_sending_early_works_before_there_ever_was_an_issue() -> None:
    period = cut_short(letter(), MONDAYS, None, utc(2026, 11, 23, 1))
    assert period is not None
    assert period.key == "2026-W48"


def test_a_period_that_was_cut_short_yields_no_second_issue() -> None:
    newsletter, cut_at = letter(), utc(2026, 11, 25, 12)
    assert cut_short(newsletter, MONDAYS, cut_at, cut_at) is None
    assert cut_short(newsletter, MONDAYS, cut_at, cut_at + timedelta(days=1)) is None
    assert due(newsletter, MONDAYS, cut_at, utc(2026, 11, 30, 6)) is None
    assert due(newsletter, MONDAYS, cut_at, utc(2026, 12, 6, 12)) is None


def test_after_a_cut_the_next_scheduled_period_is_due_and_starts_at_its_boundary() -> None:
    period = due(letter(), MONDAYS, utc(2026, 11, 25, 12), utc(2026, 12, 7, 6))
    assert period is not None
    assert (period.key, period.start) == ("2026-W49", utc(2026, 11, 29, 23))


def test_nothing_is_cut_at_the_very_start_of_a_period() -> None:
    start = utc(2026, 11, 22, 23)
    assert cut_short(letter(send_at="00:00"), MONDAYS, start, start) is None
    assert cut_short(letter(send_at="00:00"), MONDAYS, None, start) is None


def test_sending_before_the_hour_of_a_closed_period_sends_that_period_whole() -> None:
    now = utc(2026, 11, 23, 4)
    period = cut_short(letter(), MONDAYS, utc(2026, 11, 15, 23), now)
    assert period is not None
    assert (period.key, period.end, period.send_at) == ("2026-W47", utc(2026, 11, 22, 23), now)


def test_an_issue_is_overdue_only_after_the_allowed_lateness() -> None:
    newsletter = replace(letter(), max_lateness=timedelta(hours=48))
    period = due_now(newsletter, MONDAYS, utc(2026, 11, 23, 6))
    assert not is_overdue(newsletter, period, utc(2026, 11, 25, 6))
    assert is_overdue(newsletter, period, utc(2026, 11, 25, 6, 0, 1))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("Asia/Almaty", date(2024, 2, 29), 25),
        ("Asia/Almaty", date(2024, 3, 1), 24),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("Asia/Beirut", date(2022, 3, 27), 23),
        ("America/Havana", date(2026, 11, 1), 25),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(zone: str, day: date, hours: int) -> None:
    noon_after = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    period = due_now(letter(zone), DAILY, noon_after.astimezone(UTC) + timedelta(hours=12))
    assert period.key == day.isoformat()
    assert period.end - period.start == timedelta(hours=hours)


def test_a_midnight_that_does_not_exist_is_the_instant_of_the_change() -> None:
    period = due_now(letter("America/Sao_Paulo"), DAILY, utc(2018, 11, 5, 12))
    assert period.start == utc(2018, 11, 4, 3)


def test_an_hour_of_sending_that_is_skipped_comes_when_the_clock_goes_on() -> None:
    period = due_now(letter(send_at="02:30"), DAILY, utc(2026, 3, 29, 12))
    assert period.send_at == utc(2026, 3, 29, 1, 30)
    assert period.send_at.astimezone(ZoneInfo("Europe/Paris")).hour == 3


@pytest.mark.parametrize(
    ("zone", "now", "key"),
    [
        # Back from 00:01 to 23:01: the old date is shown again within the new day's period.
        ("America/St_Johns", utc(2010, 11, 7, 2, 45), "2010-11-07"),
        # On from 23:30 to 00:30: the new date is shown before its midnight, by the old clock, has come.
        ("America/Toronto", utc(1919, 3, 31, 4, 45), "1919-03-30"),
    ],
)
def test_around_midnight_the_instant_tells_the_period_not_the_date(
    zone: str, now: datetime, key: str
) -> None:
    running = cut_short(letter(zone), DAILY, None, now)
    assert running is not None
    assert running.key == key
    assert running.start < now


def test_no_issue_goes_out_before_its_period_has_closed() -> None:
    period = due_now(letter("America/Toronto", send_at="00:45"), DAILY, utc(1919, 3, 31, 12))
    assert period.key == "1919-03-30"
    assert period.send_at == period.end


def test_a_date_that_a_zone_skips_has_no_issue() -> None:
    after = due_now(letter("Pacific/Apia"), DAILY, utc(2011, 12, 31, 9))
    assert after.key == "2011-12-29"
    assert after.end == utc(2011, 12, 30, 10)


ZONES = st.sampled_from(
    [
        "Europe/Paris",
        "Asia/Almaty",
        "America/Sao_Paulo",
        "America/St_Johns",
        "America/Havana",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "UTC",
    ]
)
TRACKS = st.builds(Track, st.just("t"), st.sampled_from(Rhythm), st.integers(1, 7))
MOMENTS = st.integers(0, 22 * 365 * 24 * 60).map(lambda minutes: utc(2005, 1, 1) + timedelta(minutes=minutes))
HOURS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(ZONES, TRACKS, MOMENTS, HOURS)
def test_periods_touch_and_never_overlap(zone: str, track: Track, now: datetime, send_at: str) -> None:
    newsletter = letter(zone, send_at)
    first = due_now(newsletter, track, now)
    assert first.start < first.end <= first.send_at <= now
    running = first
    for _ in range(3):
        step = running.end + timedelta(microseconds=1)
        while (successor := due(newsletter, track, running.end, step)) is None:
            step += timedelta(hours=6)
        assert successor.start == running.end
        assert successor.key > running.key
        running = successor


@given(ZONES, TRACKS, MOMENTS, st.lists(st.integers(1, 60 * 24 * 10), min_size=1, max_size=12))
def test_no_key_is_ever_issued_twice(zone: str, track: Track, now: datetime, minutes: list[int]) -> None:
    newsletter = letter(zone)
    last_end, keys = None, []
    for number, step in enumerate(minutes):
        now += timedelta(minutes=step)
        ask = cut_short if number % 3 == 0 else due
        period = ask(newsletter, track, last_end, now)
        if period is not None:
            assert last_end is None or period.end > last_end
            keys.append(period.key)
            last_end = period.end
    assert len(keys) == len(set(keys))
