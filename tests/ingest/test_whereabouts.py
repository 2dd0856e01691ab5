from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest import whereabouts
from aggregator.model import Claim, NotModified, Redirect, Source, SourceFailure, SourceState, Whereabouts

DAY = timedelta(days=1)
OLD, NEW = "https://steppe.example/feed/", "https://new.example/feed"


@pytest.fixture
def claim(source: Source) -> Claim:
    return Claim(source, first=False)


def after(claim: Claim, at: datetime, target: str | None) -> Whereabouts:
    return whereabouts.after_success(claim, NotModified("steppe", at, moved_to=target))


def polled(claim: Claim, *answers: tuple[datetime, str | None]) -> Whereabouts:
    for at, target in answers:
        claim = replace(claim, whereabouts=after(claim, at, target))
    return claim.whereabouts


def test_a_permanent_redirect_is_adopted_after_a_week_and_three_sightings(
    claim: Claim, now: datetime
) -> None:
    assert polled(claim, (now, NEW)) == Whereabouts(redirect=Redirect(NEW, now, 1))
    often_but_soon = [(now + number * DAY, NEW) for number in range(7)]
    assert polled(claim, *often_but_soon).adopted_url is None
    long_but_twice = [(now, NEW), (now + 30 * DAY, NEW)]
    assert polled(claim, *long_but_twice).adopted_url is None
    assert polled(claim, *often_but_soon, (now + 7 * DAY, NEW)) == Whereabouts(adopted_url=NEW)


def test_a_redirect_that_ends_or_turns_elsewhere_begins_anew(claim: Claim, now: datetime) -> None:
    ended = polled(claim, (now, NEW), (now + DAY, NEW), (now + 2 * DAY, None), (now + 9 * DAY, NEW))
    assert ended == Whereabouts(redirect=Redirect(NEW, now + 9 * DAY, 1))
    other = polled(claim, (now, NEW), (now + DAY, NEW), (now + 8 * DAY, "https://third.example/"))
    assert other == Whereabouts(redirect=Redirect("https://third.example/", now + 8 * DAY, 1))


def test_no_redirect_leads_from_https_to_http(claim: Claim, now: datetime) -> None:
    assert polled(claim, (now, "http://steppe.example/feed/")) == Whereabouts()


def test_an_adopted_address_may_move_on_or_back(claim: Claim, now: datetime) -> None:
    there = replace(claim, whereabouts=Whereabouts(adopted_url=NEW))
    week = [(now + number * DAY, "https://third.example/") for number in range(8)]
    assert polled(there, *week[:-1]).adopted_url == NEW
    assert polled(there, *week) == Whereabouts(adopted_url="https://third.example/")
    back = [(now + number * DAY, OLD) for number in range(8)]
    assert polled(there, *back) == Whereabouts()


def fails(claim: Claim, state: SourceState, at: datetime, **fields: bool) -> Whereabouts:
    return whereabouts.after_failure(claim, SourceFailure("steppe", at, state, "", **fields))


def test_an_adopted_address_is_given_up_when_it_is_gone_or_fails_three_times(
    claim: Claim, now: datetime
) -> None:
    there = replace(claim, whereabouts=Whereabouts(adopted_url=NEW))
    assert fails(there, SourceState.HTTP_ERROR, now) == there.whereabouts
    assert fails(there, SourceState.GONE, now) == Whereabouts()
    tired = replace(there, failures=2)
    assert fails(tired, SourceState.TIMEOUT, now) == Whereabouts()
    assert fails(tired, SourceState.HTTP_ERROR, now, network_down=True) == there.whereabouts


def test_a_410_counts_once_a_day_and_a_success_forgets_it(claim: Claim, now: datetime) -> None:
    once = replace(claim, whereabouts=fails(claim, SourceState.GONE, now))
    assert once.whereabouts == Whereabouts(gone_count=1, gone_since=now)
    assert fails(once, SourceState.GONE, now + 0.9 * DAY) == once.whereabouts
    assert fails(once, SourceState.GONE, now + DAY).gone_count == 2
    assert after(once, now + DAY, None) == Whereabouts()


def test_a_404_never_counts(claim: Claim, now: datetime) -> None:
    for number in range(100):
        assert fails(claim, SourceState.HTTP_ERROR, now + number * DAY) == Whereabouts()
