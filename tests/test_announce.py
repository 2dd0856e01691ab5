"""Hubs are told of what `publish` writes, whatever breaks on the way: a real store, scripted hubs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.announce import REQUESTS, AnnouncePorts, HubTold, announce
from aggregator.editorial.rank import Voices
from aggregator.model import (
    Batch,
    Decisions,
    File,
    Founding,
    HubAnswer,
    Selection,
    Source,
    Story,
    Telling,
)
from aggregator.pipeline import PublishPorts, publish
from aggregator.printing import PrintPorts
from aggregator.publish import pings
from aggregator.publish.selections import EVERYTHING
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.pings import PingStore
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from tests.fakes import FakeDisk, FakeFeeds, entry

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HUB, OTHER, GOOGLE = "https://h.example/", "https://other.example/", "https://pubsubhubbub.appspot.com/"
SITE = "https://news.example.org"
FORMATS = ("atom", "rss", "json")
YES, BUSY = HubAnswer(True, status=204), HubAnswer(False, "HTTP 503", status=503)


@dataclass
class FakeHubs:
    """Answer as scripted, by hub, each answer once and the last one for ever; others accept."""

    answers: dict[str, list[HubAnswer | BaseException]] = field(default_factory=dict)
    told: list[tuple[str, list[str]]] = field(default_factory=list)

    async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
        self.told.append((hub, [value for name, value in form if name.startswith("hub.url")]))
        script = self.answers.get(hub, [YES])
        answer = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def topics(self, hub: str = HUB) -> list[str]:
        """Feeds that a hub heard of, in their order, without the site's address."""
        return [
            topic.removeprefix(f"{SITE}/") for told, topics in self.told if told == hub for topic in topics
        ]


@dataclass
class House:
    sources: SourceStore
    entries: EntryStore
    stories: StoryStore
    pings: PingStore
    hubs: FakeHubs = field(default_factory=FakeHubs)
    disk: FakeDisk = field(default_factory=FakeDisk)
    feeds: FakeFeeds = field(default_factory=FakeFeeds)

    def tell(self, *guids: str, at: datetime = NOW) -> None:
        """Stories of Kazakhstan, that nobody has published yet."""
        foundings = tuple(Founding(entry("dala", guid, at)) for guid in guids)
        self.entries.commit(Batch(at, (), Decisions(foundings), "1"))

    def publish(self, now: datetime) -> set[str]:
        """Write what changed; returns the feeds among it."""
        ports = PublishPorts(
            selections=(Selection(EVERYTHING, "All"), Selection("kz", "Kazakhstan", countries=("KZ",))),
            stories=self.stories,
            disk=self.disk,
            announcements=self.pings,
            printing=PrintPorts(self.stories, self.sources, self.feeds, page_of, ("KZ",), Voices()),
            edition="1",
        )
        return set(pings.feeds(publish(now, ports).written))

    def due(self, *names: str, at: datetime = NOW) -> None:
        """Feeds that a publication wrote."""
        self.pings.due(at, {f"feeds/{name}.atom" for name in names})

    async def announce(self, now: datetime, hub: str = HUB) -> list[HubTold]:
        return await announce(now, hub, AnnouncePorts(self.pings, self.hubs, (HUB, OTHER, GOOGLE), SITE))


def page_of(
    stories: Sequence[Story], ranked: object, statuses: object, now: datetime, *_: object
) -> list[File]:
    return [File("index.html", now.isoformat().encode())]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = database.connect(f"sqlite:///{tmp_path}/news.db", durable=False)
    database.upgrade(engine)
    made = House(
        SourceStore(engine, [Source("dala", "Dala", "https://dala.example/feed")]),
        EntryStore(engine, "news.example.org"),
        StoryStore(engine),
        PingStore(engine, (HUB, OTHER, GOOGLE)),
    )
    made.sources.synchronise(NOW)
    yield made
    engine.dispose()


# ------------------------------------------------------------------------------------------- what is told


async def test_hubs_are_told_of_the_feeds_that_changed_and_of_nothing_else(house: House) -> None:
    house.tell("one")
    written = house.publish(NOW)
    assert written == {f"feeds/{name}.{suffix}" for name in ("all", "kz") for suffix in FORMATS}
    assert await house.announce(NOW) == [HubTold(HUB, Telling.TOLD, 6)]
    assert set(house.hubs.topics()) == written
    assert house.publish(NOW + MINUTE) == set()
    assert await house.announce(NOW + MINUTE) == []


