from __future__ import annotations

from datetime import date

import pytest

from aggregator.ingest.solar_hijri import gregorian


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (1348, 10, 11, date(1970, 1, 1)),
        (1375, 1, 1, date(1996, 3, 20)),
        (1399, 12, 30, date(2021, 3, 20)),
        (1400, 1, 1, date(2021, 3, 21)),
        (1403, 1, 1, date(2024, 3, 20)),
        (1403, 12, 30, date(2025, 3, 20)),
        (1404, 1, 1, date(2025, 3, 21)),
        (1404, 7, 1, date(2025, 9, 23)),
    ],
)
def test_known_days_fall_where_they_fell(year: int, month: int, day: int, expected: date) -> None:
    assert gregorian(year, month, day) == expected


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(1404, 12, 30), (1403, 12, 31), (1403, 7, 31), (1403, 0, 1), (1403, 13, 1), (1403, 1, 0), (1299, 1, 1)],
)
def test_days_that_do_not_exist_are_refused(year: int, month: int, day: int) -> None:
    with pytest.raises(ValueError, match="no day"):
        gregorian(year, month, day)
