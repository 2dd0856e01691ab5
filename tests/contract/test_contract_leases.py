"""Leases: what is remembered of hubs and callbacks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.errors import StoreError
from aggregator.model import Announcement, LeaseState, LeaseUpdate, Pace, SourceState
from aggregator.store.engine import reading, writing
from aggregator.store.leases import LeaseStore
from aggregator.store.secrets import Key, Secrets
from aggregator.store.tables import hub_leases, sources

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HUBS = Announcement("https://steppe.example/feed", ("https://h.example/?a", "https://second.example/"))
BASE = "https://news.example.org"


@pytest.fixture
def store(adapters, make):
    adapters.sources(make.source()).synchronise(make.now)
    return LeaseStore(adapters.engine, [make.source()], make.secrets)


@pytest.fixture
def pending(store, make):
    update = LeaseUpdate(LeaseState.PENDING, make.now + HOUR, 1)
    return store.open("steppe", HUBS.hubs[0], HUBS.topic, BASE, update, make.now)


def row(adapters):
    with reading(adapters.engine) as connection:
        return connection.execute(select(sources)).one()


def active(make, until=10 * DAY):
    return LeaseUpdate(LeaseState.ACTIVE, make.now, expires_at=make.now + until)


def leaving(make):
    return LeaseUpdate(LeaseState.LEAVING, make.now + HOUR)


def test_what_a_source_announces_comes_back_with_its_claim_and_standing(adapters, make, store):
    assert store.standings() == []
    adapters.entries.commit(make.batch(updates=[make.update(announced=HUBS)]))
    adapters.entries.commit(make.batch(updates=[make.update()]))
    (claim,) = adapters.sources(make.source()).claim(make.now + HOUR).granted
    assert claim.announced == HUBS
    (standing,) = store.standings()
    assert (standing.source_id, standing.claim.announced, standing.leases) == ("steppe", HUBS, ())
    assert standing.asked_at == make.now + HOUR
    adapters.entries.commit(make.batch(updates=[make.update(announced=Announcement())]))
    assert store.standings() == []


def test_a_source_at_another_address_announces_nothing_yet(adapters, make, store):
    adapters.entries.commit(make.batch(updates=[make.update(announced=HUBS)]))
    adapters.sources(make.source(url="https://elsewhere.example/")).synchronise(make.now)
    assert store.standings() == []


def test_each_lease_has_a_callback_and_a_secret_of_its_own_that_are_not_stored(
    adapters, make, store, pending
):
    other = store.open("steppe", pending.hub, pending.topic, BASE, leaving(make), make.now)
    requests = [store.request(lease, "subscribe") for lease in (pending, other)]
    assert requests[0] == store.request(pending, "subscribe"), "they can be told again"
    tokens = [request.callback.removeprefix(f"{BASE}/websub/") for request in requests]
    assert len(set(tokens)) == 2
    assert all(len(token) == 32 for token in tokens)
    assert len({request.secret for request in requests}) == 2
    assert all(32 <= len(request.secret.encode()) < 200 for request in requests)
    assert [store.find(token) for token in tokens] == [pending, other]
    assert store.find(tokens[0] + "x") is None
    assert store.secret(pending) == requests[0].secret
    with reading(adapters.engine) as connection:
        stored = repr(connection.execute(select(hub_leases)).all())
    assert [word for word in (*tokens, *(request.secret for request in requests)) if word in stored] == []


def test_a_lost_key_is_named(adapters, make, pending):
    stranger = LeaseStore(adapters.engine, [make.source()], Secrets((Key("other", b"3" * 32),)))
    with pytest.raises(StoreError, match="secret key second is missing"):
        stranger.request(pending, "subscribe")


def test_a_lease_changes_only_from_the_state_in_which_it_was_seen(make, store, pending):
    again = LeaseUpdate(LeaseState.PENDING, make.now + 2 * HOUR, 2, "HTTP 500\0")
    changed = store.change(pending, again, hub=HUBS.hubs[1], asked_at=make.now + HOUR)
    assert (changed.hub, changed.asked_at) == (HUBS.hubs[1], make.now + HOUR)
    assert (changed.try_after, changed.failures, changed.message) == (make.now + 2 * HOUR, 2, "HTTP 500")
    assert store.activate(changed, active(make), leaving(make))
    assert store.change(changed, again) is None
    assert not store.activate(changed, active(make), leaving(make))
    assert store.find(store.request(pending, "subscribe").callback.rpartition("/")[2]).failures == 0


def test_a_verified_lease_takes_the_place_of_the_one_before(adapters, make, store, pending):
    store.activate(pending, active(make), leaving(make))
    assert row(adapters).pushed_until == make.now + 10 * DAY
    second = store.open(
        "steppe", HUBS.hubs[0], HUBS.topic, BASE, LeaseUpdate(LeaseState.PENDING, make.now, 1), make.now
    )
    store.activate(second, active(make, 14 * DAY), leaving(make))
    (standing,) = store.standings()
    assert [(lease.id, lease.state) for lease in standing.leases] == [
        (pending.id, LeaseState.LEAVING),
        (second.id, LeaseState.ACTIVE),
    ]
    assert standing.leases[0].expires_at == make.now + 10 * DAY, "until then its pushes count"
    assert standing.claim.pushed_until == make.now + 14 * DAY


def test_when_the_last_lease_ends_a_source_is_polled_sooner_but_never_later(adapters, make, store, pending):
    store.activate(pending, active(make), leaving(make))
    adapters.entries.commit(make.batch(updates=[make.update(next_poll=make.now + 6 * HOUR)]))
    store.resume("steppe", make.now + 2 * HOUR)
    assert (row(adapters).pushed_until, row(adapters).next_poll) == (None, make.now + 2 * HOUR)
    store.resume("steppe", make.now + 3 * HOUR)
    assert row(adapters).next_poll == make.now + 2 * HOUR


def test_a_source_that_fails_keeps_its_back_off(adapters, make, store):
    failing = make.update(state=SourceState.TIMEOUT, failures=3, next_poll=make.now + 8 * HOUR)
    adapters.entries.commit(make.batch(updates=[failing]))
    store.resume("steppe", make.now)
    assert row(adapters).next_poll == make.now + 8 * HOUR


def test_removed_sources_stand_with_their_leases_and_nothing_else(adapters, make, store, pending):
    adapters.sources().synchronise(make.now)
    (standing,) = LeaseStore(adapters.engine, [], make.secrets).standings()
    assert (standing.claim, standing.leases) == (None, (pending,))


def test_leases_follow_a_source_that_was_renamed(adapters, make, store, pending):
    heir = make.source("dala", url="https://steppe.example/feed", was="steppe")
    adapters.sources(heir).synchronise(make.now)
    (standing,) = LeaseStore(adapters.engine, [heir], make.secrets).standings()
    assert (standing.source_id, standing.leases[0].id) == ("dala", pending.id)


def test_ended_leases_are_known_for_a_while(adapters, make, store, pending):
    store.change(pending, LeaseUpdate(LeaseState.ENDED, make.now))
    assert store.standings() == []
    token = store.request(pending, "unsubscribe").callback.rpartition("/")[2]
    store.prune(make.now + 7 * DAY)
    assert store.find(token).state is LeaseState.ENDED
    store.prune(make.now + 8 * DAY)
    assert store.find(token) is None


def test_what_a_push_taught_is_stored_and_nothing_else_of_its_source(adapters, make, store):
    learned = make.update(next_poll=make.now + 6 * HOUR, not_before=make.now + HOUR, failures=2, message="m")
    adapters.entries.commit(make.batch(updates=[learned]))
    before = row(adapters)
    pushed = make.update(
        at=make.now + HOUR,
        state=SourceState.OK,
        next_poll=None,
        message="pushed",
        newest_entry=make.now,
        pace=Pace(3.0, 20),
    )
    adapters.entries.commit(make.batch(updates=[pushed]))
    after = row(adapters)
    assert after.last_success == make.now + HOUR
    assert (after.newest_entry, after.entries_per_day) == (make.now, 3.0)
    kept = ("state", "message", "failures", "next_poll", "not_before", "etag", "body_hash", "last_attempt")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    late = make.update(at=make.now - HOUR, next_poll=None, newest_entry=None)
    failed = make.update(at=make.now + 2 * HOUR, state=SourceState.PARSE_ERROR, next_poll=None)
    adapters.entries.commit(make.batch(updates=[late, failed]))
    assert row(adapters).last_success == make.now + HOUR


def test_a_poll_and_a_push_may_be_written_together(adapters, make, store):
    adapters.sources(make.source(), make.source("oasis")).synchronise(make.now)
    polled, pushed = make.update("oasis", message="polled"), make.update(next_poll=None, message="pushed")
    adapters.entries.commit(make.batch(updates=[polled, pushed]))
    with reading(adapters.engine) as connection:
        messages = dict(connection.execute(select(sources.c.id, sources.c.message)).all())
    assert messages == {"oasis": "polled", "steppe": ""}


def test_leases_of_an_older_installation_are_none(adapters, make, store):
    with writing(adapters.engine) as connection:
        connection.execute(update(sources).values(hubs=None, topic=None))
    (claim,) = adapters.sources(make.source()).claim(make.now).granted
    assert (claim.announced, claim.pushed_until) == (Announcement(), None)
