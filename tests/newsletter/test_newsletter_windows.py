"""When a newsletter's letters may go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from aggregator.model import Newsletter, Rhythm, SendWindow, Track
from aggregator.newsletter.windows import is_open

ALMATY = ZoneInfo("Asia/Almaty")
PLAIN = Newsletter(
    "week", {"en": "Week"}, "d@example.org", "Asia/Almaty", "07:00", (Track("daily", Rhythm.DAILY),), ()
)
WORKDAYS = SendWindow((1, 2, 3, 4, 5), "08:00", "20:00")
NIGHTS = SendWindow((5,), "22:00", "02:00")


@pytest.mark.parametrize(
    ("window", "local", "open_"),
    [
        (None, "2026-11-22T03:00", True),
        (WORKDAYS, "2026-11-23T07:59", False),
        (WORKDAYS, "2026-11-23T08:00", True),
        (WORKDAYS, "2026-11-23T19:59", True),
        (WORKDAYS, "2026-11-23T20:00", False),
        (WORKDAYS, "2026-11-22T12:00", False),
        (NIGHTS, "2026-11-27T22:00", True),
        (NIGHTS, "2026-11-28T01:59", True),
        (NIGHTS, "2026-11-28T02:00", False),
        (NIGHTS, "2026-11-28T23:00", False),
        (NIGHTS, "2026-11-27T01:00", False),
        (SendWindow((1,), "00:00", "00:00"), "2026-11-23T00:00", True),
        (SendWindow((1,), "00:00", "00:00"), "2026-11-23T23:59", True),
        (SendWindow((1,), "00:00", "00:00"), "2026-11-24T00:00", False),
    ],
)
def test_a_window_opens_and_closes_by_the_newsletters_own_clock(
    window: SendWindow | None, local: str, open_: bool
) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ALMATY)
    assert is_open(replace(PLAIN, send_window=window), moment) is open_
