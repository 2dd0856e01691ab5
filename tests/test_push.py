"""The conductor of pushes, where the world does what it should not; the usual way is in tests/acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator import push
from aggregator.editorial.decide import Rules
from aggregator.model import (
    Announcement,
    Batch,
    Callback,
    Decisions,
    HubAnswer,
    HubQuestion,
    HubRequest,
    LeaseState,
    Source,
    SourceFailure,
    SourceState,
    SourceUpdate,
)
from aggregator.pipeline import PollPorts
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.inbox import PushInbox
from aggregator.store.leases import LeaseStore
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from tests.fakes import FakeFetch, FakeRead

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCES = tuple(Source(name, name, f"https://{name}.example/feed") for name in ("dala", "oqsoy", "tugai"))
HUB = "https://h.example/"


@dataclass
class FakeHub:
    """Answers as scripted, by hub; everybody else accepts."""

    answers: dict[str, HubAnswer | Exception] = field(default_factory=dict)
    asked: list[HubRequest] = field(default_factory=list)

    async def __call__(self, request: HubRequest) -> HubAnswer:
        self.asked.append(request)
        answer = self.answers.get(request.hub, HubAnswer(True))
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class House:
    sources: SourceStore
    entries: EntryStore
    leases: LeaseStore
    inbox: PushInbox
    hub: FakeHub = field(default_factory=FakeHub)
    read: FakeRead = field(default_factory=FakeRead)

    def announce(self, hubs: dict[str, str]) -> None:
        """What polls would have found, an hour ago."""
        updates = tuple(
            SourceUpdate(
                name,
                NOW - HOUR,
                SourceState.OK,
                "",
                NOW + 6 * HOUR,
                None,
                0,
                announced=Announcement(f"https://{name}.example/feed", (hub,)),
            )
            for name, hub in hubs.items()
        )
        self.sources.claim(NOW - HOUR)
        self.entries.commit(Batch(NOW - HOUR, updates, Decisions(), "1"))

    async def subscribe(self, now: datetime = NOW) -> list[push.HubAsked]:
        return await push.subscribe(
            now, push.SubscribePorts(self.leases, self.hub, "https://news.example.org")
        )

    async def receive(self, now: datetime = NOW) -> list[str]:
        polling = PollPorts(self.sources, FakeFetch(NOW), self.read, self.entries, Rules("1"), lambda: now)
        lines = await push.receive(now, push.ReceivePorts(self.inbox, polling))
        return [line.update.source_id for line in lines if line.counts.new]

    @property
    def callbacks(self) -> push.CallbackPorts:
        return push.CallbackPorts(self.leases, self.inbox)

    def token(self, index: int = -1) -> str:
        return self.hub.asked[index].callback.rpartition("/")[2]

    def hints(self) -> set[str]:
        return {standing.source_id for standing in self.inbox.hinted()}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = database.connect(f"sqlite:///{tmp_path}/news.db")
    database.upgrade(engine)
    made = House(
        SourceStore(engine, SOURCES),
        EntryStore(engine, "news.example.org"),
        LeaseStore(engine, SOURCES, Secrets.load(tmp_path)),
        PushInbox(engine, SOURCES),
    )
    made.sources.synchronise(NOW - HOUR)
    yield made
    engine.dispose()


async def test_a_hub_that_cannot_be_reached_is_not_asked_again_in_this_go(house: House) -> None:
    house.announce({"dala": HUB, "oqsoy": HUB, "tugai": "https://other.example/"})
    house.hub.answers = {HUB: HubAnswer(False, "no answer", reached=False)}
    lines = await house.subscribe()
    assert sorted(request.hub for request in house.hub.asked) == [HUB, "https://other.example/"]
    assert sorted(line.answer.accepted for line in lines) == [False, True]
    assert len(await house.subscribe(NOW + timedelta(minutes=1))) == 1, "the second source tries its luck"


async def test_an_unexpected_error_costs_one_request(house: House) -> None:
    house.announce({"dala": HUB, "oqsoy": HUB})
    house.hub.answers = {HUB: RuntimeError("surprise")}
    lines = await house.subscribe()
    assert [line.answer.accepted for line in lines] == [False, False]
    assert "RuntimeError" in lines[0].answer.message
    assert await house.subscribe(NOW + timedelta(minutes=1)) == []


async def test_an_attempt_is_on_record_before_the_hub_is_asked(house: House) -> None:
    house.announce({"dala": HUB})

    class Dying(FakeHub):
        async def __call__(self, request: HubRequest) -> HubAnswer:
            (standing,) = house.leases.standings()
            assert [(one.state, one.failures) for one in standing.leases] == [(LeaseState.PENDING, 1)]
            return await super().__call__(request)

    house.hub = Dying()
    assert len(await house.subscribe()) == 1


async def test_what_a_hub_does_while_it_answers_is_not_undone(house: House) -> None:
    house.announce({"dala": HUB})

    class Hasty(FakeHub):
        async def __call__(self, request: HubRequest) -> HubAnswer:
            await super().__call__(request)
            assert push.confirm(NOW, house.token(), HubQuestion("subscribe", request.topic), house.callbacks)
            return HubAnswer(False, "HTTP 500")

    house.hub = Hasty()
    await house.subscribe()
    (standing,) = house.leases.standings()
    assert [one.state for one in standing.leases] == [LeaseState.ACTIVE]


async def test_a_lease_that_changed_since_the_plan_was_made_is_left_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.announce({"dala": HUB})
    await house.subscribe()
    seen = house.leases.standings()
    push.confirm(NOW, house.token(), HubQuestion("subscribe", "https://dala.example/feed"), house.callbacks)
    monkeypatch.setattr(house.leases, "standings", lambda: seen)
    assert await house.subscribe(NOW + 2 * HOUR) == []
    assert len(house.hub.asked) == 1


async def test_strangers_are_told_nothing_and_leave_nothing(house: House) -> None:
    house.announce({"dala": HUB})
    await house.subscribe()
    assert push.callback(NOW, "guessed", house.callbacks) is Callback.UNKNOWN
    assert push.callback(NOW, house.token(), house.callbacks) is Callback.UNKNOWN, "it is not verified yet"
    assert not push.confirm(NOW, "guessed", HubQuestion("subscribe", ""), house.callbacks)
    push.accept(NOW, "guessed", "", "", b"body", house.callbacks)
    push.accept(NOW, house.token(), "", "", b"body", house.callbacks)
    assert (house.hints(), house.inbox.take(9)) == (set(), ())


async def test_pushes_of_sources_that_are_not_wanted_are_dropped(house: House) -> None:
    house.announce({"dala": HUB})
    for name in ("dala", "oqsoy"):
        assert house.inbox.put(name, NOW, "", b"one")
    assert await house.receive() == ["dala"]
    assert house.inbox.take(9) == ()


async def test_a_push_that_cannot_be_read_becomes_a_hint(house: House) -> None:
    house.announce({"dala": HUB, "oqsoy": HUB})

    async def read(claim: object, fetched: object, known: object) -> SourceFailure:
        return SourceFailure("dala", NOW, SourceState.PARSE_ERROR, "no feed")

    house.inbox.put("dala", NOW, "", b"<html>")
    house.read = read  # type: ignore[assignment]
    assert await house.receive() == []
    assert house.hints() == {"dala"}
    assert house.inbox.take(9) == ()


async def test_a_hint_waits_for_the_poll_that_it_makes(house: House) -> None:
    house.announce({"dala": HUB})
    house.inbox.hint("dala", NOW)
    await house.receive()
    assert house.hints() == {"dala"}
    granted = house.sources.claim(NOW + timedelta(minutes=10)).granted
    assert "dala" in {claim.source.id for claim in granted}
    await house.receive(NOW + timedelta(minutes=11))
    assert house.hints() == set()


async def test_hints_of_sources_that_nobody_polls_are_forgotten(house: House) -> None:
    house.announce({"dala": HUB})
    house.inbox.hint("dala", NOW)
    inbox = PushInbox(house.inbox._engine, ())
    polling = PollPorts(house.sources, FakeFetch(NOW), house.read, house.entries, Rules("1"), lambda: NOW)
    await push.receive(NOW, push.ReceivePorts(inbox, polling))
    assert house.hints() == set()
