"""A source that is pushed: from its hub's announcement to a story without a poll, and back to polling."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator import push, reading
from aggregator.editorial.decide import Rules
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.lanes import Lanes
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.transport import HttpLimits, Transport
from aggregator.ingest.websub import HubClient
from aggregator.model import (
    Claim,
    Fetched,
    Lease,
    LeaseState,
    Reading,
    Region,
    Site,
    Source,
    SourceFailure,
    SourceStatus,
)
from aggregator.pipeline import PollPorts, poll
from aggregator.store import engine as database
from aggregator.store.engine import reading as read_store
from aggregator.store.entries import EntryStore
from aggregator.store.inbox import PushInbox
from aggregator.store.leases import LeaseStore
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.tables import hub_leases, pushes, sources
from aggregator.web.app import WebSettings, create_app
from aggregator.web.server import serve
from aggregator.wiring.subscriptions import Subscriptions
from tests.loopback_hub import PUBLIC, LoopbackHub

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


class ReadHere:
    """The reading of the worker processes, in this one."""

    def __init__(self) -> None:
        self.read = reading.ReadBody(Region(("en",)))

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        return self.read(claim, fetched, known)


@dataclass
class House:
    """One run of both processes: everything that it knows it has from the store."""

    clock: Clock
    sources: SourceStore
    leases: LeaseStore
    inbox: PushInbox
    stories: StoryStore
    engine: database.Engine
    polling: PollPorts
    subscribing: push.SubscribePorts
    hub: LoopbackHub

    async def turn(self, passing: timedelta = timedelta(0)) -> None:
        """Let time pass, and wake every job once."""
        self.clock.now += passing
        await push.receive(self.clock.now, push.ReceivePorts(self.inbox, self.polling))
        await poll(self.clock.now, self.polling)
        await push.subscribe(self.clock.now, self.subscribing)
        await self.hub.settled()

    async def receive(self) -> None:
        await push.receive(self.clock.now, push.ReceivePorts(self.inbox, self.polling))

    @property
    def status(self) -> SourceStatus:
        (status,) = self.sources.statuses()
        return status

    @property
    def wait(self) -> timedelta:
        """How long until the next poll."""
        assert self.status.next_poll
        return self.status.next_poll - self.clock.now

    @property
    def live(self) -> list[Lease]:
        return [lease for standing in self.leases.standings() for lease in standing.leases]

    @property
    def states(self) -> list[LeaseState]:
        return [lease.state for lease in self.live]

    def row(self) -> dict[str, object]:
        with read_store(self.engine) as connection:
            return dict(connection.execute(select(sources)).mappings().one())

    def told(self) -> set[str]:
        """Guids of what we tell."""
        return {story.lead.url.rpartition("/")[2] for story in self.stories.changes(0, 1_000).stories}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hub() -> AsyncIterator[LoopbackHub]:
    async with LoopbackHub() as hub:
        yield hub


@pytest.fixture
def source(hub: LoopbackHub) -> Source:
    return Source("dala", "Dala", f"{hub.url}/feed")


@asynccontextmanager
async def running(
    folder: Path, clock: Clock, hub: LoopbackHub, *configured: Source, base_url: str = PUBLIC
) -> AsyncIterator[House]:
    """Both processes, until they are stopped."""
    engine = database.connect(f"sqlite:///{folder / 'news.db'}")
    database.upgrade(engine)
    secrets = Secrets.load(folder)
    store = SourceStore(engine, configured)
    store.synchronise(clock.now)
    leases, inbox = LeaseStore(engine, configured, secrets), PushInbox(engine, configured)
    guard, limits = NetGuard([ip_network("127.0.0.0/8")]), HttpLimits(host_gap=timedelta(0))
    fetcher = HttpFetcher(user_agent="Test/1", clock=clock, guard=guard, limits=limits)
    transport = Transport(guard=guard, limits=limits, lanes=Lanes(0))
    polling = PollPorts(store, fetcher, ReadHere(), EntryStore(engine, "news.example"), Rules("1"), clock)
    app = create_app(web_settings(folder, Subscriptions(push.CallbackPorts(leases, inbox), clock)))
    async with (
        fetcher,
        HubClient(transport, user_agent="Test/1", clock=clock) as ask,
        serve(app, "127.0.0.1", 0) as address,
    ):
        hub.subscriber = address.url
        subscribing = push.SubscribePorts(leases, ask, base_url)
        yield House(clock, store, leases, inbox, StoryStore(engine), engine, polling, subscribing, hub)
        await hub.settled()
    engine.dispose()


def web_settings(folder: Path, hubs: Subscriptions) -> WebSettings:
    def nothing(*_: object) -> None:
        raise AssertionError("no page is asked for")

    site = Site("News", "", PUBLIC, "en", "news@news.example", ("KZ",), "UTC", {}, "news.example")
    return WebSettings(folder / "public", site, nothing, (), nothing, hubs=hubs, largest_push=20_000)


@pytest.fixture
async def house(tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source) -> AsyncIterator[House]:
    """A source that was polled, found to be pushed, and subscribed to."""
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        yield house


# ------------------------------------------------------------------------------------------- subscribing


@pytest.mark.parametrize("links", [True, False], ids=["Link headers", "links in the feed"])
async def test_a_source_that_announces_a_hub_is_subscribed_to(
    links: bool, tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    hub.links = links
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        assert house.states == [LeaseState.ACTIVE]
        assert house.live[0].expires_at == clock.now + 10 * DAY
    (form,) = hub.asked
    assert (form["hub.mode"], form["hub.topic"]) == ("subscribe", hub.topic)
    assert form["hub.callback"].startswith(f"{PUBLIC}/websub/")
    assert 32 <= len(form["hub.secret"]) < 200
    assert [status for status, _, _ in hub.verified] == [200]


@pytest.mark.parametrize("conduct", ["verify at once", "redirect"])
async def test_hubs_may_verify_before_they_answer_or_send_us_elsewhere(
    conduct: str, tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    hub.conduct = conduct  # type: ignore[assignment]
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        assert house.states == [LeaseState.ACTIVE]


async def test_only_what_we_asked_for_is_verified(house: House, hub: LoopbackHub) -> None:
    (form,) = hub.asked
    assert (await hub.verify(form))[0] == 404, "it is verified already"
    assert (await hub.verify({**form, "hub.mode": "unsubscribe"}))[0] == 404, "nobody wants to leave"
    assert (await hub.verify({**form, "hub.callback": f"{PUBLIC}/websub/guessed"}))[0] == 404
    hub.conduct = "silence"
    await house.turn(9 * DAY)
    renewal = hub.asked[-1]
    assert renewal["hub.callback"] != form["hub.callback"]
    assert (await hub.verify({**renewal, "hub.topic": f"{hub.url}/other"}))[0] == 404
    assert (await hub.verify(renewal, hub_challenge=""))[0] == 404
    assert await hub.verify(renewal) == (200, "tell me this")


async def test_a_hub_that_denies_is_asked_again_much_later(
    tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    hub.conduct = "deny"
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        assert [(lease.state, lease.message) for lease in house.live] == [
            (LeaseState.DENIED, "not on our list")
        ]
        for _ in range(6):
            await house.turn(DAY)
        assert len(hub.asked) == 1
        hub.conduct = "verify"
        await house.turn(DAY + HOUR)
        assert house.states == [LeaseState.ACTIVE]


async def test_a_hub_that_refuses_is_asked_at_longer_and_longer_intervals(
    tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    hub.conduct = "refuse"
    async with running(tmp_path, clock, hub, source) as house:
        for _ in range(24 * 6):
            await house.turn(timedelta(minutes=10))
        assert len(hub.asked) == 5, "at once, and after 1, 3, 7 and 15 hours"
        callback = {form["hub.callback"] for form in hub.asked}
        assert len(callback) == 1, "one that may have been taken over is not given up for another"
        (lease,) = house.live
        assert "HTTP 400" in lease.message
        assert "…, please" in lease.message, "the token that it quotes is masked"


# ---------------------------------------------------------------------------------------------- pushes


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
async def test_a_signed_push_is_told_without_a_poll(method: str, house: House, hub: LoopbackHub) -> None:
    before, polls = house.row(), hub.polls
    house.clock.now += timedelta(minutes=3)
    assert await hub.push(hub.asked[0], ["pushed"], method=method) == 202
    assert "pushed" not in house.told(), "nothing is read before it is acknowledged"
    await house.receive()
    assert "pushed" in house.told()
    assert hub.polls == polls
    after = house.row()
    learned = {"last_success", "newest_entry", "entries_per_day"}
    assert {name for name in after if after[name] != before[name]} <= learned


@pytest.mark.parametrize("how", ["unsigned", "sha1", "another's secret"])
async def test_a_push_without_proof_is_only_a_hint_to_poll_politely(
    how: str, house: House, hub: LoopbackHub
) -> None:
    await house.turn(3 * HOUR)  # a poll that finds nothing: from now on the backup poll rules
    polls = hub.polls
    form = {**hub.asked[0], "hub.secret": "wrong"} if how == "another's secret" else hub.asked[0]
    method = "sha1" if how == "sha1" else "sha256"
    signed = await hub.push(hub.asked[0], ["no-0"])
    hub.guids = ["polled", *hub.guids]
    for _ in range(5):
        assert await hub.push(form, ["forged"], method=method, signed=how != "unsigned") == signed
    await house.turn(timedelta(minutes=1))
    assert hub.polls == polls, "not earlier than its least interval"
    for _ in range(20):
        await house.turn(timedelta(minutes=1))
    assert hub.polls == polls + 1
    assert "polled" in house.told()
    assert "forged" not in house.told()
    await house.turn(timedelta(minutes=20))
    assert hub.polls == polls + 1, "one hint, one poll"


async def test_a_flood_costs_bounded_room_and_loses_nothing(house: House, hub: LoopbackHub) -> None:
    answers = [await hub.push(hub.asked[0], [f"news-{number}"]) for number in range(70)]
    assert set(answers) == {202, 429}
    with read_store(house.engine) as connection:
        assert len(connection.execute(select(pushes.c.id)).all()) == 20
    assert house.row()["hinted_at"] is not None, "what found no room is polled for"
    for _ in range(3):
        await house.receive()
    assert {f"news-{number}" for number in range(20)} <= house.told()
    with read_store(house.engine) as connection:
        assert connection.execute(select(pushes.c.id)).all() == []


async def test_a_push_that_is_too_large_or_goes_nowhere_is_refused(house: House, hub: LoopbackHub) -> None:
    assert await hub.push(hub.asked[0], ["long" * 6_000]) == 413
    assert await hub.push({**hub.asked[0], "hub.callback": f"{PUBLIC}/websub/guessed"}, ["x"]) == 404


async def test_a_push_that_is_no_feed_harms_no_source(house: House, hub: LoopbackHub) -> None:
    before = house.status
    hub.body = lambda guids: b"<html>Sign in</html>"  # type: ignore[method-assign]
    assert await hub.push(hub.asked[0], []) == 202
    await house.receive()
    assert (house.status.state, house.status.failures) == (before.state, 0)
    assert house.row()["hinted_at"] is not None


# --------------------------------------------------------------------------------- polls, leases, life


async def test_polls_grow_rare_while_a_hub_pushes_and_are_themselves_again_when_it_ends(
    house: House, hub: LoopbackHub
) -> None:
    usual = house.wait
    assert usual < 3 * HOUR
    await house.turn(usual)
    assert house.wait >= 6 * HOUR
    hub.guids = ["not-pushed", *hub.guids]
    await house.turn(8 * HOUR)
    assert "not-pushed" in house.told()
    assert house.wait < 3 * HOUR, "a hub that was late is not trusted"
    await house.turn(3 * HOUR)
    assert house.wait >= 6 * HOUR
    hub.conduct = "silence"
    while house.states != [LeaseState.PENDING]:
        await house.turn(HOUR)
    assert house.row()["pushed_until"] is None
    await house.turn(timedelta(minutes=1))
    assert house.wait < 6 * HOUR


async def test_a_lease_is_renewed_with_a_new_callback_and_the_old_one_given_back(
    house: House, hub: LoopbackHub
) -> None:
    await house.turn(7 * DAY)
    assert len(hub.asked) == 1
    await house.turn(DAY + HOUR)
    old, new = hub.asked
    assert new["hub.callback"] != old["hub.callback"]
    assert new["hub.secret"] != old["hub.secret"]
    assert house.states == [LeaseState.LEAVING, LeaseState.ACTIVE]
    assert await hub.push(old, ["under-way"]) == 202
    await house.receive()
    assert "under-way" in house.told(), "the old callback is honoured for a while"
    await house.turn(2 * HOUR)
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert hub.asked[-1]["hub.callback"] == old["hub.callback"]
    assert house.states == [LeaseState.ACTIVE]
    assert await hub.push(old, ["late"]) == 410


async def test_a_restart_keeps_leases_and_what_waits(
    tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        assert await hub.push(hub.asked[0], ["before"]) == 202
    clock.now += timedelta(minutes=5)
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        assert await hub.push(hub.asked[0], ["after"]) == 202
        await house.receive()
        assert {"before", "after"} <= house.told()
        assert len(hub.asked) == 1


@pytest.mark.parametrize("how", ["removed", "websub: false", "no https", "hub gone"])
async def test_a_source_that_shall_not_be_pushed_any_more_is_unsubscribed(
    how: str, tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
        await house.turn(3 * HOUR)
        assert house.wait >= 6 * HOUR
    configured = {"removed": [], "websub: false": [replace(source, websub=False)]}.get(how, [source])
    base_url = "" if how == "no https" else PUBLIC
    hub.announces = how != "hub gone"
    hub.guids = ["newest", *hub.guids]
    async with running(tmp_path, clock, hub, *configured, base_url=base_url) as house:
        await house.turn(9 * HOUR)
        await house.turn(timedelta(minutes=1))
        assert hub.asked[-1]["hub.mode"] == "unsubscribe"
        assert hub.asked[-1]["hub.callback"] == hub.asked[0]["hub.callback"]
        assert house.states == []
        assert await hub.push(hub.asked[0], ["late"]) == 410
        await house.receive()
        assert "late" not in house.told()
        if configured:
            assert house.row()["pushed_until"] is None
            assert house.wait < 3 * HOUR
        await house.turn(8 * DAY)
        with read_store(house.engine) as connection:
            assert connection.execute(select(hub_leases.c.id)).all() == [], "at last it is forgotten"


async def test_a_moved_site_gets_new_callbacks(
    tmp_path: Path, clock: Clock, hub: LoopbackHub, source: Source
) -> None:
    async with running(tmp_path, clock, hub, source) as house:
        await house.turn()
    elsewhere = f"{PUBLIC}/elsewhere"
    async with running(tmp_path, clock, hub, source, base_url=elsewhere) as house:
        hub.conduct = "silence"
        await house.turn(timedelta(minutes=1))
    assert hub.asked[-1]["hub.callback"].startswith(f"{elsewhere}/websub/")
