"""The inbox of pushes: bounded, in order, and nothing in it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from aggregator.model import SourceState
from aggregator.store import inbox as limits
from aggregator.store.engine import reading
from aggregator.store.inbox import PushInbox
from aggregator.store.tables import sources

HOUR = timedelta(hours=1)


@pytest.fixture
def inbox(adapters, make):
    configured = [make.source("steppe"), make.source("oasis")]
    adapters.sources(*configured).synchronise(make.now)
    return PushInbox(adapters.engine, configured)


def bodies(taken):
    return [(push.source_id, push.body) for push in taken]


def hints(inbox):
    return {standing.source_id: standing.hinted_at for standing in inbox.hinted()}


def test_what_was_pushed_is_taken_in_order_one_of_each_source(make, inbox):
    for source, body in (("steppe", b"1"), ("steppe", b"2"), ("oasis", b"3")):
        assert inbox.put(source, make.now, "text/xml", body)
    first = inbox.take(10)
    assert bodies(first) == [("steppe", b"1"), ("oasis", b"3")]
    assert (first[0].at, first[0].content_type) == (make.now, "text/xml")
    assert bodies(inbox.take(1)) == [("steppe", b"1")], "what is not done is taken again"
    inbox.done(first)
    second = inbox.take(10)
    assert bodies(second) == [("steppe", b"2")]
    inbox.done(second)
    assert inbox.take(10) == ()


def test_each_source_has_so_much_room(make, inbox, monkeypatch):
    monkeypatch.setattr(limits, "MOST_PER_SOURCE", 2)
    monkeypatch.setattr(limits, "MOST_BYTES_PER_SOURCE", 10)
    assert [inbox.put("steppe", make.now, "", b"xxx") for _ in range(3)] == [True, True, False]
    assert not inbox.put("oasis", make.now, "", b"x" * 11)
    assert inbox.put("oasis", make.now, "", b"x" * 10)
    assert not inbox.put("oasis", make.now, "", b"x")


def test_all_together_have_so_much_room(make, inbox, monkeypatch):
    monkeypatch.setattr(limits, "MOST_WAITING", 3)
    monkeypatch.setattr(limits, "MOST_BYTES", 10)
    assert inbox.put("steppe", make.now, "", b"x" * 6)
    assert not inbox.put("oasis", make.now, "", b"x" * 5)
    assert inbox.put("oasis", make.now, "", b"x")
    assert inbox.put("steppe", make.now, "", b"x")
    assert not inbox.put("steppe", make.now, "", b"")


def test_large_bodies_are_taken_one_at_a_time(make, inbox, monkeypatch):
    monkeypatch.setattr(limits, "BYTES_AT_ONCE", 5)
    inbox.put("steppe", make.now, "", b"x" * 9)
    inbox.put("oasis", make.now, "", b"x")
    assert bodies(inbox.take(10)) == [("steppe", b"x" * 9)]


def test_a_body_that_ends_its_readers_again_and_again_is_dropped_for_a_hint(make, inbox):
    inbox.put("steppe", make.now, "", b"poison")
    inbox.put("steppe", make.now, "", b"fine")
    for _ in range(limits.MOST_ATTEMPTS):
        assert bodies(inbox.take(10)) == [("steppe", b"poison")]
    assert inbox.take(10) == []
    assert hints(inbox) == {"steppe": make.now}
    assert bodies(inbox.take(10)) == [("steppe", b"fine")]


def test_a_hint_stays_until_a_poll_has_looked_into_it(adapters, make, inbox):
    assert hints(inbox) == {}
    inbox.hint("steppe", make.now)
    inbox.hint("steppe", make.now + HOUR)
    assert hints(inbox) == {"steppe": make.now + HOUR}
    inbox.looked_into("steppe", make.now)
    assert hints(inbox) == {"steppe": make.now + HOUR}, "a later one came meanwhile"
    (standing,) = inbox.hinted()
    assert standing.claim.source == make.source("steppe")
    inbox.looked_into("steppe", make.now + HOUR)
    assert hints(inbox) == {}


def test_a_hint_makes_a_poll_earlier_never_later_and_ends_no_back_off(adapters, make, inbox):
    def next_poll(source):
        with reading(adapters.engine) as connection:
            return connection.scalar(select(sources.c.next_poll).where(sources.c.id == source))

    failing = make.update("oasis", state=SourceState.TIMEOUT, failures=1, next_poll=make.now + 6 * HOUR)
    adapters.entries.commit(make.batch(updates=[make.update(next_poll=make.now + 6 * HOUR), failing]))
    for moment in (make.now + HOUR, make.now + 2 * HOUR):
        inbox.poll_at("steppe", moment)
        inbox.poll_at("oasis", moment)
    assert (next_poll("steppe"), next_poll("oasis")) == (make.now + HOUR, make.now + 6 * HOUR)


def test_a_removed_source_has_no_claim(adapters, make, inbox):
    adapters.sources(make.source("oasis")).synchronise(make.now)
    found = {one.source_id: one.claim for one in inbox.standings(["steppe", "oasis", "nobody"])}
    assert found["steppe"] is None
    assert found["oasis"].source.id == "oasis"
    assert len(found) == 2
