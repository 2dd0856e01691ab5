from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from multidict import CIMultiDict

from aggregator.ingest.freshness import not_before


def wait(headers: dict[str, str], now: datetime) -> timedelta | None:
    moment = not_before(CIMultiDict(headers), now)
    return None if moment is None else moment - now


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"Cache-Control": "public, max-age=1800"}, 30),
        ({"cache-control": 'MAX-AGE="600"'}, 10),
        ({"Cache-Control": "max-age=1800", "Age": "600"}, 20),
        ({"Cache-Control": "s-maxage=60, max-age=1800"}, 30),
        ({"Cache-Control": "max-age=600", "Expires": "Sun, 22 Nov 2026 12:00:00 GMT"}, 10),
        ({"Expires": "Sun, 22 Nov 2026 10:00:00 GMT"}, 60),
        ({"Retry-After": "7200"}, 120),
        ({"Retry-After": "Sun, 22 Nov 2026 09:45:00 GMT"}, 45),
        ({"Retry-After": "60", "Cache-Control": "max-age=600"}, 10),
        ({"Retry-After": "3600", "Cache-Control": "no-cache"}, 60),
    ],
)
def test_the_servers_own_word_is_taken(headers: dict[str, str], minutes: int, now: datetime) -> None:
    assert wait(headers, now) == timedelta(minutes=minutes)


def test_dates_count_from_the_servers_own_clock(now: datetime) -> None:
    headers = {"Date": "Sun, 22 Nov 2026 05:00:00 GMT", "Expires": "Sun, 22 Nov 2026 05:30:00 GMT"}
    assert wait(headers, now) == timedelta(minutes=30)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache-Control": "no-cache, max-age=600"},
        {"Cache-Control": "no-store"},
        {"Cache-Control": "max-age=0"},
        {"Cache-Control": "max-age=60", "Age": "90"},
        {"Cache-Control": "public"},
        {"Expires": "0"},
        {"Expires": "Sun, 22 Nov 2020 10:00:00 GMT"},
        {"Expires": "Sun, 99 Nov 2026 10:00:00 GMT"},
        {"Retry-After": "soon"},
        {"Retry-After": "²"},
        {"Retry-After": "-5"},
    ],
)
def test_no_word_or_no_sense_is_no_bound(headers: dict[str, str], now: datetime) -> None:
    assert wait(headers, now) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "max-age=31536000"},
        {"Cache-Control": "max-age=" + "9" * 5000},
        {"Retry-After": "9" * 40},
        {"Expires": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ],
)
def test_no_server_silences_a_source_for_more_than_a_week(headers: dict[str, str], now: datetime) -> None:
    assert wait(headers, now) == timedelta(days=7)
