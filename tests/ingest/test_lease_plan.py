from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from aggregator.ingest.lease_plan import LEAVE_ATTEMPTS, MOST_AT_ONCE, MOST_PER_HUB, Ask, Plan, plan
from aggregator.model import Announcement, Claim, Lease, LeaseState, Source, Standing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BASE = "https://news.example.org"
HUBS = Announcement("https://steppe.example/feed/", ("https://h.example/", "https://second.example/"))


@pytest.fixture
def claim(source: Source) -> Claim:
    return Claim(source, first=False, announced=HUBS)


def lease(state: LeaseState, now: datetime, **fields: object) -> Lease:
    made = Lease(1, "steppe", HUBS.hubs[0], HUBS.topic, BASE, state, now - DAY, now - HOUR)
    return replace(made, **fields)  # type: ignore[arg-type]


def planned(claim: Claim | None, now: datetime, *leases: Lease, base_url: str = BASE) -> Plan:
    return plan([Standing("steppe", claim, leases=leases)], base_url, now)


def test_a_source_with_a_hub_and_without_a_lease_gets_one(claim: Claim, now: datetime) -> None:
    assert planned(claim, now) == Plan(ask=[Ask("steppe", HUBS.hubs[0], HUBS.topic)])


def test_a_lease_that_runs_needs_nothing(claim: Claim, now: datetime) -> None:
    assert planned(claim, now, lease(LeaseState.ACTIVE, now, expires_at=now + 9 * DAY)) == Plan()


@pytest.mark.parametrize(
    ("length", "left", "renewed"),
    [
        (10 * DAY, 2 * DAY + HOUR, False),
        (10 * DAY, 2 * DAY, True),
        (3 * DAY, DAY + HOUR, False),
        (3 * DAY, DAY, True),
        (timedelta(minutes=5), timedelta(minutes=1), False),
        (2 * HOUR, timedelta(minutes=40), True),
    ],
)
def test_a_lease_is_renewed_before_it_ends(
    length: timedelta, left: timedelta, renewed: bool, claim: Claim, now: datetime
) -> None:
    end = now + left
    running = lease(LeaseState.ACTIVE, now, asked_at=end - length, expires_at=end)
    assert bool(planned(claim, now, running).ask) is renewed


def test_while_a_renewal_is_pending_no_other_is_asked_for(claim: Claim, now: datetime) -> None:
    ending = lease(LeaseState.ACTIVE, now, expires_at=now + HOUR)
    pending = lease(LeaseState.PENDING, now, try_after=now + HOUR, failures=1)
    assert planned(claim, now, ending, pending) == Plan()


def test_a_pending_lease_is_asked_for_again_in_its_time_and_at_the_next_hub(
    claim: Claim, now: datetime
) -> None:
    pending = lease(LeaseState.PENDING, now, failures=1)
    assert planned(claim, now, pending) == Plan(ask=[Ask("steppe", HUBS.hubs[1], HUBS.topic, pending)])
    assert planned(claim, now, replace(pending, try_after=now + HOUR)) == Plan()


def test_a_denied_lease_rests_and_then_a_new_one_is_asked_for(claim: Claim, now: datetime) -> None:
    denied = lease(LeaseState.DENIED, now, try_after=now + HOUR)
    assert planned(claim, now, denied) == Plan()
    later = planned(claim, now + DAY, denied)
    assert [ending.lease for ending in later.end] == [denied]
    assert later.ask == [Ask("steppe", HUBS.hubs[0], HUBS.topic)]


