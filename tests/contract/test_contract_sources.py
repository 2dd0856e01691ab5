"""The port `Sources`: what may be polled now."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.errors import UsageError
from aggregator.model import (
    GONE_FOR_GOOD,
    Claims,
    Evidence,
    Hints,
    Pace,
    Redirect,
    SourceState,
    Tag,
    Validators,
    Whereabouts,
)
from aggregator.store.sources import UNDER_WAY

HOUR = timedelta(hours=1)


def ids(claims):
    return [claim.source.id for claim in claims.granted]


def test_a_new_source_is_due_at_once(adapters, make):
    store = adapters.sources(make.source("steppe"), make.source("oasis"))
    store.synchronise(make.now)
    claims = store.claim(make.now)
    assert sorted(ids(claims)) == ["oasis", "steppe"]
    assert all(claim.first and claim.validators == Validators() for claim in claims.granted)


def test_a_claimed_source_is_not_due_again_before_its_interval_even_after_a_crash(adapters, make):
    store = adapters.sources(make.source(interval=HOUR))
    store.synchronise(make.now)
    store.claim(make.now)
    restarted = adapters.sources(make.source(interval=HOUR))
    restarted.synchronise(make.now + timedelta(minutes=1))
    assert ids(restarted.claim(make.now + HOUR - timedelta(seconds=1))) == []
    assert ids(restarted.claim(make.now + HOUR)) == ["steppe"]


def test_a_poll_that_was_stored_sets_when_the_source_is_due_next(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    store.claim(make.now)
    update = make.update(next_poll=make.now + 3 * HOUR, not_before=make.now + 2 * HOUR)
    adapters.entries.commit(make.batch(updates=[update]))
    assert ids(store.claim(make.now + 2 * HOUR)) == []
    assert ids(store.claim(make.now + 3 * HOUR)) == ["steppe"]


def test_a_source_is_not_due_before_the_moment_its_server_named(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    update = make.update(next_poll=make.now + HOUR, not_before=make.now + 5 * HOUR)
    adapters.entries.commit(make.batch(updates=[update]))
    assert ids(store.claim(make.now + 4 * HOUR)) == []
    assert ids(store.claim(make.now + 5 * HOUR)) == ["steppe"]


def test_claimers_at_once_never_get_the_same_source(adapters, make):
    sources = [make.source(f"s{number}") for number in range(40)]
    adapters.sources(*sources).synchronise(make.now)
    with ThreadPoolExecutor(4) as pool:
        taken = [*pool.map(lambda _: ids(adapters.sources(*sources).claim(make.now)), range(4))]
    together = [key for claimed in taken for key in claimed]
    assert sorted(together) == sorted(source.id for source in sources)


def test_a_source_asked_for_too_early_is_refused_with_the_moment_it_may_be_asked(adapters, make):
    store = adapters.sources(make.source(interval=HOUR), make.source("oasis"))
    store.synchronise(make.now)
    store.claim(make.now)
    claims = store.claim(make.now + timedelta(minutes=10), only=["steppe"])
    assert claims.granted == ()
    (refusal,) = claims.refused
    assert (refusal.source_id, refusal.askable_at) == ("steppe", make.now + HOUR)
    assert "interval" in refusal.reason


def test_force_overrides_our_own_interval(adapters, make):
    store = adapters.sources(make.source(), make.source("oasis"))
    store.synchronise(make.now)
    store.claim(make.now)
    adapters.entries.commit(make.batch(updates=[make.update()]))
    claims = store.claim(make.now + timedelta(minutes=1), only=["steppe"], force=True)
    assert ids(claims) == ["steppe"]
    assert claims.refused == ()


def test_force_does_not_override_the_servers_word(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    until = make.now + 2 * HOUR
    adapters.entries.commit(make.batch(updates=[make.update(not_before=until, next_poll=until + HOUR)]))
    early = make.now + HOUR
    (forced,) = store.claim(early, only=["steppe"], force=True).refused
    (asked,) = store.claim(early, only=["steppe"]).refused
    assert forced.askable_at == until
    assert asked.askable_at == until + HOUR
    assert "server" in forced.reason
    assert ids(store.claim(until, only=["steppe"], force=True)) == ["steppe"]


def test_of_several_who_insist_at_once_one_gets_the_source(adapters, make):
    source = make.source()
    adapters.sources(source).synchronise(make.now)

    def insist(_: int) -> Claims:
        return adapters.sources(source).claim(make.now, only=["steppe"], force=True)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(insist, range(4)))
    assert sorted(len(claims.granted) for claims in answers) == [0, 0, 0, 1]
    refusals = [refusal for claims in answers for refusal in claims.refused]
    assert [refusal.askable_at for refusal in refusals] == [make.now + UNDER_WAY] * 3
    assert all("may be under way" in refusal.reason for refusal in refusals)


@pytest.mark.parametrize("until", [None, timedelta(hours=2)])
def test_a_claim_holds_until_the_poll_is_recorded(adapters, make, until):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    store.claim(make.now)
    soon = make.now + timedelta(seconds=1)
    assert ids(store.claim(soon, only=["steppe"], force=True)) == []
    not_before = make.now + until if until else None
    adapters.entries.commit(make.batch(updates=[make.update(not_before=not_before)]))
    again = store.claim(soon, only=["steppe"], force=True)
    assert [refusal.askable_at for refusal in again.refused] == ([not_before] if until else [])


def test_a_claim_that_was_never_recorded_holds_for_minutes_only(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    store.claim(make.now)
    assert ids(store.claim(make.now + UNDER_WAY, only=["steppe"], force=True)) == ["steppe"]


def test_after_a_look_the_source_may_be_asked_as_its_server_says(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    for not_before in (None, make.now + HOUR):
        assert ids(store.claim(make.now, only=["steppe"], force=True)) == ["steppe"]
        store.looked_at("steppe", not_before)
    (refusal,) = store.claim(make.now, only=["steppe"], force=True).refused
    assert (refusal.askable_at, "server" in refusal.reason) == (make.now + HOUR, True)


def test_force_without_names_asks_nobody_early(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    store.claim(make.now)
    assert ids(store.claim(make.now + timedelta(minutes=1), force=True)) == []


def test_an_unknown_id_is_an_error_that_names_near_ones(adapters, make):
    store = adapters.sources(make.source("steppe"))
    store.synchronise(make.now)
    with pytest.raises(UsageError, match=r"stepe.*did you mean steppe"):
        store.claim(make.now, only=["stepe"])


def test_what_a_poll_learned_comes_back_with_the_next_claim(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    validators = Validators('W/"1"', "Sun, 22 Nov 2026 05:00:00 GMT")
    learned = make.update(validators=validators, body_hash=b"body", failures=0)
    adapters.entries.commit(make.batch(updates=[learned]))
    (claim,) = store.claim(make.now + HOUR).granted
    assert (claim.validators, claim.body_hash, claim.first) == (validators, b"body", False)


def test_a_failed_poll_keeps_validators_and_counts(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    adapters.entries.commit(make.batch(updates=[make.update(validators=Validators("e"), body_hash=b"b")]))
    failed = make.update(state=SourceState.TIMEOUT, message="no answer in 30 s", failures=1)
    adapters.entries.commit(make.batch(updates=[failed]))
    (claim,) = store.claim(make.now + HOUR).granted
    assert (claim.validators, claim.body_hash, claim.failures) == (Validators("e"), b"b", 1)


def test_validators_that_a_server_no_longer_sends_are_dropped(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    adapters.entries.commit(make.batch(updates=[make.update(validators=Validators("e", "l"))]))
    adapters.entries.commit(make.batch(updates=[make.update(validators=Validators(None, "l2"))]))
    assert store.claim(make.now + HOUR).granted[0].validators == Validators(None, "l2")


def test_the_first_poll_stays_the_first_until_one_succeeds(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    failed = make.update(state=SourceState.HTTP_ERROR, failures=1)
    adapters.entries.commit(make.batch(updates=[failed]))
    assert store.claim(make.now + HOUR).granted[0].first
    adapters.entries.commit(make.batch(updates=[make.update()]))
    assert not store.claim(make.now + 2 * HOUR).granted[0].first


def test_a_removed_source_stops_and_comes_back_with_its_history(adapters, make):
    both = adapters.sources(make.source("steppe"), make.source("oasis"))
    both.synchronise(make.now)
    adapters.entries.commit(
        make.batch(make.founding(make.described()), updates=[make.update(validators=Validators("e"))])
    )
    adapters.sources(make.source("oasis")).synchronise(make.now)
    later = make.now + 2 * HOUR
    assert "steppe" not in ids(adapters.sources(make.source("oasis")).claim(later))
    both.synchronise(later)
    assert adapters.entries.known("steppe").keys() == {"g1"}
    (claim,) = both.claim(later, only=["steppe"]).granted
    assert (claim.validators, claim.first) == (Validators("e"), False)


def test_a_changed_url_forgets_validators_and_is_due_at_once(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    known = make.update(validators=Validators("e"), body_hash=b"b", failures=4)
    adapters.entries.commit(make.batch(updates=[known]))
    moved = adapters.sources(make.source(url="https://elsewhere.example/rss"))
    moved.synchronise(make.now)
    (claim,) = moved.claim(make.now).granted
    assert (claim.validators, claim.body_hash, claim.failures) == (Validators(), None, 0)


@pytest.mark.parametrize(
    ("url", "due"), [("https://steppe.example/other", False), ("https://elsewhere.example/", True)]
)
def test_a_changed_url_escapes_the_word_of_its_old_server_only_on_another(adapters, make, url, due):
    adapters.sources(make.source()).synchronise(make.now)
    adapters.entries.commit(make.batch(updates=[make.update(not_before=make.now + HOUR)]))
    moved = adapters.sources(make.source(url=url))
    moved.synchronise(make.now)
    assert bool(moved.claim(make.now).granted) is due


def test_statuses_tell_how_each_configured_source_stands(adapters, make):
    store = adapters.sources(make.source("steppe"), make.source("oasis"))
    store.synchronise(make.now)
    store.claim(make.now, only=["steppe"])
    adapters.entries.commit(
        make.batch(
            make.founding(make.described("g1")),
            make.founding(make.described("g2")),
            updates=[make.update(newest_entry=make.now - HOUR, message="fine")],
        )
    )
    older = make.update(state=SourceState.TIMEOUT, newest_entry=make.now - 9 * HOUR, failures=2)
    adapters.entries.commit(make.batch(updates=[older]))
    steppe, oasis = store.statuses()
    assert (steppe.state, steppe.failures, steppe.entries) == (SourceState.TIMEOUT, 2, 2)
    assert (steppe.last_attempt, steppe.last_success) == (make.now, make.now)
    assert steppe.newest_entry == make.now - HOUR
    assert (oasis.state, oasis.last_attempt, oasis.entries) == (SourceState.NEVER, None, 0)


def test_a_source_that_was_never_synchronised_has_a_status(adapters, make):
    (status,) = adapters.sources(make.source()).statuses()
    assert status.state is SourceState.NEVER


def test_rhythm_and_whereabouts_come_back_with_the_next_claim(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    hints = Hints(timedelta(minutes=90), frozenset({0, 23}), frozenset({7}))
    pace = Pace(2.5, 40, hints)
    moving = Whereabouts(redirect=Redirect("https://new.example/", make.now, 2))
    learned = make.update(pace=pace, whereabouts=moving, plain_agent=True)
    adapters.entries.commit(make.batch(updates=[learned]))
    adapters.entries.commit(make.batch(updates=[make.update()]))
    (claim,) = store.claim(make.now + HOUR).granted
    assert (claim.pace, claim.whereabouts, claim.plain_agent) == (pace, moving, True)
    assert claim.last_success == make.now
    (status,) = store.statuses()
    assert (status.pace, status.whereabouts) == (pace, moving)


def test_an_adopted_address_is_asked_until_config_names_another(adapters, make):
    adapters.sources(make.source()).synchronise(make.now)
    adopted = Whereabouts(adopted_url="https://new.example/feed")
    adapters.entries.commit(make.batch(updates=[make.update(whereabouts=adopted, pace=Pace(9.0, 10))]))
    (claim,) = adapters.sources(make.source()).claim(make.now + HOUR).granted
    assert claim.url == "https://new.example/feed"
    moved = adapters.sources(make.source(url="https://elsewhere.example/rss"))
    moved.synchronise(make.now + HOUR)
    (claim,) = moved.claim(make.now + HOUR).granted
    assert (claim.url, claim.pace) == ("https://elsewhere.example/rss", Pace(9.0)), "its rhythm stays its own"


def test_a_source_that_is_gone_is_asked_only_when_the_operator_insists_or_its_url_changes(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    gone = Whereabouts(gone_count=GONE_FOR_GOOD, gone_since=make.now)
    adapters.entries.commit(make.batch(updates=[make.update(state=SourceState.GONE, whereabouts=gone)]))
    later = make.now + 1000 * HOUR
    assert ids(store.claim(later)) == []
    (refusal,) = store.claim(later, only=["steppe"]).refused
    assert refusal.askable_at is None
    assert "410" in refusal.reason
    assert ids(store.claim(later, only=["steppe"], force=True)) == ["steppe"]
    moved = adapters.sources(make.source(url="https://elsewhere.example/rss"))
    moved.synchronise(later)
    assert ids(moved.claim(later)) == ["steppe"]


def test_after_a_crash_the_wait_that_was_in_force_is_kept_once_more(adapters, make):
    store = adapters.sources(make.source(interval=None))
    store.synchronise(make.now)
    store.claim(make.now)
    adapters.entries.commit(make.batch(updates=[make.update(next_poll=make.now + 12 * HOUR)]))
    assert ids(store.claim(make.now + 12 * HOUR)) == ["steppe"]
    restarted = adapters.sources(make.source(interval=None))
    restarted.synchronise(make.now + 13 * HOUR)
    assert ids(restarted.claim(make.now + 23 * HOUR)) == []
    assert ids(restarted.claim(make.now + 24 * HOUR)) == ["steppe"]


def test_health_counts_what_came_of_late_and_what_names_no_country(adapters, make):
    store = adapters.sources(make.source("steppe"), make.source("oasis"))
    store.synchronise(make.now)
    untagged = make.described("g2")
    untagged = replace(untagged, description=replace(untagged.description, tags=()))
    given = make.described("g3")
    default = Tag("KZ", 0.5, (Evidence("", "source", 0, "default country"),))
    given = replace(given, description=replace(given.description, tags=(default,)))
    foundings = map(make.founding, (make.described("g1"), untagged, given))
    adapters.entries.commit(make.batch(*foundings, updates=[make.update()]))
    steppe, oasis = store.health(make.now + timedelta(days=6))
    assert (steppe.status.entries, steppe.recent, steppe.untagged, steppe.by_default) == (3, 3, 1, 1)
    assert (oasis.status.entries, oasis.recent, oasis.untagged) == (0, 0, 0)
    late, _ = store.health(make.now + timedelta(days=8))
    assert (late.status.entries, late.recent, late.untagged, late.by_default) == (3, 0, 0, 0)
    (unknown,) = adapters.sources(make.source("nobody")).health(make.now)
    assert (unknown.status.state, unknown.recent) == (SourceState.NEVER, 0)


def test_a_source_keeps_its_newest_entry_for_the_next_claim(adapters, make):
    store = adapters.sources(make.source())
    store.synchronise(make.now)
    adapters.entries.commit(make.batch(updates=[make.update(newest_entry=make.now - HOUR)]))
    adapters.entries.commit(make.batch(updates=[make.update(state=SourceState.STALE)]))
    (claim,) = store.claim(make.now + 9 * HOUR).granted
    assert (claim.newest_entry, claim.first) == (make.now - HOUR, False)