async def test_what_changes_again_before_its_hub_is_told_is_told_once(house: House) -> None:
    for minute in range(3):
        house.tell(f"story-{minute}")
        house.publish(NOW + minute * MINUTE)
    await house.announce(NOW + HOUR)
    topics = house.hubs.topics()
    assert len(topics) == len(set(topics)) == 6


async def test_a_publication_while_a_hub_is_told_is_told_afterwards(house: House) -> None:
    house.due("kz")

    class Slow(FakeHubs):
        async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
            if not self.told:
                house.due("kz", at=NOW + MINUTE)
            return await super().__call__(hub, form)

    house.hubs = Slow()
    await house.announce(NOW)
    await house.announce(NOW + timedelta(seconds=10))
    assert house.hubs.topics() == ["feeds/kz.atom"] * 2
    assert await house.announce(NOW + MINUTE) == []


# --------------------------------------------------------------------------------------------- crashes


@dataclass
class DyingDisk(FakeDisk):
    """The process dies after so many files."""

    survives: int = 0

    def write(self, file: File) -> bool:
        if not self.survives:
            raise SystemExit
        self.survives -= 1
        return super().write(file)


@pytest.mark.parametrize("files", range(7))
async def test_no_feed_is_forgotten_wherever_a_publication_is_cut_off(files: int, house: House) -> None:
    """There are six feeds, and they are written before anything else."""
    house.tell("one")
    house.disk = DyingDisk(survives=files)
    with pytest.raises(SystemExit):
        house.publish(NOW)
    assert await house.announce(NOW) == [], "hubs would find the feeds as they were"
    house.disk = FakeDisk(house.disk.files)
    assert len(house.publish(NOW + MINUTE)) == 6 - files
    await house.announce(NOW + MINUTE)
    assert sorted(house.hubs.topics()) == sorted(
        path for path in house.disk.files if path.startswith("feeds/")
    )


