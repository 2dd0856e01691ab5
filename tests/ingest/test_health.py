from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aggregator.ingest import health
from aggregator.model import SourceState

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("silence", "gap", "stale"),
    [
        (2 * DAY, HOUR, False),
        (4 * DAY, HOUR, True),
        (9 * DAY, DAY, False),
        (11 * DAY, DAY, True),
        (59 * DAY, None, False),
        (61 * DAY, None, True),
        (179 * DAY, 7 * DAY, False),
        (181 * DAY, 7 * DAY, True),
        (181 * DAY, 300 * DAY, True),
    ],
)
def test_silence_is_trouble_after_ten_usual_gaps_or_half_a_year(
    silence: timedelta, gap: timedelta | None, stale: bool, now: datetime
) -> None:
    assert bool(health.trouble(now - silence, now, gap)) is stale


def test_a_stale_source_is_named_with_its_rhythm_and_the_cure(now: datetime) -> None:
    found = health.trouble(now - 12 * DAY, now, DAY)
    assert found is not None
    state, message = found
    assert state is SourceState.STALE
    for said in ("2026-11-10", "12 days", "every 24 hours", "whether it still publishes"):
        assert said in message


def test_of_a_source_that_publishes_rarely_no_rhythm_is_told(now: datetime) -> None:
    found = health.trouble(now - 200 * DAY, now, 7 * DAY)
    assert found is not None
    assert "every" not in found[1]


def test_a_source_that_never_gave_a_date_is_told(now: datetime) -> None:
    found = health.trouble(None, now, None)
    assert found is not None
    assert found[0] is SourceState.ALL_UNDATED
    assert "aggregator probe" in found[1]


@pytest.mark.parametrize(("seconds", "words"), [(90, "90 seconds"), (150, "2 minutes"), (7200, "2 hours")])
def test_durations_are_spoken_in_the_largest_unit_of_which_there_are_two(seconds: int, words: str) -> None:
    assert health.spoken(timedelta(seconds=seconds)) == words
