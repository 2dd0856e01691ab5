from __future__ import annotations

import pytest

from aggregator.ingest import hints

EMPTY: frozenset[int] = frozenset()


@pytest.mark.parametrize(
    ("text", "hours", "days"),
    [
        ("<rss><channel><title>x</title></channel></rss>", EMPTY, EMPTY),
        ("<skipHours><hour>0</hour><hour> 23 </hour></skipHours>", {0, 23}, EMPTY),
        ("<skipHours>\n<hour>24</hour><hour>25</hour><hour>-1</hour><hour>x</hour></skipHours>", {0}, EMPTY),
        ("<skipDays><day>Sunday</day><day>MONDAY</day><day>Someday</day></skipDays>", EMPTY, {7, 1}),
        ("<skiphours><hour>5</hour></skiphours><skipDays><day>Friday</day></skipDays>", {5}, {5}),
        ("<skipHours>" + "<hour>1</hour>" * 500 + "</skipHours>", EMPTY, EMPTY),
        ("<skipHours><hour>1</hour>", EMPTY, EMPTY),
    ],
)
def test_hours_and_days_to_skip_are_read(text: str, hours: set[int], days: set[int]) -> None:
    found = hints.of_feed(text, {})
    assert (found.skip_hours, found.skip_days) == (hours, days)


def test_lists_that_never_end_cost_no_time() -> None:
    assert hints.of_feed("<skipHours>" * 200_000, {}).skip_hours == EMPTY
