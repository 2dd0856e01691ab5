from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest.dates import read_date

ALMATY = ZoneInfo("Asia/Almaty")
SEEN = datetime(2026, 11, 22, 9, tzinfo=UTC)


def read(text: str, *, day_first: bool = True) -> tuple[str, bool]:
    when, guessed = read_date(text, zone=ALMATY, day_first=day_first, first_seen=SEEN)
    return f"{when:%Y-%m-%d %H:%M:%S}", guessed


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        # RFC 822, its careless relatives, and zones by name
        ("Fri, 20 Nov 2026 10:00:00 +0500", "2026-11-20 05:00:00"),
        ("20 Nov 2026 10:00 GMT", "2026-11-20 10:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 -0000", "2026-11-20 10:00:00"),
        ("Fri,20 Nov 2026 4:35:5 GMT+9", "2026-11-19 19:35:05"),
        ("Fri, 20 Nov 2026 10:00:00 UTC-3:30", "2026-11-20 13:30:00"),
        ("Fri, 20 Nov 2026 10:00:00 CEST", "2026-11-20 08:00:00"),
        ("20 Nov 2026 10:00:00 EST", "2026-11-20 15:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 MSK", "2026-11-20 07:00:00"),
        ("Tue, 20 Feb 2024 10:00:00 ALMT", "2024-02-20 04:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 Z", "2026-11-20 10:00:00"),
        ("Thu, 19 Nov 26 10:00:29 -0800", "2026-11-19 18:00:29"),
        ("Fri, 20 Nov 2026 09:00 PM", "2026-11-20 16:00:00"),
        ("Fri, 20 Nov 2026 10:00:00 XYZT", "2026-11-20 05:00:00"),
        ("Friday, November 20, 2026 - 21:07", "2026-11-20 16:07:00"),
        # ISO 8601
        ("2026-11-20T10:00:00Z", "2026-11-20 10:00:00"),
        ("2026-11-20T10:00:00.123456789+05:00", "2026-11-20 05:00:00"),
        ("2026-06-03 10:00:00", "2026-06-03 05:00:00"),
        ("2026-06-03 10:00:00 +0300", "2026-06-03 07:00:00"),
        ("20261120T101500+0500", "2026-11-20 05:15:00"),
        ("1763632800", "2025-11-20 10:00:00"),
        ("1763632800123", "2025-11-20 10:00:00"),
        # day first, and local names of months
        ("03.06.2026, 13:59", "2026-06-03 08:59:00"),
        ("16:54 03/06/2026", "2026-06-03 11:54:00"),
        ("20 августа 2026 г., 14:05", "2026-08-20 09:05:00"),
        ("Чт, 20 авг 2026 14:05:00 +0600", "2026-08-20 08:05:00"),
        ("jeu. 20 août 2026 à 14:05", "2026-08-20 09:05:00"),
        ("Donnerstag, 20. Dezember 2025, 14:05 Uhr", "2025-12-20 09:05:00"),
        ("2026 жылғы 20 тамыз 14:05", "2026-08-20 09:05:00"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24 22:42:40"),
        ("۲۰۲۶-۰۸-۲۰ ۱۰:۰۰", "2026-08-20 05:00:00"),
    ],
)
def test_dates_that_say_all_are_read_exactly(text: str, utc: str) -> None:
    assert read(text) == (utc, False)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Sep 23, 2024", "2024-09-23 07:00:00"),
        ("2026-06-03", "2026-06-03 07:00:00"),
        ("03.06.2026", "2026-06-03 07:00:00"),
        ("20 августа 2026", "2026-08-20 07:00:00"),
        ("Вчера 10:56", "2026-11-21 05:56:00"),
        ("Today, 13:02", "2026-11-22 08:02:00"),
        ("hier", "2026-11-21 07:00:00"),
        ("Aujourd’hui à 12:30", "2026-11-22 07:30:00"),
    ],
)
def test_half_a_date_is_completed_in_the_sources_zone_and_flagged(text: str, utc: str) -> None:
    assert read(text) == (utc, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "20:00",
        "August 2026",
        "2026",
        "0000-00-00",
        "Fri, 20 Nov 2026 25:99:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "Вчера 99:99",
        "99999999999999999999",
        "2026-11-22T10:00:01Z",
        "Mon, 23 Nov 2026 09:00:00 GMT",
    ],
)
def test_missing_unreadable_and_impossible_dates_become_the_time_we_first_saw_it(text: str) -> None:
    assert read(text) == ("2026-11-22 09:00:00", True)


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    assert read("2026-11-22T09:50:00Z") == ("2026-11-22 09:50:00", False)


def test_month_first_is_read_where_the_source_says_so() -> None:
    assert read("03/06/2026 08:00", day_first=False) == ("2026-03-06 03:00:00", False)
    assert read("2026/06/03 08:00") == ("2026-06-03 03:00:00", False)


@given(st.text(max_size=120) | st.from_regex(r"[0-9:./ +TZ-]{1,40}", fullmatch=True))
def test_no_text_breaks_the_reader(text: str) -> None:
    when, _ = read_date(text, zone=ALMATY, day_first=True, first_seen=SEEN)
    assert when.tzinfo is UTC
    assert when <= SEEN + timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Today, 13:02", "2026-11-22 08:02:00"),
        ("Вчера в 10:56", "2026-11-21 05:56:00"),
        ("Кеча, 10:15", "2026-11-21 05:15:00"),
        ("Бүгүн", "2026-11-22 07:00:00"),
        ("3 hours ago", "2026-11-22 06:00:00"),
        ("an hour ago", "2026-11-22 08:00:00"),
        ("2 часа 10 минут назад", "2026-11-22 06:50:00"),
        ("il y a 3 heures", "2026-11-22 06:00:00"),
        ("vor 2 Tagen", "2026-11-20 09:00:00"),
        ("22 ноября, 10:15", "2026-11-22 05:15:00"),
        ("24 ноября, 10:15", "2025-11-24 05:15:00"),
        ("5 août", "2026-08-05 07:00:00"),
        ("۲۱ حوت", "2026-03-12 07:00:00"),
        ("۳۰ عقرب، ساعت ۱۰:۱۵", "2026-11-21 05:15:00"),
        ("۱۲ قوس", "2025-12-03 07:00:00"),
    ],
)
def test_what_a_date_leaves_open_is_counted_from_when_we_saw_it(text: str, utc: str) -> None:
    assert read(text) == (utc, True)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("۲۱ حوت ۱۴۰۳، ۱۰:۳۰", "2025-03-11 05:30:00"),
        ("شنبه، ۱ آذر ۱۴۰۴ - ۱۱:۴۵", "2025-11-22 06:45:00"),
        ("1404/09/12 10:30", "2025-12-03 05:30:00"),
        ("۱۴۰۴-۰۹-۱۲T۱۰:۳۰", "2025-12-03 05:30:00"),
        ("Fri Nov 20 2026 10:00:00 GMT+0500 (Uzbekistan Standard Time)", "2026-11-20 05:00:00"),
    ],
)
def test_the_solar_hijri_calendar_and_comments_are_read_exactly(text: str, utc: str) -> None:
    assert read(text) == (utc, False)


@pytest.mark.parametrize(
    "text", ["ago", "a long time ago", "Вчера 29:99", "۳۱ حوت ۱۴۰۳", "1404/13/01", "31 ноября"]
)
def test_what_counts_from_nowhere_is_the_moment_we_saw_it(text: str) -> None:
    assert read(text) == ("2026-11-22 09:00:00", True)
