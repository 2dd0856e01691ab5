"""Who changes their rhythm is not told again what an issue of the former one told them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from aggregator.editorial.rank import Voices
from aggregator.forecast import ForecastPorts, forecast
from aggregator.mending import MendPorts, mend
from aggregator.model import (
    Choice,
    DeliveryState,
    Newsletter,
    Outcome,
    Phase,
    Rhythm,
    Settlement,
    SmtpReply,
    Track,
)
from aggregator.pipeline import ComposePorts, compose
from aggregator.store.audience import TOLD_ELSEWHERE
from aggregator.store.engine import reading, writing
from aggregator.store.stale_issues import CANCELLED, StaleIssues
from aggregator.store.tables import deliveries, subscribers, subscriptions, variants
from tests.fakes import FakePress

NEWS = Newsletter(
    id="news",
    names={"en": "News"},
    sender="desk@example.org",
    time_zone="UTC",
    send_at="00:00",
    tracks=(Track("daily", Rhythm.DAILY), Track("weekly-1", Rhythm.WEEKLY, 1)),
    countries=("KG",),
)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 18, 12, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 19, tzinfo=UTC)
ACCEPTED = SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0")


@pytest.fixture
def ports(known_sources):
    return ComposePorts((NEWS,), known_sources.issues, FakePress(), "https://news.example", Voices())


def subscribe(adapters, make, *names, track="daily"):
    for name in names:
        adapters.subscribers.add(f"{name}@example.org", "news", track, Choice("en"), consent="", now=make.now)


def change(adapters, *names, track="weekly-1"):
    with writing(adapters.engine) as connection:
        ids = select(subscribers.c.id).where(subscribers.c.email.in_([f"{one}@example.org" for one in names]))
        connection.execute(
            update(subscriptions).where(subscriptions.c.subscriber_id.in_(ids)).values(track=track)
        )


def told_to(adapters):
    """What the week's letters tell, by reader."""
    query = (
        select(deliveries.c.address, variants.c.text_body)
        .join(variants, variants.c.id == deliveries.c.variant_id)
        .where(variants.c.text_head.startswith("News 2026-W"))
    )
    with reading(adapters.engine) as connection:
        return {row.address.partition("@")[0]: row.text_body for row in connection.execute(query)}


@pytest.fixture
def changed(known_sources, make, ports):
    """A day's issue told of `a` to three; then two of them change to the week, in which `b` is told too."""
    subscribe(known_sources, make, "ann", "bob", "cid")
    subscribe(known_sources, make, "wim", track="weekly-1")
    make.told(known_sources, "a", at=WEDNESDAY)
    lines = compose(THURSDAY, ports)
    assert {(one.track, one.deliveries) for one in lines if one.stories} == {("daily", 3)}
    with writing(known_sources.engine) as connection:
        connection.execute(update(deliveries).values(state="sent"))
    change(known_sources, "ann", "bob")


@pytest.mark.usefixtures("changed")
def test_a_week_leaves_out_what_the_days_told_them_and_no_more(known_sources, make, ports):
    make.told(known_sources, "b", at=THURSDAY)
    lines = {one.track: one for one in compose(MONDAY, ports)}
    assert lines["weekly-1"].deliveries == 3
    assert {reader: "Title of a" in body for reader, body in told_to(known_sources).items()} == {
        "ann": False,
        "bob": False,
        "wim": True,
    }
    assert all("Title of b" in body for body in told_to(known_sources).values())


@pytest.mark.usefixtures("changed")
def test_who_was_told_all_of_it_gets_no_letter_and_a_dry_run_says_so(known_sources, ports):
    foretold = forecast(MONDAY, ForecastPorts(ports, known_sources.issues.audience))
    (week,) = [one for one in foretold if one.track.id == "weekly-1"]
    assert (week.letters, dict(week.passed_over)) == (1, {TOLD_ELSEWHERE: 2})
    compose(MONDAY, ports)
    assert set(told_to(known_sources)) == {"wim"}


@pytest.mark.usefixtures("changed")
def test_a_letter_that_failed_told_nothing(known_sources, ports):
    with writing(known_sources.engine) as connection:
        connection.execute(update(deliveries).values(state="failed"))
    compose(MONDAY, ports)
    assert set(told_to(known_sources)) == {"ann", "bob", "wim"}


def test_what_was_merged_since_counts_as_the_story_that_tells_it_now(known_sources, make, ports):
    subscribe(known_sources, make, "ann")
    kept, merged = make.told(known_sources, "kept", "merged")
    issue = make.issue([merged], watermark=1, newsletter="news", track="daily")
    assert known_sources.issues.freeze(replace(issue, period=make.period(46))) == 1
    with writing(known_sources.engine) as connection:
        connection.execute(update(deliveries).values(state="sent", message_id="1.1.x@example.org"))
    known_sources.merge(merged.id, into=kept.id)
    change(known_sources, "ann")
    found = known_sources.issues.told_elsewhere("news", "weekly-1", [kept.id])
    assert list(found) == [Choice("en", without=(kept.id,))]
    assert known_sources.issues.told_elsewhere("news", "daily", [kept.id]) == {}


@pytest.mark.usefixtures("changed")
def test_letters_that_are_mended_still_leave_it_out(known_sources, make, ports):
    second, third = make.told(known_sources, "b", "c", at=THURSDAY)
    now = MONDAY
    compose(now, ports)
    ledger = known_sources.ledger()
    letter = next(one for one in ledger.claim(now, 10) if one.address == "wim@example.org")
    ledger.settle_all([Outcome(letter, Settlement(DeliveryState.SENT, ""), ACCEPTED, now)])
    stale = StaleIssues(known_sources.engine, [NEWS])
    known_sources.corrections.hide(second.id, "wrong", now)
    mend(now, MendPorts(ports, stale))
    bodies = told_to(known_sources)
    assert {bodies[one].count("Title of") for one in ("ann", "bob")} == {1}
    assert all("Title of c" in bodies[one] for one in ("ann", "bob"))
    known_sources.corrections.hide(third.id, "wrong", now)
    mend(now, MendPorts(ports, stale))
    with reading(known_sources.engine) as connection:
        query = select(deliveries.c.address).where(deliveries.c.reason == CANCELLED).order_by(deliveries.c.id)
        assert "ann@example.org" in connection.scalars(query).all()