async def test_a_publication_that_dies_before_it_is_recorded_tells_twice_at_worst(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(self: StoryStore, upto: int, edition: str) -> None:
        raise SystemExit

    house.tell("one")
    with monkeypatch.context() as patch:
        patch.setattr(StoryStore, "mark_published", die)
        with pytest.raises(SystemExit):
            house.publish(NOW)
    await house.announce(NOW)
    assert house.publish(NOW + MINUTE) == set()
    await house.announce(NOW + MINUTE)
    assert len(house.hubs.topics()) == 6


async def test_a_request_that_a_crash_cut_off_is_sent_again(house: House) -> None:
    house.due("kz")
    house.hubs.answers = {HUB: [asyncio.CancelledError(), YES]}
    with pytest.raises(asyncio.CancelledError):
        await house.announce(NOW)
    assert await house.announce(NOW + timedelta(seconds=59)) == [], "nobody knows how the hub is"
    assert await house.announce(NOW + MINUTE) == [HubTold(HUB, Telling.TOLD, 1)]


# ---------------------------------------------------------------------------------------- bad hubs


async def test_a_bad_hub_keeps_no_other_from_being_told(house: House) -> None:
    house.due("kz", "uz")
    house.hubs.answers = {HUB: [BUSY], OTHER: [RuntimeError("surprise")]}
    bad, worse, good = [await house.announce(NOW, hub) for hub in (HUB, OTHER, GOOGLE)]
    assert bad == [HubTold(HUB, Telling.LATER, 2, "HTTP 503", NOW + MINUTE)]
    assert (worse[0].outcome, "RuntimeError" in worse[0].message) == (Telling.LATER, True)
    assert good == [HubTold(GOOGLE, Telling.TOLD, 2)]
    assert len(house.hubs.topics(HUB)) == 1, "the second feed would hardly fare better"


async def test_a_hub_that_fails_is_asked_at_longer_and_longer_intervals(house: House) -> None:
    house.hubs.answers = {HUB: [BUSY]}
    for minute in range(24 * 60):
        if minute % 30 == 0:
            house.due("kz", "uz", at=NOW + minute * MINUTE)  # publications do not shorten its pauses
        await house.announce(NOW + minute * MINUTE)
    assert len(house.hubs.told) == 18
    house.hubs.answers = {}
    assert await house.announce(NOW + DAY + 2 * HOUR) == [HubTold(HUB, Telling.TOLD, 2)]
    house.due("kz", at=NOW + 2 * DAY)
    house.hubs.answers = {HUB: [BUSY]}
    (line,) = await house.announce(NOW + 2 * DAY)
    assert line.again_at == NOW + 2 * DAY + MINUTE, "its record was clean"


async def test_a_hubs_own_word_on_when_to_ask_again_is_kept(house: House) -> None:
    house.due("kz")
    asked_to_wait = HubAnswer(False, "HTTP 429", NOW + 3 * HOUR, status=429)
    house.hubs.answers = {HUB: [asked_to_wait, YES]}
    (line,) = await house.announce(NOW)
    assert line.again_at == NOW + 3 * HOUR
    assert await house.announce(NOW + 3 * HOUR - MINUTE) == []
    assert await house.announce(NOW + 3 * HOUR) == [HubTold(HUB, Telling.TOLD, 1)]


async def test_what_could_not_be_told_for_a_day_is_given_up_with_the_hubs_last_words(house: House) -> None:
    house.due("kz", "uz")
    house.hubs.answers = {HUB: [BUSY]}
    lines: list[HubTold] = []
    while not any(line.outcome is Telling.GIVEN_UP for line in lines):
        at = lines[-1].again_at if lines else NOW
        assert at is not None
        lines += await house.announce(at)
    assert lines[-1] == HubTold(HUB, Telling.GIVEN_UP, 2, "HTTP 503")
    assert len(lines) < 20
    assert not house.pings.owed(HUB).pings
    assert len(house.pings.owed(OTHER).pings) == 2


async def test_a_feed_that_its_hub_fails_at_does_not_hold_up_the_others(house: House) -> None:
    house.due("bad", at=NOW - MINUTE)
    house.hubs.answers = {HUB: [BUSY]}
    await house.announce(NOW)
    house.due("kz", "uz")
    house.hubs.answers = {HUB: [YES, YES, BUSY]}
    lines = await house.announce(NOW + MINUTE)
    assert house.hubs.topics() == ["feeds/bad.atom", "feeds/kz.atom", "feeds/uz.atom", "feeds/bad.atom"]
    assert [(line.outcome, line.feeds) for line in lines] == [(Telling.TOLD, 2), (Telling.LATER, 1)]
    assert lines[1].again_at == NOW + 2 * MINUTE, "the hub itself is fine"


async def test_a_refusal_is_final_and_told_in_one_line(house: House) -> None:
    house.due("kz", "uz")
    house.hubs.answers = {HUB: [HubAnswer(False, "HTTP 400: who are you", status=400)]}
    assert await house.announce(NOW) == [HubTold(HUB, Telling.REFUSED, 2, "HTTP 400: who are you")]
    assert await house.announce(NOW) == []
    house.due("kz", at=NOW + MINUTE)
    assert len(await house.announce(NOW + MINUTE)) == 1, "but it is asked again about the next change"


async def test_a_hub_with_much_to_hear_is_told_in_several_goes_unless_somebody_waits_for_it(
    house: House,
) -> None:
    house.due(*(f"f{number}" for number in range(REQUESTS + 5)))
    assert await house.announce(NOW) == [HubTold(HUB, Telling.TOLD, REQUESTS)]
    assert await house.announce(NOW) == [HubTold(HUB, Telling.TOLD, 5)]
    ports = AnnouncePorts(house.pings, house.hubs, (OTHER,), SITE)
    assert await announce(NOW, OTHER, ports, requests=None) == [HubTold(OTHER, Telling.TOLD, REQUESTS + 5)]
    assert await house.announce(NOW, GOOGLE) == [HubTold(GOOGLE, Telling.TOLD, REQUESTS + 5)]
    assert len([hub for hub, _ in house.hubs.told if hub == GOOGLE]) == 1


async def test_two_processes_do_not_tell_a_hub_the_same(house: House) -> None:
    house.due("kz", "uz")

    class Meeting(FakeHubs):
        async def __call__(self, hub: str, form: Sequence[tuple[str, str]]) -> HubAnswer:
            if not self.told:
                self.told.append(("", []))
                assert await house.announce(NOW) == []
            return await super().__call__(hub, form)

    house.hubs = Meeting()
    assert await house.announce(NOW) == [HubTold(HUB, Telling.TOLD, 2)]
    assert len(house.hubs.topics()) == 2


async def test_a_moved_site_is_told_under_its_new_address(house: House) -> None:
    house.due("kz")
    ports = AnnouncePorts(house.pings, house.hubs, (HUB,), SITE)
    await announce(NOW, HUB, replace(ports, base_url="https://new.example.org/news"))
    assert house.hubs.told == [(HUB, ["https://new.example.org/news/feeds/kz.atom"])]
