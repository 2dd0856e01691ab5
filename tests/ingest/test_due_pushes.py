"""What pushes change of a source, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest import due
from aggregator.model import (
    Announcement,
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
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HUBS = Announcement("https://steppe.example/feed/", ("https://h.example/",))
VALIDATORS = Validators("e")


@pytest.fixture
def claim(source: Source, now: datetime) -> Claim:
    return Claim(
        source,
        VALIDATORS,
        b"old",
        first=False,
        last_success=now - 2 * HOUR,
        newest_entry=now - DAY,
        pace=Pace(6.0, 20, Hints(timedelta(minutes=30))),
        announced=HUBS,
    )


@pytest.fixture
def fetched(now: datetime) -> Fetched:
    link = ("Link", '<https://h.example/>; rel="hub"')
    return Fetched("steppe", now, HUBS.topic, "", b"<rss/>", b"new", VALIDATORS, headers=(link,))


def reading(now: datetime, *dates: datetime) -> Reading:
    entries = tuple(
        DescribedEntry(
            Entry("steppe", str(number), b"", "", "", "", "", "", published=when, date_guessed=False),
            Description("en", "Latn"),
        )
        for number, when in enumerate(dates)
    )
    return Reading("steppe", now, max(1, len(dates)), entries, repeats=b"learned")


def test_a_push_teaches_rhythm_and_dates_and_touches_nothing_that_a_poll_depends_on(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    update = due.settle(replace(claim, pushed=True), fetched, reading(now, now - HOUR), 1)
    assert (update.next_poll, update.not_before, update.validators, update.body_hash) == (None,) * 4
    assert (update.whereabouts, update.plain_agent, update.announced) == (None,) * 3
    assert (update.state, update.newest_entry, update.repeats) == (SourceState.OK, now - HOUR, b"learned")
    assert update.pace is not None
    assert update.pace.entries_per_day != 6.0
    assert (update.pace.feed_length, update.pace.hints) == (20, claim.pace.hints), "a push may be a part"
    assert "pushed by its hub" in update.message


def test_a_push_of_what_is_known_changes_nothing(claim: Claim, fetched: Fetched) -> None:
    update = due.settle(replace(claim, pushed=True), fetched, None)
    assert (update.state, update.next_poll, update.pace) == (SourceState.NOT_MODIFIED, None, None)


def test_a_push_that_cannot_be_read_is_no_failure_of_the_source(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    claim = replace(claim, pushed=True, failures=2)
    failure = SourceFailure("steppe", now, SourceState.PARSE_ERROR, "no feed")
    for update in (due.settle(claim, fetched, failure), due.settle(claim, failure, None)):
        assert (update.state, update.message) == (SourceState.PARSE_ERROR, "no feed")
        assert (update.next_poll, update.failures) == (None, 2)


def test_what_a_source_announces_is_remembered_when_it_changes(
    claim: Claim, fetched: Fetched, now: datetime
) -> None:
    assert due.settle(claim, fetched, reading(now)).announced is None
    silent = replace(claim, announced=Announcement())
    assert due.settle(silent, fetched, reading(now)).announced == HUBS
    assert due.settle(claim, replace(fetched, headers=()), reading(now)).announced == Announcement()
    assert due.settle(claim, replace(fetched, headers=()), None).announced is None


def wait(claim: Claim, now: datetime, arrived: int = 0) -> timedelta:
    if arrived:
        fetched = Fetched("steppe", now, HUBS.topic, "", b"<rss/>", b"new", VALIDATORS)
        update = due.settle(claim, fetched, reading(now), arrived)
    else:
        update = due.settle(claim, NotModified("steppe", now, VALIDATORS), None)
    assert update.next_poll is not None
    return update.next_poll - now


def test_polls_are_rare_while_a_hub_pushes_and_they_find_nothing(claim: Claim, now: datetime) -> None:
    pushed = replace(claim, pushed_until=now + DAY)
    assert wait(claim, now) < 3 * HOUR
    assert 6 * HOUR <= wait(pushed, now) < 7 * HOUR
    assert wait(pushed, now, arrived=1) < 3 * HOUR, "a poll found what was not pushed"
    assert wait(replace(claim, pushed_until=now), now) < 3 * HOUR, "the lease is over"
    wished = replace(pushed, source=replace(claim.source, backup_interval=12 * HOUR))
    assert wait(wished, now) >= 12 * HOUR
    fixed = replace(pushed, source=replace(claim.source, interval=HOUR))
    assert wait(fixed, now) < 2 * HOUR, "the operator's word counts"


def test_polls_are_never_so_rare_that_entries_run_through_unseen(claim: Claim, now: datetime) -> None:
    busy = replace(claim, pushed_until=now + DAY, pace=Pace(96.0, 20))
    assert wait(busy, now) < 2 * HOUR


def test_a_hint_makes_a_poll_as_early_as_the_source_bears(claim: Claim, now: datetime) -> None:
    def earliest(claim: Claim) -> timedelta:
        return due.after_hint(replace(claim, last_success=None), now) - now

    def near(wait: timedelta, least: timedelta) -> bool:
        return least <= wait <= 1.1 * least

    eager = replace(claim, pace=Pace(1.0, 20))
    assert near(earliest(eager), timedelta(minutes=15))
    assert near(earliest(replace(eager, validators=Validators())), HOUR), "each poll costs it a body"
    assert near(earliest(claim), timedelta(minutes=30)), "its ttl"
    fixed = replace(eager, source=replace(claim.source, interval=3 * HOUR))
    assert near(earliest(fixed), 3 * HOUR)
    closed = replace(eager, pace=Pace(1.0, 20, Hints(skip_hours=frozenset({now.hour}))))
    assert due.after_hint(closed, now).hour != now.hour


def test_after_the_last_lease_a_source_is_polled_at_its_own_rhythm(claim: Claim, now: datetime) -> None:
    assert 2 * HOUR <= due.without_pushes(claim, now) - now < 3 * HOUR
    later = now + timedelta(minutes=9)
    assert due.without_pushes(replace(claim, last_success=later), now) >= later + 2 * HOUR