@pytest.mark.parametrize(
    "other",
    [
        {"announced": Announcement("https://steppe.example/new", HUBS.hubs)},
        {"announced": Announcement(HUBS.topic, ("https://other.example/",))},
    ],
)
def test_a_source_that_changed_its_hub_or_topic_gets_a_new_lease(
    other: dict[str, Announcement], claim: Claim, now: datetime
) -> None:
    running = lease(LeaseState.ACTIVE, now, expires_at=now + 9 * DAY)
    changed = planned(replace(claim, **other), now, running)  # type: ignore[arg-type]
    assert len(changed.ask) == 1
    assert changed.leave == [], "the old one counts until the new one runs"
    pending = lease(LeaseState.PENDING, now, try_after=now + HOUR)
    assert [one.lease for one in planned(replace(claim, **other), now, pending).end] == [pending]  # type: ignore[arg-type]


def test_a_changed_public_address_asks_for_new_callbacks(claim: Claim, now: datetime) -> None:
    running = lease(LeaseState.ACTIVE, now, expires_at=now + 9 * DAY)
    assert len(planned(claim, now, running, base_url="https://elsewhere.example.org").ask) == 1


@pytest.mark.parametrize("why", ["removed", "no public address", "no hub"])
def test_a_source_that_is_not_to_be_pushed_is_unsubscribed(why: str, claim: Claim, now: datetime) -> None:
    whose = {"removed": None, "no hub": replace(claim, announced=Announcement())}.get(why, claim)
    base_url = "" if why == "no public address" else BASE
    running = lease(LeaseState.ACTIVE, now, expires_at=now + 9 * DAY)
    assert planned(whose, now, running, base_url=base_url) == Plan(leave=[running])
    pending = lease(LeaseState.PENDING, now)
    assert [one.lease for one in planned(whose, now, pending, base_url=base_url).end] == [pending]


def test_leaving_is_tried_a_few_times_in_its_time(claim: Claim, now: datetime) -> None:
    running = lease(LeaseState.ACTIVE, now, id=2, expires_at=now + 9 * DAY)
    leaving = lease(LeaseState.LEAVING, now, expires_at=now + DAY)
    assert planned(claim, now, leaving, running) == Plan(leave=[leaving])
    assert planned(claim, now, replace(leaving, try_after=now + HOUR), running) == Plan()
    often = replace(leaving, failures=LEAVE_ATTEMPTS)
    assert [one.lease for one in planned(claim, now, often, running).end] == [often]
    over = replace(leaving, expires_at=now)
    assert [one.lease for one in planned(claim, now, over, running).end] == [over]


def test_without_a_running_lease_a_pushed_source_is_polled_as_before(claim: Claim, now: datetime) -> None:
    claim = replace(claim, pushed_until=now)
    over = lease(LeaseState.ACTIVE, now, expires_at=now)
    ended = planned(claim, now, over)
    assert [one.claim.source.id for one in ended.resume] == ["steppe"]
    assert [one.lease for one in ended.end] == [over]
    assert len(ended.ask) == 1
    running = replace(over, expires_at=now + 9 * DAY)
    assert planned(claim, now, running).resume == []


def test_one_hub_is_not_asked_for_everything_at_once(source: Source, now: datetime) -> None:
    many = [
        Standing(f"s{number}", Claim(replace(source, id=f"s{number}"), first=False, announced=HUBS))
        for number in range(2 * MOST_PER_HUB)
    ]
    owed = replace(lease(LeaseState.PENDING, now), asked_at=now, try_after=now + HOUR, failures=1)
    many[0] = replace(many[0], leases=(owed,))
    assert len(plan(many, BASE, now).ask) == MOST_PER_HUB - 1
    silent_for_long = replace(owed, asked_at=now - 2 * HOUR)
    many[0] = replace(many[0], leases=(silent_for_long,))
    assert len(plan(many, BASE, now).ask) == MOST_PER_HUB


def test_all_hubs_together_are_asked_for_so_much_at_once(source: Source, now: datetime) -> None:
    many = [
        Standing(
            f"s{number}",
            Claim(
                source,
                first=False,
                announced=Announcement("https://t.example/", (f"https://h{number}.example/",)),
            ),
        )
        for number in range(2 * MOST_AT_ONCE)
    ]
    assert len(plan(many, BASE, now).ask) == MOST_AT_ONCE
