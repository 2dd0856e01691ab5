from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest import due
from aggregator.model import (
    GONE_FOR_GOOD,
    Claim,
    DescribedEntry,
    Description,
    Entry,
    Fetched,
    Hints,
    NotModified,
    Pace,
    Reading,
    Source,
    SourceFailure,
    SourceState,
    Validators,
    Whereabouts,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
VALIDATORS = Validators('W/"7"', "Sun, 22 Nov 2026 08:00:00 GMT")


@pytest.fixture
def claim(source: Source, now: datetime) -> Claim:
    return Claim(replace(source, interval=HOUR), first=False, body_hash=b"old", newest_entry=now - HOUR)


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


def is_after(moment: datetime, planned: datetime, now: datetime) -> bool:
    """Never early, and later by no more than a tenth of the wait."""
    return planned <= moment <= planned + (planned - now) / 10


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
    assert is_after(update.next_poll, now + HOUR, now)
    assert update.message == "3 entries, 3 new or changed; 1 of these without a readable date; malformed: x"


def test_guessed_dates_make_no_source_look_fresh(claim: Claim, fetched: Fetched, now: datetime) -> None:
    assert due.settle(claim, fetched, reading(now, dates=((now, True),))).newest_entry is None


def test_a_304_renews_the_validators_and_ends_a_row_of_failures(claim: Claim, now: datetime) -> None:
    update = due.settle(replace(claim, failures=4), NotModified("steppe", now, VALIDATORS), None)
    assert (update.state, update.validators, update.body_hash) == (SourceState.NOT_MODIFIED, VALIDATORS, None)
    assert update.failures == 0
    assert is_after(update.next_poll, now + HOUR, now)


def test_the_same_body_again_counts_as_not_modified_and_brings_its_new_validators(
    claim: Claim, fetched: Fetched
) -> None:
    update = due.settle(claim, fetched, None)
    assert (update.state, update.validators) == (SourceState.NOT_MODIFIED, VALIDATORS)


def test_the_servers_own_word_is_a_floor_under_our_interval(claim: Claim, now: datetime) -> None:
    longer = due.settle(claim, NotModified("steppe", now, not_before=now + 5 * HOUR), None)
    shorter = due.settle(claim, NotModified("steppe", now, not_before=now + HOUR / 6), None)
    assert (longer.not_before, shorter.not_before) == (now + 5 * HOUR, now + HOUR / 6)
    assert is_after(longer.next_poll, now + 5 * HOUR, now)
    assert is_after(shorter.next_poll, now + HOUR, now)


@pytest.mark.parametrize(("before", "hours"), [(0, 2), (1, 4), (3, 16), (4, 24), (1000, 24)])
def test_each_failure_in_a_row_doubles_the_wait_up_to_a_day(
    claim: Claim, now: datetime, before: int, hours: int
) -> None:
    update = due.settle(replace(claim, failures=before), failure(now), None)
    assert update.failures == before + 1
    assert is_after(update.next_poll, now + hours * HOUR, now)


def test_a_failing_source_with_a_longer_interval_keeps_it(claim: Claim, now: datetime) -> None:
    weekly = replace(claim, source=replace(claim.source, interval=timedelta(days=7)), failures=3)
    assert is_after(due.settle(weekly, failure(now), None).next_poll, now + 7 * DAY, now)


def test_a_failure_leaves_validators_and_hash_as_they_are_stored(claim: Claim, now: datetime) -> None:
    update = due.settle(claim, failure(now), None)
    assert (update.state, update.message) == (SourceState.HTTP_ERROR, "HTTP 503: later")
    assert (update.validators, update.body_hash) == (None, None)


def test_retry_after_may_be_longer_than_a_day(claim: Claim, now: datetime) -> None:
    update = due.settle(claim, failure(now, now + 50 * HOUR), None)
    assert update.not_before == now + 50 * HOUR
    assert is_after(update.next_poll, now + 50 * HOUR, now)


def test_a_body_that_cannot_be_read_fails_the_source_but_its_max_age_holds(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    fresh = replace(fetched, not_before=now + 9 * HOUR)
    update = due.settle(claim, fresh, replace(failure(now, now + HOUR), state=SourceState.PARSE_ERROR))
    assert (update.state, update.failures) == (SourceState.PARSE_ERROR, 1)
    assert update.validators is None
    assert is_after(update.next_poll, now + 9 * HOUR, now)
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


def test_without_the_operators_word_the_sources_rhythm_decides(claim: Claim, now: datetime) -> None:
    daily = Pace(entries_per_day=4, feed_length=20)
    own = replace(claim, source=replace(claim.source, interval=None), pace=daily, last_success=now)
    update = due.settle(own, NotModified("steppe", now, VALIDATORS), None)
    assert is_after(update.next_poll, now + 3 * HOUR, now)
    fixed = due.settle(replace(claim, pace=daily), NotModified("steppe", now, VALIDATORS), None)
    assert is_after(fixed.next_poll, now + HOUR, now)


def test_the_first_reading_teaches_the_rhythm_from_the_entries_own_dates(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    dates = ((now - 12 * HOUR, False), (now - 36 * HOUR, False), (now - 2 * DAY, False))
    hints = Hints(skip_hours=frozenset({3}))
    update = due.settle(claim, fetched, replace(reading(now, dates=dates), hints=hints))
    of_late = 2 / 1.5 * math.exp(-0.5 / 7)  # nothing came for half a day, and a pace remembers a week
    assert update.pace == Pace(pytest.approx(of_late), 3, hints)


def test_every_later_reading_teaches_the_rhythm_from_what_arrived(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    known = replace(claim, pace=Pace(2.0, 10), last_success=now - DAY)
    busier = due.settle(known, fetched, reading(now), arrived=9).pace
    calmer = due.settle(known, fetched, None).pace
    assert busier is not None
    assert calmer is not None
    assert calmer.entries_per_day is not None
    assert busier.entries_per_day is not None
    assert 1 < calmer.entries_per_day < 2 < busier.entries_per_day < 9
    assert (busier.feed_length, calmer.feed_length) == (3, 10)


def test_a_410_is_asked_once_more_a_day_later_and_then_no_more(claim: Claim, now: datetime) -> None:
    gone = replace(failure(now), state=SourceState.GONE, message="HTTP 410 Gone")
    first = due.settle(claim, gone, None)
    assert first.next_poll >= now + DAY
    assert first.whereabouts == Whereabouts(gone_count=1, gone_since=now)
    again = replace(claim, whereabouts=first.whereabouts, failures=1)
    second = due.settle(again, replace(gone, at=now + DAY), None)
    assert second.whereabouts is not None
    assert second.whereabouts.gone_count == GONE_FOR_GOOD
    assert "asked no more" in second.message


def test_a_network_of_ours_that_is_down_is_held_against_nobody(claim: Claim, now: datetime) -> None:
    down = replace(failure(now), network_down=True)
    well = due.settle(claim, down, None)
    assert well.failures == 0
    assert is_after(well.next_poll, now + due.NETWORK_BACK, now)
    assert "our own network" in well.message
    ill = due.settle(replace(claim, failures=3), down, None)
    assert ill.failures == 3
    assert is_after(ill.next_poll, now + 8 * HOUR, now)


def test_an_adopted_address_that_fails_is_given_up_with_its_validators(claim: Claim, now: datetime) -> None:
    moved = replace(claim, whereabouts=Whereabouts(adopted_url="https://new.example/feed"), failures=2)
    update = due.settle(moved, failure(now), None)
    assert (update.whereabouts, update.validators) == (Whereabouts(), Validators())
    assert "https://steppe.example/feed/ is asked again" in update.message


def test_the_user_agent_that_worked_is_kept_until_a_page_comes(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    assert due.settle(claim, replace(fetched, plain_agent=True), reading(now)).plain_agent is True
    page = replace(failure(now), state=SourceState.HTML_INSTEAD)
    assert due.settle(claim, page, None).plain_agent is False
    assert due.settle(claim, failure(now), None).plain_agent is None


def test_a_source_that_never_gave_a_date_is_all_undated_and_keeps_its_validators(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    undated = replace(claim, newest_entry=None)
    update = due.settle(undated, fetched, reading(now, dates=((now, True),)))
    assert (update.state, update.validators, update.failures) == (SourceState.ALL_UNDATED, VALIDATORS, 0)
    assert update.message.startswith("3 entries, 1 new or changed; none of its entries has a date")
    assert due.settle(undated, fetched, None).state is SourceState.ALL_UNDATED, "nothing new cures nothing"
    by_day = reading(now, dates=((now - HOUR, True),))
    assert due.settle(undated, fetched, by_day).state is SourceState.OK, "a day without a time is a date"


def test_silence_makes_a_source_stale_until_something_comes(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    silent = replace(claim, newest_entry=now - 100 * HOUR, last_success=now, pace=Pace(12.0, 20))
    update = due.settle(silent, NotModified("steppe", now, VALIDATORS), None)
    assert (update.state, update.validators, update.failures) == (SourceState.STALE, VALIDATORS, 0)
    assert due.settle(silent, fetched, reading(now, dates=((now - HOUR, False),))).state is SourceState.OK
    assert due.settle(silent, fetched, reading(now, total=0)).state is SourceState.EMPTY


def test_what_a_message_quotes_is_bounded_and_cannot_write_to_a_terminal(now: datetime) -> None:
    claim = Claim(Source("steppe", "Steppe", "https://steppe.example/feed"))
    said = "\x1b[2J\n" + "x" * 50_000 + ": try another `user_agent`"
    message = due.settle(claim, SourceFailure("steppe", now, SourceState.HTTP_ERROR, said), None).message
    assert message.startswith(" [2J x")
    assert message.endswith("x: try another `user_agent`"), "the cure survives"
    assert len(message) < 1_500
