"""Letters wait for the hour that their reader chose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from aggregator.model import Choice, Enrolment, Wish
from aggregator.store.engine import reading
from aggregator.store.tables import deliveries

CLOSED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""When the issue goes out: 07:00 in Bishkek, 02:00 in Paris."""


@pytest.mark.parametrize(
    ("hour", "zone", "waits"),
    [
        (None, None, timedelta(0)),
        (7, None, timedelta(0)),
        (8, None, timedelta(hours=1)),
        (6, None, timedelta(hours=23)),
        (7, "Europe/Paris", timedelta(hours=5)),
        (0, "Europe/Paris", timedelta(hours=22)),
        (7, "Nowhere/Land", timedelta(hours=6)),
    ],
)
def test_a_letter_goes_when_its_readers_clock_shows_the_hour(adapters, make, hour, zone, waits):
    wish = Wish("weekly-1", Choice("en"), hour, zone)
    adapters.subscribers.enrol([Enrolment("aida@x.example", "weekly", wish, "on paper")], make.now)
    period = make.period(start=CLOSED - timedelta(days=7))
    issue = make.issue(make.told(adapters, "g1"), period=period, time_zone="Asia/Bishkek")
    assert adapters.issues.freeze(issue) == 1
    with reading(adapters.engine) as connection:
        (row,) = connection.execute(select(deliveries.c.not_before, deliveries.c.expires_at))
    assert row.not_before == CLOSED + waits
    assert row.expires_at - row.not_before == issue.expires_at - issue.send_after
