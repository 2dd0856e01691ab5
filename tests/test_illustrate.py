"""Pictures of stories, from their sources to our own files: with a scripted world and the real store."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.illustrate import GRACE, IllustratePorts, IllustrateReport, illustrate
from aggregator.model import (
    Batch,
    Decisions,
    EncodedImage,
    EncodedPicture,
    Founding,
    PictureFailure,
    Source,
    Story,
    WantedPicture,
)
from aggregator.publish.disk import PublicFolder
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.pictures import PictureStore
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from tests.fakes import entry

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RETENTION = 90 * DAY
SOURCES = {name: Source(name, name.title(), f"https://{name}.example/feed") for name in ("dala", "oasis")}
TROUBLE = PictureFailure("HTTP 503", final=False, site_wide=True)
GONE = PictureFailure("HTTP 404", final=True)


@dataclass
class FakeWeb:
    """Answers each address as scripted; any other with a body of its own."""

    answers: dict[str, bytes | PictureFailure | BaseException] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    under_way: Counter[str] = field(default_factory=Counter)

    async def __call__(self, wanted: WantedPicture) -> bytes | PictureFailure:
        self.asked.append(wanted.address)
        self.under_way[wanted.site] += 1
        assert self.under_way[wanted.site] == 1, "two requests to one site at once"
        await asyncio.sleep(0)
        self.under_way[wanted.site] -= 1
        answer = self.answers.get(wanted.address, wanted.address.encode())
        if isinstance(answer, BaseException):
            raise answer
        return answer


async def encode(body: bytes) -> EncodedPicture | PictureFailure:
    if body.startswith(b"<"):
        return PictureFailure("it is no picture", final=True)
    return EncodedPicture(EncodedImage(b"small " + body, 640, 427), EncodedImage(b"large " + body, 1280, 853))


@dataclass
class World:
    """An installation in a folder, and the web around it."""

    ports: IllustratePorts
    web: FakeWeb
    entries: EntryStore
    stories: StoryStore
    public: Path

    def tell(self, *images: str, source: str = "dala", at: datetime = NOW) -> None:
        foundings = tuple(
            Founding(entry(source, f"{at:%H%M}-{number}-{image}", at, image=image))
            for number, image in enumerate(images)
        )
        self.entries.commit(Batch(at, (), Decisions(foundings), "rules"))

    async def run(self, now: datetime = NOW, limit: int = 200) -> IllustrateReport:
        return await illustrate(now, self.ports, limit=limit)

    def shown(self) -> list[Story]:
        return [story for story in self.stories.newest("everything", 100) if story.picture]

    def files(self) -> list[Path]:
        return sorted(path for path in self.public.rglob("*.jpg"))

    def with_sources(self, **sources: Source) -> World:
        return replace(self, ports=replace(self.ports, sources=sources))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = database.connect(f"sqlite:///{tmp_path / 'test.db'}", durable=False)
    database.upgrade(engine)
    SourceStore(engine, tuple(SOURCES.values())).synchronise(NOW)
    web, public = FakeWeb(), tmp_path / "public"
    ports = IllustratePorts(
        PictureStore(engine), web, encode, PublicFolder(public), SOURCES, retention=RETENTION
    )
    yield World(ports, web, EntryStore(engine, "news.example"), StoryStore(engine), public)
    engine.dispose()


def url(number: int, host: str = "dala.example") -> str:
    return f"https://{host}/{number}.jpg"


async def test_a_story_gets_a_copy_of_its_picture_under_a_name_made_of_its_content(world: World) -> None:
    world.tell(url(1), "")
    report = await world.run()
    assert report == IllustrateReport(ready=1)
    assert report.changes_pages
    (story,) = world.shown()
    assert story.picture is not None
    for file, content in ((story.picture.small, b"small "), (story.picture.large, b"large ")):
        assert (world.public / file.path).read_bytes() == content + url(1).encode()
        assert file.path.startswith("img/")
        assert file.path.endswith(".jpg")
    assert await world.run() == IllustrateReport()
    assert world.web.asked == [url(1)]


async def test_a_picture_that_many_stories_name_is_asked_for_once(world: World) -> None:
    world.tell(url(1), url(1), url(1))
    await world.run()
    assert world.web.asked == [url(1)]
    assert len(world.shown()) == 3


async def test_the_newest_stories_come_first_and_a_run_is_bounded(world: World) -> None:
    world.tell(url(1), at=NOW - 2 * HOUR)
    world.tell(url(2), at=NOW - HOUR)
    world.tell(url(3))
    await world.run(limit=2)
    assert world.web.asked == [url(3), url(2)]
    await world.run(limit=2)
    assert world.web.asked[2:] == [url(1)]


async def test_one_failing_picture_stops_no_other(world: World) -> None:
    world.web.answers = {url(1): GONE, url(2): b"<svg/>", url(3): RuntimeError("a fault of ours")}
    world.tell(*(url(number) for number in range(1, 6)))
    report = await world.run()
    assert (report.ready, report.given_up, report.waiting) == (2, 2, 1)
    assert len(world.shown()) == 2


async def test_what_is_given_up_is_never_asked_for_again(world: World) -> None:
    world.web.answers = {url(1): GONE}
    world.tell(url(1))
    await world.run()
    for days in (1, 30, 89):
        await world.run(NOW + days * DAY)
    assert world.web.asked == [url(1)]


async def test_a_failing_picture_is_tried_a_few_times_ever_later(world: World) -> None:
    world.web.answers = {url(1): TROUBLE}
    world.tell(url(1))
    tried, moment = [], NOW
    for _ in range(40):
        before = len(world.web.asked)
        report = await world.run(moment)
        if len(world.web.asked) > before:
            tried.append((moment - NOW, report.waiting, report.given_up))
        moment += 5 * MINUTE
    assert tried == [
        (timedelta(0), 1, 0),
        (15 * MINUTE, 1, 0),
        (45 * MINUTE, 1, 0),
        (105 * MINUTE, 0, 1),
    ]


async def test_a_site_in_trouble_is_left_alone_and_another_is_not(world: World) -> None:
    world.web.answers = {url(3): replace(TROUBLE, not_before=NOW + 2 * HOUR)}
    world.tell(url(1), url(2), url(3), at=NOW)
    world.tell(url(9, "oasis.example"), source="oasis", at=NOW)
    report = await world.run()
    assert sorted(world.web.asked) == [url(3), url(9, "oasis.example")]
    assert (report.ready, report.waiting) == (1, 3)
    await world.run(NOW + 119 * MINUTE)
    assert len(world.web.asked) == 2
    world.web.answers = {}
    assert (await world.run(NOW + 2 * HOUR)).ready == 3


async def test_a_crash_while_asking_does_not_ask_early(world: World) -> None:
    world.web.answers = {url(1): asyncio.CancelledError()}
    world.tell(url(1))
    with pytest.raises(asyncio.CancelledError):
        await world.run()
    world.web.answers = {}
    await world.run(NOW + 14 * MINUTE)
    assert world.web.asked == [url(1)]
    assert (await world.run(NOW + 15 * MINUTE)).ready == 1


async def test_a_source_that_is_off_is_asked_for_nothing_and_its_pictures_go(world: World) -> None:
    world.tell(url(1))
    await world.run()
    off = world.with_sources(dala=replace(SOURCES["dala"], images="none"))
    await off.run(NOW + MINUTE)
    assert world.shown() == []
    off.tell(url(2), at=NOW + MINUTE)
    report = await off.run(NOW + MINUTE + GRACE + MINUTE)
    assert (report.removed, world.files()) == (2, [])
    assert world.web.asked == [url(1)]
    assert (await world.run(NOW + 3 * HOUR)).ready == 2, "and come back when it is on again"


async def test_a_story_keeps_its_picture_as_long_as_configured(world: World) -> None:
    world.tell(url(1))
    await world.run()
    last_day = NOW + RETENTION
    assert await world.run(last_day) == IllustrateReport()
    report = await world.run(last_day + MINUTE)
    assert (report.retired, report.removed, report.changes_pages) == (1, 0, True)
    assert world.shown() == []
    assert len(world.files()) == 2, "pages that show them may still be about"
    assert (await world.run(last_day + GRACE + 2 * MINUTE)).removed == 2
    assert world.files() == []


async def test_equal_pictures_have_one_file_until_nobody_needs_it(world: World) -> None:
    world.web.answers = {url(1): b"logo", url(2): b"logo"}
    world.tell(url(1), at=NOW - DAY)
    world.tell(url(2))
    await world.run()
    assert len(world.files()) == 2
    later = NOW + RETENTION - 3 * HOUR
    await world.run(later)
    assert (await world.run(later + GRACE + MINUTE)).removed == 0
    assert [story.picture is not None for story in world.shown()] == [True]
    assert len(world.files()) == 2


async def test_whoever_empties_the_public_folder_gets_the_pictures_back(world: World) -> None:
    world.tell(url(1), url(2))
    await world.run()
    world.files()[0].unlink()
    report = await world.run(NOW + MINUTE)
    assert (report.lost, report.ready) == (1, 1)
    assert len(world.files()) == 4
    assert len(world.shown()) == 2


async def test_a_longer_retention_finds_older_stories_again(world: World) -> None:
    world.tell(url(1), at=NOW - 100 * DAY)
    assert await world.run() == IllustrateReport()
    patient = replace(world, ports=replace(world.ports, retention=200 * DAY))
    assert (await patient.run()).ready == 1
