"""Column types: moments with their zone, and text that strangers wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.store.chunks import VALUES_PER_STATEMENT, chunked
from aggregator.store.tables.columns import FeedText, Utc

SQLITE, POSTGRESQL = sqlite.dialect(), postgresql.dialect()
DUSHANBE = timezone(timedelta(hours=5))
NAIVE = datetime(2026, 11, 22, 1)  # noqa: DTZ001 the very thing that is refused


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match=r"2026-11-22T01:00:00 has none"):
        Utc().process_bind_param(NAIVE, SQLITE)


def test_sqlite_gets_utc_without_its_mark_and_postgresql_with_it():
    moment = datetime(2026, 11, 22, 6, tzinfo=DUSHANBE)
    assert Utc().process_bind_param(moment, SQLITE) == NAIVE
    stored = Utc().process_bind_param(moment, POSTGRESQL)
    assert (stored, stored.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("read", [NAIVE, datetime(2026, 11, 22, 6, tzinfo=DUSHANBE)])
def test_moments_come_back_in_utc_whatever_the_database_gave(read):
    moment = Utc().process_result_value(read, SQLITE)
    assert (moment, moment.tzinfo) == (datetime(2026, 11, 22, 1, tzinfo=UTC), UTC)


def test_no_moment_stays_none():
    assert Utc().process_bind_param(None, SQLITE) is None
    assert Utc().process_result_value(None, SQLITE) is None


@pytest.mark.parametrize(
    ("written", "stored"),
    [(None, None), ("plain", "plain"), ("Қазақстан", "Қазақстан"), ("a\0b", "ab"), ("я\0\udcff", "я?")],
)
def test_text_loses_only_what_no_database_takes(written, stored):
    assert FeedText().process_bind_param(written, POSTGRESQL) == stored


@pytest.mark.parametrize("size", [0, 1, VALUES_PER_STATEMENT, VALUES_PER_STATEMENT + 1])
def test_long_lists_are_cut_and_nothing_is_lost(size):
    chunks = [*chunked(range(size))]
    assert [value for chunk in chunks for value in chunk] == [*range(size)]
    assert all(0 < len(chunk) <= VALUES_PER_STATEMENT for chunk in chunks)
