from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aggregator.ingest import rhythm
from aggregator.model import Hints, Pace

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("per_day", "length", "interval"),
    [
        (None, None, HOUR),
        (4.0, 20, 3 * HOUR),
        (24.0, 20, 30 * MINUTE),
        (1000.0, 20, 15 * MINUTE),
        (0.1, 20, 24 * HOUR),
        (0.0, 20, 24 * HOUR),
        (1e-300, 20, 24 * HOUR),
        (4.0, 1, 1.5 * HOUR),
        (4.0, 0, 3 * HOUR),
    ],
)
def test_a_source_is_asked_twice_as_often_as_it_publishes_within_bounds(
    per_day: float | None, length: int | None, interval: timedelta
) -> None:
    assert rhythm.interval(None, Pace(per_day, length), conditional=True) == interval


@pytest.mark.parametrize("per_day", [1.0, 20.0, 48.0, 90.0])
@pytest.mark.parametrize("length", [2, 5, 10, 50])
def test_nothing_runs_through_a_body_between_two_polls(per_day: float, length: int) -> None:
    interval = rhythm.interval(None, Pace(per_day, length), conditional=True)
    assert interval == rhythm.SHORTEST or per_day * (interval / DAY) < length


def test_a_source_without_validators_is_asked_at_most_once_an_hour() -> None:
    assert rhythm.interval(None, Pace(500.0, 30), conditional=False) == HOUR
    assert rhythm.interval(10 * MINUTE, Pace(500.0, 30), conditional=False) == 10 * MINUTE


def test_the_feeds_own_hint_holds_over_rhythm_and_operator_up_to_a_day() -> None:
    half_day, yearly = Hints(12 * HOUR), Hints(365 * DAY)
    assert rhythm.interval(None, Pace(24.0, 20, half_day), conditional=True) == 12 * HOUR
    assert rhythm.interval(HOUR, Pace(24.0, 20, half_day), conditional=True) == 12 * HOUR
    assert rhythm.interval(None, Pace(24.0, 20, yearly), conditional=True) == DAY
    assert rhythm.interval(48 * HOUR, Pace(24.0, 20, half_day), conditional=True) == 48 * HOUR


def test_the_first_reading_guesses_from_the_newest_dates(now: datetime) -> None:
    daily = [now - DAY * number for number in range(1000)]
    assert rhythm.first_met(daily, now, 1000, Hints()) == Pace(pytest.approx(1.0), 1000)
    at_once = rhythm.first_met([now] * 5, now, 5, Hints())
    assert at_once.entries_per_day == pytest.approx(96)


def test_silence_before_the_first_reading_counts_as_silence(now: datetime) -> None:
    talking, silent = ([now - DAY * (number + since) for number in range(20)] for since in (0, 14))
    known = [rhythm.first_met(dates, now, 20, Hints()) for dates in (talking, silent)]
    assert rhythm.interval(None, known[0], conditional=True) < rhythm.interval(
        None, known[1], conditional=True
    )


@pytest.mark.parametrize("per_day", [0.3, 1.0, 12.0])
@pytest.mark.parametrize("polled_every", [HOUR, DAY])
def test_silence_does_not_change_what_gap_is_usual(per_day: float, polled_every: timedelta) -> None:
    pace, silence = Pace(per_day, 20), timedelta(0)
    for _ in range(40):
        pace, silence = rhythm.learned(pace, 0, polled_every), silence + polled_every
    gap = rhythm.usual_gap(pace, silence)
    assert gap is not None
    assert gap / DAY == pytest.approx(1 / per_day)


def test_what_a_feed_shows_at_first_tells_its_usual_gap(now: datetime) -> None:
    dates = [now - 30 * DAY - 12 * HOUR * number for number in range(20)]
    gap = rhythm.usual_gap(rhythm.first_met(dates, now, 20, Hints()), 30 * DAY)
    assert gap is not None
    assert gap / HOUR == pytest.approx(12)
    alone = rhythm.usual_gap(rhythm.first_met([now - 30 * DAY], now, 20, Hints()), 30 * DAY)
    assert alone is not None
    assert alone / DAY == pytest.approx(6)


@pytest.mark.parametrize(
    ("per_day", "silence", "gap"),
    [
        (None, DAY, None),
        (0.0, DAY, None),
        (1e-300, DAY, 365 * DAY),
        (24.0, -DAY, HOUR),
        (1.0, 100_000 * DAY, timedelta(0)),
    ],
)
def test_any_pace_and_silence_tell_a_gap_or_none(
    per_day: float | None, silence: timedelta, gap: timedelta | None
) -> None:
    assert rhythm.usual_gap(Pace(per_day), silence) == gap


def test_a_feed_without_usable_dates_begins_with_the_usual_interval(now: datetime) -> None:
    pace = rhythm.first_met([now + DAY], now, 8, Hints())
    assert rhythm.interval(None, pace, conditional=True) == HOUR


def test_a_source_that_falls_asleep_is_asked_ever_less_and_one_that_wakes_up_more() -> None:
    pace = Pace(24.0, 20)
    for _ in range(60):
        pace = rhythm.learned(pace, 0, DAY)
    assert rhythm.interval(None, pace, conditional=True) == rhythm.LONGEST
    for _ in range(21):
        pace = rhythm.learned(pace, 24, DAY)
    assert rhythm.interval(None, pace, conditional=True) < 35 * MINUTE


def test_how_often_we_ask_does_not_change_what_is_learned() -> None:
    once = rhythm.learned(Pace(3.0, 20), 48, DAY)
    often = Pace(3.0, 20)
    for number in range(96):
        often = rhythm.learned(often, number % 2, DAY / 96)
    assert once.entries_per_day == pytest.approx(3.0 + (48 - 3) * 0.1331, rel=0.01)
    assert often.entries_per_day == pytest.approx(once.entries_per_day, rel=0.1)


def test_nothing_is_learned_from_no_time_or_without_a_beginning() -> None:
    assert rhythm.learned(Pace(3.0, 20), 5, timedelta(0)) == Pace(3.0, 20)
    assert rhythm.learned(Pace(), 5, DAY) == Pace()


@pytest.mark.parametrize(("failures", "hours"), [(0, 1), (1, 2), (4, 16), (5, 24), (10_000, 24)])
def test_back_off_doubles_up_to_a_day(failures: int, hours: int) -> None:
    assert rhythm.backed_off(HOUR, failures) == hours * HOUR
    assert rhythm.backed_off(72 * HOUR, failures) == 72 * HOUR
