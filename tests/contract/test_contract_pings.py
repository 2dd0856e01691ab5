"""What hubs are still to be told: coalesced, surviving crashes, settled as it was told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from aggregator.model import Owed, Ping
from aggregator.store.engine import reading
from aggregator.store.pings import PingStore
from aggregator.store.tables import expected_feeds, hub_pauses
from aggregator.store.tables import pings as pings_table

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HUB, OTHER = "https://hub.example.org/", "https://other.example.org/"
KZ, UZ = "feeds/kz.atom", "feeds/uz.atom"


@pytest.fixture
def store(engine):
    return PingStore(engine, (HUB, OTHER))


@pytest.fixture
def now(make):
    return make.now


def published(store, at, *written, expected=()):
    store.expect(at, {*written, *expected})
    store.due(at, set(written))


def rows(engine, table):
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def paths(store, hub=HUB):
    return {ping.path for ping in store.owed(hub).pings}


# ------------------------------------------------------------------------------------------- publishing


def test_what_was_written_is_due_at_each_hub(store, now, engine):
    published(store, now, KZ, UZ, expected=["feeds/tj.atom"])
    for hub in (HUB, OTHER):
        assert set(store.owed(hub).pings) == {Ping(hub, KZ, now), Ping(hub, UZ, now)}
    assert rows(engine, expected_feeds) == 0


def test_what_changes_again_before_its_hub_is_told_is_told_once(store, now):
    published(store, now, KZ)
    (ping,) = store.owed(HUB).pings
    store.take([ping], now + MINUTE, now)
    published(store, now + HOUR, KZ)
    assert store.owed(HUB).pings == (Ping(HUB, KZ, now + HOUR, attempts=0),)


def test_without_hubs_nothing_is_remembered(engine, now):
    published(PingStore(engine, ()), now, KZ)
    assert rows(engine, expected_feeds) == rows(engine, pings_table) == 0


def test_a_publication_that_writes_no_feed_only_looks_whether_an_earlier_one_was_cut_off(store, now, queries):
    published(store, now)
    assert queries.count <= 2, "one query in its transaction"
    assert store.owed(HUB) == Owed(HUB)


def test_what_a_crashed_publication_may_have_written_is_due_with_the_next(store, now):
    store.expect(now, {KZ, UZ})
    assert paths(store) == set(), "hubs are not told before it is written"
    published(store, now + MINUTE, expected=[KZ, UZ])  # it finds the files as the first one left them
    assert store.owed(HUB).pings == (Ping(HUB, KZ, now + MINUTE), Ping(HUB, UZ, now + MINUTE))


def test_a_crash_is_made_good_even_by_a_publication_that_changes_nothing(store, now, engine):
    store.expect(now, {KZ})
    store.due(now + MINUTE, set())
    assert paths(store) == {KZ}
    assert rows(engine, expected_feeds) == 0


def test_a_publication_that_begins_later_keeps_its_own_account(store, now):
    store.expect(now, {KZ, UZ})
    store.expect(now + MINUTE, {KZ})
    store.due(now, {UZ})
    assert paths(store) == {UZ}
    store.due(now + HOUR, set())  # the later one never came back
    assert paths(store) == {KZ, UZ}


def test_a_publication_may_say_bit_by_bit_what_it_expects(store, now):
    store.expect(now, {KZ})
    store.expect(now, {KZ, UZ})
    store.due(now, {UZ})
    assert paths(store) == {UZ}


def test_what_is_due_at_a_hub_that_is_configured_no_more_is_forgotten(store, now, engine):
    published(store, now, KZ)
    store.take(store.owed(OTHER).pings, now + MINUTE, now)
    fewer = PingStore(engine, (HUB,))
    published(fewer, now + MINUTE, UZ)
    assert paths(store, OTHER) == set()
    assert paths(store) == {KZ, UZ}
    assert rows(engine, hub_pauses) == 0


# ---------------------------------------------------------------------------------------------- telling


def test_an_attempt_is_on_record_before_the_hub_is_told(store, now):
    published(store, now, KZ, UZ)
    (kz,) = (ping for ping in store.owed(HUB).pings if ping.path == KZ)
    assert store.take([kz], now + MINUTE, now) == (Ping(HUB, KZ, now, attempts=1),)
    owed = store.owed(HUB)
    assert (owed.failures, owed.try_after) == (1, now + MINUTE)
    assert {ping.path: ping.attempts for ping in owed.pings} == {KZ: 1, UZ: 0}
    assert store.owed(OTHER).failures == 0


def test_a_hub_is_told_by_one_process_at_a_time(store, now, engine):
    published(store, now, KZ, UZ)
    pings = store.owed(HUB).pings
    second = PingStore(engine, (HUB, OTHER))
    assert store.take(pings[:1], now + MINUTE, now)
    assert second.take(pings[1:], now + MINUTE, now) == ()
    assert second.take(store.owed(OTHER).pings, now + MINUTE, now)
    assert [ping.attempts for ping in store.owed(HUB).pings] == [1, 0]
    assert second.take(pings, now + HOUR, now + MINUTE), "the first one did not come back"
    assert store.owed(HUB).failures == 2


def test_what_another_process_has_told_is_not_taken(store, now):
    published(store, now, KZ, UZ)
    pings = store.owed(HUB).pings
    store.settle(store.take(pings[:1], now + MINUTE, now))
    assert [ping.path for ping in store.take(pings, now + MINUTE, now)] == [pings[1].path]
    store.settle(pings[1:])
    assert store.take(pings, now + MINUTE, now) == ()
    assert store.owed(HUB) == Owed(HUB), "and the hub is not left alone for it"


def test_what_is_told_is_settled_and_its_hub_has_a_clean_record(store, now):
    published(store, now, KZ, UZ)
    first, second = store.owed(HUB).pings
    store.take([first], now + MINUTE, now)
    store.put_off(HUB, now + MINUTE, "HTTP 503")
    store.settle(store.take([first], now + HOUR, now + MINUTE))
    assert store.owed(HUB) == Owed(HUB, (second,))
    assert len(store.owed(OTHER).pings) == 2


def test_what_is_published_while_its_hub_is_told_stays_due(store, now):
    published(store, now, KZ)
    taken = store.take(store.owed(HUB).pings, now + MINUTE, now)
    published(store, now + timedelta(seconds=1), KZ)
    store.settle(taken)
    assert store.owed(HUB) == Owed(HUB, (Ping(HUB, KZ, now + timedelta(seconds=1)),))


def test_what_is_published_between_the_plan_and_the_request_is_told_with_it(store, now):
    published(store, now, KZ)
    planned = store.owed(HUB).pings
    published(store, now + timedelta(seconds=1), KZ)
    store.settle(store.take(planned, now + MINUTE, now))
    assert paths(store) == set()


def test_a_hub_that_fails_is_put_off_with_its_words(store, now):
    published(store, now, KZ)
    store.take(store.owed(HUB).pings, now + MINUTE, now)
    store.put_off(HUB, now + HOUR, "HTTP 429\0: slowly")
    owed = store.owed(HUB)
    assert (owed.failures, owed.try_after, owed.message) == (1, now + HOUR, "HTTP 429: slowly")
    assert [ping.attempts for ping in owed.pings] == [1]


def test_what_is_given_up_is_forgotten_unless_it_was_published_again(store, now):
    published(store, now, KZ, UZ)
    overdue = store.owed(HUB).pings
    published(store, now + MINUTE, KZ)
    store.give_up(overdue)
    assert paths(store) == {KZ}
    assert paths(store, OTHER) == {KZ, UZ}


def test_a_whole_world_of_feeds_is_remembered_and_told(store, now):
    feeds = {f"feeds/f{number}.{suffix}" for number in range(400) for suffix in ("atom", "rss", "json")}
    published(store, now, *feeds)
    taken = store.take(store.owed(HUB).pings, now + MINUTE, now)
    assert {ping.path for ping in taken} == feeds
    store.settle(taken)
    assert store.owed(HUB) == Owed(HUB)
