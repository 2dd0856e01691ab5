from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest import due
from aggregator.model import (
    Claim,
    DescribedEntry,
    Description,
    Entry,
    Fetched,
    NotModified,
    Reading,
    Source,
    SourceFailure,
    SourceState,
    Validators,
)

HOUR = timedelta(hours=1)
VALIDATORS = Validators('W/"7"', "Sun, 22 Nov 2026 08:00:00 GMT")


@pytest.fixture
def claim(source: Source) -> Claim:
    return Claim(source, first=False, body_hash=b"old")


@pytest.fixture
def fetched(now: datetime) -> Fetched:
    url = "https://steppe.example/feed/"
    return Fetched("steppe", now, url, "application/rss+xml", b"<rss/>", b"new", VALIDATORS)


def reading(now: datetime, *, total: int = 3, dates: tuple[tuple[datetime, bool], ...] = ()) -> Reading:
    entries = tuple(
        DescribedEntry(
            Entry("steppe", str(number), b"", "", "", "", "", "", published=when, date_guessed=guessed),
            Description("en", "Latn"),
        )
        for number, (when, guessed) in enumerate(dates)
    )
    return Reading("steppe", now, total, entries)


def failure(now: datetime, not_before: datetime | None = None) -> SourceFailure:
    return SourceFailure("steppe", now, SourceState.HTTP_ERROR, "HTTP 503: later", not_before)


def test_a_read_body_brings_its_validators_its_hash_and_its_newest_date(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    dates = ((now - 3 * HOUR, False), (now - 2 * HOUR, False), (now, True))
    update = due.settle(claim, fetched, replace(reading(now, dates=dates), undated=1, warning="malformed: x"))
    assert update.state is SourceState.OK
    assert (update.validators, update.body_hash, update.failures) == (VALIDATORS, b"new", 0)
    assert update.newest_entry == now - 2 * HOUR
    assert update.next_poll == now + HOUR
    assert update.message == "3 entries, 3 new or changed; 1 of these without a readable date; malformed: x"


def test_guessed_dates_make_no_source_look_fresh(claim: Claim, fetched: Fetched, now: datetime) -> None:
    assert due.settle(claim, fetched, reading(now, dates=((now, True),))).newest_entry is None


def test_a_304_renews_the_validators_and_ends_a_row_of_failures(claim: Claim, now: datetime) -> None:
    update = due.settle(replace(claim, failures=4), NotModified("steppe", now, VALIDATORS), None)
    assert (update.state, update.validators, update.body_hash) == (SourceState.NOT_MODIFIED, VALIDATORS, None)
    assert (update.failures, update.next_poll) == (0, now + HOUR)


def test_the_same_body_again_counts_as_not_modified_and_brings_its_new_validators(
    claim: Claim, fetched: Fetched
) -> None:
    update = due.settle(claim, fetched, None)
    assert (update.state, update.validators) == (SourceState.NOT_MODIFIED, VALIDATORS)


def test_the_servers_own_word_is_a_floor_under_our_interval(claim: Claim, now: datetime) -> None:
    longer = due.settle(claim, NotModified("steppe", now, not_before=now + 5 * HOUR), None)
    shorter = due.settle(claim, NotModified("steppe", now, not_before=now + HOUR / 6), None)
    assert (longer.next_poll, longer.not_before) == (now + 5 * HOUR, now + 5 * HOUR)
    assert (shorter.next_poll, shorter.not_before) == (now + HOUR, now + HOUR / 6)


@pytest.mark.parametrize(("before", "hours"), [(0, 2), (1, 4), (3, 16), (4, 24), (1000, 24)])
def test_each_failure_in_a_row_doubles_the_wait_up_to_a_day(
    claim: Claim, now: datetime, before: int, hours: int
) -> None:
    update = due.settle(replace(claim, failures=before), failure(now), None)
    assert (update.next_poll, update.failures) == (now + hours * HOUR, before + 1)


def test_a_failing_source_with_a_longer_interval_keeps_it(claim: Claim, now: datetime) -> None:
    weekly = replace(claim, source=replace(claim.source, interval=timedelta(days=7)), failures=3)
    assert due.settle(weekly, failure(now), None).next_poll == now + timedelta(days=7)


def test_a_failure_leaves_validators_and_hash_as_they_are_stored(claim: Claim, now: datetime) -> None:
    update = due.settle(claim, failure(now), None)
    assert (update.state, update.message) == (SourceState.HTTP_ERROR, "HTTP 503: later")
    assert (update.validators, update.body_hash) == (None, None)


def test_retry_after_may_be_longer_than_a_day(claim: Claim, now: datetime) -> None:
    update = due.settle(claim, failure(now, now + 50 * HOUR), None)
    assert (update.next_poll, update.not_before) == (now + 50 * HOUR, now + 50 * HOUR)


def test_a_body_that_cannot_be_read_fails_the_source_but_its_max_age_holds(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    fresh = replace(fetched, not_before=now + 9 * HOUR)
    update = due.settle(claim, fresh, replace(failure(now, now + HOUR), state=SourceState.PARSE_ERROR))
    assert (update.state, update.failures) == (SourceState.PARSE_ERROR, 1)
    assert (update.next_poll, update.validators) == (now + 9 * HOUR, None)
    assert due.settle(claim, fresh, failure(now)).not_before == now + 9 * HOUR


def test_a_feed_that_never_held_an_entry_is_a_failure(claim: Claim, fetched: Fetched, now: datetime) -> None:
    update = due.settle(replace(claim, first=True), fetched, reading(now, total=0))
    assert (update.state, update.failures, update.validators) == (SourceState.EMPTY, 1, None)
    assert "check" in update.message


def test_a_known_feed_may_be_empty_for_a_while(claim: Claim, fetched: Fetched, now: datetime) -> None:
    update = due.settle(claim, fetched, reading(now, total=0))
    assert (update.state, update.failures, update.validators) == (SourceState.EMPTY, 0, VALIDATORS)


def test_an_unforeseen_error_is_named_by_its_class_even_without_a_text(claim: Claim, now: datetime) -> None:
    found = due.unexpected(claim, now, KeyError())
    assert (found.source_id, found.at, found.state) == ("steppe", now, SourceState.PARSE_ERROR)
    assert "KeyError" in found.message
    assert "log" in found.message
