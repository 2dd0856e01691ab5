"""Which pictures are copied, and when one is tried again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest.picture_rules import MOST_ATTEMPTS, links, next_attempt, of_status, resting_until
from aggregator.model import LeadPicture, PictureFailure, Source

HOUR = timedelta(hours=1)


@pytest.fixture
def lead(now: datetime) -> LeadPicture:
    return LeadPicture(7, "steppe", "https://cdn.steppe.co.uk/a.jpg", now - HOUR, 3, True)


def test_the_picture_of_a_visible_story_is_wanted_from_its_household(
    lead: LeadPicture, source: Source, now: datetime
) -> None:
    (link,), unwanted = links((lead,), {"steppe": source}, now - 2 * HOUR)
    assert (link.lead, link.site, unwanted) == (lead, "steppe.co.uk", [])


@pytest.mark.parametrize(
    "change",
    [
        {"visible": False},
        {"source_id": "gone"},
        {"source_id": "silent"},
        {"address": ""},
        {"address": "data:image/png;base64,AAAA"},
        {"address": "https://"},
        {"address": "https://[::1/a.jpg"},
        {"address": "https://steppe.example/" + "a" * 2000},
        {"told_at": datetime.fromisoformat("2026-11-01T00:00:00Z")},
    ],
    ids=["hidden", "removed", "off", "none", "data", "no-host", "broken", "long", "old"],
)
def test_other_stories_show_none(
    lead: LeadPicture, source: Source, now: datetime, change: dict[str, object]
) -> None:
    sources = {"steppe": source, "silent": replace(source, id="silent", images="none")}
    changed = replace(lead, **change)  # type: ignore[arg-type]
    assert links((changed,), sources, now - 2 * HOUR) == ([], [7])


def test_each_attempt_waits_twice_as_long_as_the_one_before_and_the_last_gives_up(now: datetime) -> None:
    passing = PictureFailure("HTTP 500", final=False)
    waits = [next_attempt(now, made, passing) for made in range(1, MOST_ATTEMPTS + 1)]
    assert waits == [now + timedelta(minutes=15), now + timedelta(minutes=30), now + HOUR, None]
    assert next_attempt(now, 1, replace(passing, final=True)) is None


def test_a_servers_own_word_is_the_least(now: datetime) -> None:
    failure = of_status(429, now + 5 * HOUR)
    assert next_attempt(now, 1, failure) == now + 5 * HOUR
    assert resting_until(now, failure) == now + 5 * HOUR
    assert resting_until(now, of_status(500, None)) == now + timedelta(minutes=15)
