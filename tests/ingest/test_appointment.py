from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from aggregator.ingest.appointment import next_poll
from aggregator.model import Hints

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN = Hints()


def moments(at: datetime, wait: timedelta, not_before: datetime | None = None) -> list[datetime]:
    return [next_poll(at, wait, not_before=not_before, hints=OPEN, seed=str(n)) for n in range(300)]


def test_a_poll_comes_later_by_up_to_a_tenth_and_never_early(now: datetime) -> None:
    found = moments(now, 5 * HOUR)
    assert now + 5 * HOUR <= min(found) < now + 5.05 * HOUR
    assert now + 5.45 * HOUR < max(found) < now + 5.5 * HOUR


def test_the_same_poll_always_gives_the_same_moment(now: datetime) -> None:
    assert moments(now, HOUR) == moments(now, HOUR)


def test_after_long_waits_no_more_than_an_hour_is_added(now: datetime) -> None:
    assert max(moments(now, HOUR, not_before=now + 7 * DAY)) <= now + 7 * DAY + HOUR


@pytest.mark.parametrize(("hours", "floor"), [(1, 3), (3, 1)])
def test_the_servers_word_is_a_floor(now: datetime, hours: int, floor: int) -> None:
    found = moments(now, hours * HOUR, not_before=now + floor * HOUR)
    assert now + 3 * HOUR <= min(found) <= max(found) <= now + 3.3 * HOUR


def test_hours_that_a_feed_skips_are_waited_out_and_not_all_leave_at_once(now: datetime) -> None:
    hints = Hints(skip_hours=frozenset({10, 11, 12}))
    found = {next_poll(now, HOUR, not_before=None, hints=hints, seed=str(n)) for n in range(50)}
    assert len(found) == 50
    assert now.replace(hour=13) <= min(found) <= max(found) < now.replace(hour=13, minute=6)


def test_days_that_a_feed_skips_are_waited_out_in_gmt(now: datetime) -> None:
    assert now.isoweekday() == 7
    hints = Hints(skip_days=frozenset({7}))
    almaty = now.astimezone(timezone(timedelta(hours=5)))
    monday = (now + DAY).replace(hour=0)
    assert monday <= next_poll(almaty, HOUR, not_before=None, hints=hints, seed="x") < monday + HOUR / 10


def test_a_feed_that_closes_the_whole_week_is_not_taken_at_its_word(now: datetime) -> None:
    hints = Hints(skip_hours=frozenset(range(24)))
    assert next_poll(now, HOUR, not_before=None, hints=hints, seed="x") <= now + 1.1 * HOUR
