"""How fast letters follow one another."""

from __future__ import annotations

import pytest

from aggregator.newsletter.pacing import BURST_SECONDS, PATIENCE_SECONDS, Pace, come_back, is_soon, take


@pytest.mark.parametrize("letter_takes", [0.0, 0.05, 0.09])
def test_a_pace_is_exact_however_long_letters_take(letter_takes: float) -> None:
    pace, now, places = Pace(10.0), 100.0, []
    for _ in range(200):
        pace, place = take(pace, now)
        now = place + letter_takes
        places.append(place)
    assert places[-1] - places[0] == pytest.approx(199 / 10 - BURST_SECONDS, abs=0.2)


def test_a_rest_is_not_made_up_for_by_a_flood() -> None:
    pace, _ = take(Pace(10.0), 0.0)
    places = []
    for _ in range(30):
        pace, place = take(pace, 5000.0)
        places.append(place)
    assert sum(place == 5000.0 for place in places) <= 10 * BURST_SECONDS + 1


def test_who_comes_back_later_does_so_at_a_time_of_its_own() -> None:
    pace, laters = Pace(2.0, next_place=100.0), []
    assert not is_soon(pace, 100.0 - PATIENCE_SECONDS - 0.1)
    assert is_soon(pace, 100.0 - PATIENCE_SECONDS)
    for _ in range(5):
        pace, later = come_back(pace, 90.0)
        laters.append(later)
    assert laters == [100.5, 101.0, 101.5, 102.0, 102.5]
    assert pace.next_place == 100.0
