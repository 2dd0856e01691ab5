"""Who would get an issue: counted by the rules that freezing goes by."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from aggregator.model import Choice, DeliveryKind, DeliveryState
from aggregator.store.audience import NOT_CONFIRMED, NOTHING_CHOSEN, PAUSED, SUPPRESSED
from aggregator.store.engine import reading, writing
from aggregator.store.overview import Overview
from aggregator.store.subscribers import suppress
from aggregator.store.tables import deliveries, issues, subscribers, subscriptions

EN, FR, UZ = Choice("en"), Choice("fr", ("KG", "UZ")), Choice("en", ("UZ",))


def reader(adapters, make, email, choice=EN, track="weekly-1"):
    return adapters.subscribers.add(email, "weekly", track, choice, consent="on paper", now=make.now).id


def set_for(adapters, reader_id, **values):
    with writing(adapters.engine) as connection:
        connection.execute(
            update(subscriptions).where(subscriptions.c.subscriber_id == reader_id).values(**values)
        )


def audience_of_all_kinds(adapters, make):
    reader(adapters, make, "a@example.org")
    reader(adapters, make, "b@example.org")
    reader(adapters, make, "c@example.org", FR)
    reader(adapters, make, "nothing@example.org", UZ)
    reader(adapters, make, "daily@example.org", track="daily")
    issue = make.issue(make.told(adapters, "g1", "g2"), choices=(EN, FR), watermark=2)
    set_for(
        adapters, reader(adapters, make, "p@example.org"), paused_until=issue.frozen_at + timedelta(days=1)
    )
    set_for(adapters, reader(adapters, make, "back@example.org"), paused_until=issue.frozen_at)
    set_for(adapters, reader(adapters, make, "new@example.org"), state="pending")
    gone = reader(adapters, make, "gone@example.org")
    with writing(adapters.engine) as connection:
        found = select(subscribers.c.address_hash).where(subscribers.c.id == gone)
        suppress(connection, connection.scalar(found), "550", make.now)
    reader(adapters, make, "left@example.org")
    adapters.subscribers.leave("left@example.org", now=make.now)
    return issue


def test_readers_are_counted_by_variant_and_by_what_keeps_letters_from_them(known_sources, make):
    issue = audience_of_all_kinds(known_sources, make)
    found = known_sources.issues.audience(issue)
    assert found.readers == (3, 1)
    assert found.passed_over == {NOT_CONFIRMED: 1, PAUSED: 1, SUPPRESSED: 1, NOTHING_CHOSEN: 1}


def test_exactly_those_get_letters_when_the_issue_is_frozen(known_sources, make):
    issue = audience_of_all_kinds(known_sources, make)
    foretold = known_sources.issues.audience(issue)
    assert known_sources.issues.freeze(issue) == sum(foretold.readers)


def test_asking_writes_nothing(known_sources, make):
    known_sources.issues.audience(audience_of_all_kinds(known_sources, make))
    with reading(known_sources.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(issues)) == 0
        assert connection.scalar(select(func.count()).select_from(deliveries)) == 0


def test_readers_of_a_track_are_those_confirmed(known_sources, make):
    audience_of_all_kinds(known_sources, make)
    assert known_sources.issues.readers("weekly", "weekly-1") == 7
    assert known_sources.issues.readers("weekly", "daily") == 1
    assert known_sources.issues.readers("weekly", "monthly") == 0


def test_the_overview_counts_stories_open_letters_and_room(known_sources, make):
    overview = Overview(known_sources.engine)
    moment = make.frozen(known_sources, "a@example.org", "b@example.org", stories=2)
    assert overview.stories_told(make.now) == 2
    assert overview.stories_told(make.now + timedelta(seconds=1)) == 0
    assert overview.open_letters() == {DeliveryKind.ISSUE: {DeliveryState.READY: 2}}
    with writing(known_sources.engine) as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == 1).values(state="failed"))
        connection.execute(update(deliveries).where(deliveries.c.id == 2).values(state="sent"))
    assert overview.open_letters() == {}
    assert overview.failed_since(moment) == {DeliveryKind.ISSUE: 1}
    assert overview.failed_since(moment + timedelta(seconds=1)) == {}
    assert overview.database_bytes() > 10_000
