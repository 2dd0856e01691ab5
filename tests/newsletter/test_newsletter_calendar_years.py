"""Periods over all the years and zones that there are: no gap, no overlap, each instant in one of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Newsletter, Period, Rhythm, Track
from aggregator.newsletter.calendar import cut_short, due, following, named

DAILY, MONTHLY = Track("daily", Rhythm.DAILY), Track("monthly", Rhythm.MONTHLY)
WEEKLY = tuple(Track(f"weekly-{day}", Rhythm.WEEKLY, day) for day in range(1, 8))
TRACKS = (DAILY, *WEEKLY, MONTHLY)
# Links and files that are no place (`localtime`) aside.
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)

moments = st.integers(0, int((LAST - FIRST).total_seconds()) // 60).map(
    lambda minutes: FIRST + timedelta(minutes=minutes)
)
hours = st.sampled_from(["00:00", "00:30", "02:30", "07:00", "12:00", "23:59"])


def letter(zone: str, send_at: str = "07:00") -> Newsletter:
    return Newsletter("weekly", {"en": "Weekly"}, "d@example.org", zone, send_at, TRACKS, ("KZ",))


def periods(newsletter: Newsletter, track: Track, first: datetime, last: datetime) -> list[Period]:
    """All periods that are due in turn, as a process that never sleeps sees them."""
    found, end, now = [], None, first
    while now < last:
        period = following(newsletter, track, end, now)
        found.append(period)
        end, now = period.end, period.send_at
    return found


@pytest.mark.parametrize("track", [*WEEKLY, MONTHLY], ids=lambda track: track.id)
@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Almaty", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_seven_years_of_periods_touch_and_have_keys_of_their_own(zone: str, track: Track) -> None:
    whole = periods(letter(zone), track, FIRST, LAST)
    assert all(before.end == after.start for before, after in pairwise(whole))
    assert all(period.start < period.end <= period.send_at for period in whole)
    assert len({period.key for period in whole}) == len(whole)
    assert (whole[0].start <= FIRST, whole[-1].end >= LAST - timedelta(days=1)) == (True, True)


@pytest.mark.parametrize("zone", ["Europe/Paris", "Asia/Almaty", "America/Santiago", "Asia/Beirut"])
def test_seven_years_of_days_touch_and_are_as_long_as_the_clock_makes_them(zone: str) -> None:
    whole = periods(letter(zone), DAILY, FIRST, LAST)
    assert all(before.end == after.start for before, after in pairwise(whole))
    assert {(period.end - period.start) // timedelta(hours=1) for period in whole} <= {23, 24, 25}
    assert (whole[0].start <= FIRST, whole[-1].end >= LAST - timedelta(days=1)) == (True, True)


@settings(max_examples=300)
@given(zone=st.sampled_from(ZONES), track=st.sampled_from(TRACKS), now=moments, send_at=hours)
def test_whatever_the_zone_an_instant_is_in_one_period_and_the_next_begins_where_it_ends(
    zone: str, track: Track, now: datetime, send_at: str
) -> None:
    newsletter = letter(zone, send_at)
    running = following(
        newsletter, track, now, now
    )  # a period that begins now or later, for `now` has its own
    before = cut_short(newsletter, track, None, now)
    if before is None:
        assert running.start == now
    else:
        assert before.start < now <= running.start
        assert running.start == following(newsletter, track, before.end, running.start).start


@settings(max_examples=300)
@given(zone=st.sampled_from(ZONES), track=st.sampled_from(TRACKS), now=moments, send_at=hours)
def test_what_comes_next_is_due_at_its_hour_and_not_before(
    zone: str, track: Track, now: datetime, send_at: str
) -> None:
    newsletter = letter(zone, send_at)
    last = due(newsletter, track, None, now)
    assert last is not None
    coming = following(newsletter, track, last.end, now)
    assert coming.start == last.end
    assert coming.send_at > now
    assert due(newsletter, track, last.end, coming.send_at - timedelta(seconds=1)) is None
    assert due(newsletter, track, last.end, coming.send_at) == coming


@settings(max_examples=300)
@given(zone=st.sampled_from(ZONES), track=st.sampled_from(TRACKS), now=moments)
def test_a_period_is_found_again_by_its_key(zone: str, track: Track, now: datetime) -> None:
    newsletter = letter(zone)
    period = due(newsletter, track, None, now)
    assert period is not None
    assert named(newsletter, track, period.key) == period
    local_start = period.start.astimezone(ZoneInfo(zone))
    assert local_start.date() in (period.first_day, period.first_day - timedelta(days=1))


@pytest.mark.parametrize("track", TRACKS, ids=lambda track: track.id)
@pytest.mark.parametrize(
    "key", ["", "2026", "2026-W54", "2026-13", "2026-11-31", "0000-01", "next", "9999-12-31"]
)
def test_what_is_no_key_of_a_track_names_no_period(track: Track, key: str) -> None:
    assert named(letter("Europe/Paris"), track, key) is None


def test_a_key_of_another_rhythm_names_no_period() -> None:
    newsletter = letter("Europe/Paris")
    keys = {DAILY: "2026-11-22", WEEKLY[0]: "2026-W47", MONTHLY: "2026-11"}
    for track in keys:
        assert [named(newsletter, track, key) is not None for key in keys.values()].count(True) == 1


def test_after_a_cut_the_next_whole_period_comes_next() -> None:
    newsletter, now = letter("Europe/Paris"), datetime(2026, 11, 25, 12, tzinfo=UTC)
    cut = cut_short(newsletter, WEEKLY[0], datetime(2026, 11, 22, 23, tzinfo=UTC), now)
    assert cut is not None
    assert following(newsletter, WEEKLY[0], cut.end, now).key == "2026-W49"
