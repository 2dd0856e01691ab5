"""Floods, renamed and returning sources: real bodies through the whole poll into the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from aggregator.editorial.decide import Rules
from aggregator.editorial.floods import Body, renamed
from aggregator.model import (
    Claim,
    DescribedEntry,
    EntryCounts,
    Exclusions,
    Fetched,
    KnownEntry,
    Reading,
    Region,
    Source,
    SourceFailure,
    Story,
)
from aggregator.pipeline import PollPorts, poll
from aggregator.publish.selections import EVERYTHING
from aggregator.reading import ReadBody
from aggregator.store import engine as database
from aggregator.store.entries import EntryStore
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.tables import entries
from tests.fakes import entry, hashed

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DALA = Source("dala", "Dala", "https://dala.example/feed", interval=HOUR, language="en")
READ = ReadBody(Region(("en", "ru")))


@dataclass(frozen=True)
class Item:
    """An invented entry."""

    number: int
    at: datetime
    guid: str = ""
    link: str = ""
    title: str = ""
    text: str = ""

    def __str__(self) -> str:
        title = self.title or f"Village number {self.number} opens a new school"
        return (
            f"<item><guid isPermaLink='false'>{self.guid or self.number}</guid><title>{title}</title>"
            f"<link>{self.link or f'https://dala.example/news/{self.number}'}</link>"
            f"<pubDate>{format_datetime(self.at)}</pubDate>"
            f"<description>{self.text or f'Pupils of village {self.number} came.'}</description></item>"
        )


@dataclass
class Desk:
    """A source, its server and the store, with the time of the next poll."""

    engine: Engine
    entries: EntryStore
    stories: StoryStore
    source: Source = DALA
    now: datetime = START
    body: bytes = b""
    seen: list[str] = field(default_factory=list)

    async def fetch(self, claim: Claim) -> Fetched:
        body_hash = hashed(self.body.decode())
        return Fetched(
            claim.source.id, self.now, claim.source.url, "application/rss+xml", self.body, body_hash
        )

    async def read(self, claim: Claim, fetched: Fetched, known: dict[str, bytes]) -> Reading | SourceFailure:
        return READ(claim, fetched, known)

    async def poll(self, items: Iterable[Item], after: timedelta = 2 * HOUR) -> EntryCounts:
        """Poll `after` the last time, with these items in the feed."""
        self.now += after
        self.body = (
            f"<rss version='2.0'><channel><title>D</title>{''.join(map(str, items))}</channel></rss>".encode()
        )
        sources = SourceStore(self.engine, [self.source])
        sources.synchronise(self.now)
        ports = PollPorts(sources, self.fetch, self.read, self.entries, Rules("1"), lambda: self.now)
        report = await poll(self.now, ports, only=[self.source.id], force=True)
        (line,) = report.polled
        return line.counts

    def told(self) -> list[Story]:
        return list(self.stories.newest(EVERYTHING, 5000))

    def stored(self) -> dict[str, str]:
        """State by guid."""
        with self.engine.connect() as connection:
            return {row.guid: row.state for row in connection.execute(select(entries))}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = database.connect(f"sqlite:///{tmp_path}/news.db")
    database.upgrade(engine)
    yield Desk(engine, EntryStore(engine, "news.example"), StoryStore(engine))
    engine.dispose()


def latest(count: int, now: datetime, first: int = 0) -> list[Item]:
    """Items of the last hours, the newest first."""
    return [Item(first + number, now - number * HOUR) for number in range(count)]


async def test_a_first_poll_tells_the_last_days_only(desk: Desk) -> None:
    counts = await desk.poll([Item(number, START - number * DAY) for number in range(30)])
    assert (counts.new, counts.old) == (3, 27)


async def test_an_archive_of_1000_entries_that_is_added_is_stored_and_not_told(desk: Desk) -> None:
    await desk.poll(latest(10, START))
    archive = [Item(100 + number, START - 10 * DAY - number * HOUR) for number in range(1000)]
    fresh = Item(50, START + 2 * HOUR)
    counts = await desk.poll([fresh, *latest(10, START), *archive])
    assert (counts.new, counts.old) == (1, 1000)
    assert len(desk.told()) == 11
    assert len(desk.stored()) == 1011
    assert (await desk.poll([fresh, *latest(10, START), *archive, Item(51, START + 4 * HOUR)])).new == 1


async def test_a_few_late_entries_are_told(desk: Desk) -> None:
    await desk.poll(latest(10, START))
    late = [Item(100 + number, START - 10 * DAY) for number in range(3)]
    assert (await desk.poll([*late, *latest(10, START)])).new == 3


async def test_what_came_while_we_were_away_is_news_however_much_it_is(desk: Desk) -> None:
    await desk.poll(latest(10, START))
    since = [Item(100 + number, START + number * HOUR) for number in range(120)]
    assert (await desk.poll(since, after=6 * DAY)).new == 120


async def test_an_archive_that_is_dated_anew_is_not_told_again(desk: Desk) -> None:
    items = [Item(number, START - number * DAY) for number in range(40)]
    await desk.poll(items)
    before = [(story.id, story.updated_at) for story in desk.told()]
    counts = await desk.poll([replace(item, at=START + 2 * HOUR) for item in items])
    assert (counts.new, counts.revised) == (0, 40)
    assert [(story.id, story.updated_at) for story in desk.told()] == before


async def test_an_unknown_archive_that_is_dated_today_is_not_told(desk: Desk) -> None:
    await desk.poll(latest(10, START))
    archive = [Item(100 + number, START + 2 * HOUR) for number in range(1000)]
    counts = await desk.poll([*latest(10, START), *archive])
    assert (counts.new, counts.old) == (0, 1000)


NEW_GUIDS: dict[str, Callable[[Item], Item]] = {
    "guids": lambda item: replace(item, guid=f"urn:{item.number}"),
    "guids and dates": lambda item: replace(item, guid=f"urn:{item.number}", at=item.at + 5 * DAY),
    "guids and links": lambda item: replace(
        item, guid=f"urn:{item.number}", link=f"https://new-dala.example/{item.number}"
    ),
}


@pytest.mark.parametrize("change", NEW_GUIDS.values(), ids=NEW_GUIDS)
async def test_entries_under_new_guids_are_the_same_entries(
    desk: Desk, change: Callable[[Item], Item]
) -> None:
    items = [Item(number, START - number * 12 * HOUR) for number in range(20)]
    await desk.poll(items)
    before = [(story.id, story.updated_at, len(story.members)) for story in desk.told()]
    counts = await desk.poll([Item(99, START + HOUR), *map(change, items)])
    assert (counts.new, counts.old, counts.duplicates) == (1, 0, 0)
    after = [(story.id, story.updated_at, len(story.members)) for story in desk.told()]
    assert after[1:] == before
    assert set(desk.stored()) == {"99", *(f"urn:{number}" for number in range(20))}
    again = await desk.poll([Item(99, START + HOUR), *map(change, items), Item(98, START + 3 * HOUR)])
    assert (again.new, again.revised) == (1, 0)


def test_entries_that_share_words_but_neither_title_nor_address_are_not_renamed_ones() -> None:
    """Look-up keys stand for words, too: a source tells many stories of one harvest."""

    def known(guid: str, title_key: int) -> KnownEntry:
        return KnownEntry(
            id=title_key,
            source_id="dala",
            guid=guid,
            canonical_url=f"dala.example/{guid}",
            story_id=title_key,
            raw_hash=b"",
            shown_hash=b"",
            published=START,
            keys=(title_key, 100, 101),
            title_key=title_key,
        )

    def arrival(guid: str, title_key: int) -> DescribedEntry:
        one = entry("dala", guid, START)
        return DescribedEntry(
            one.entry, replace(one.description, keys=(title_key, 100, 101), title_key=title_key)
        )

    stored = [known(f"old{number}", number) for number in range(1, 6)]
    bodies = {"dala": Body(5, START)}
    others = [arrival(f"new{number}", 10 + number) for number in range(1, 6)]
    assert renamed(others, stored, bodies, ()) == {}
    same = [arrival(f"new{number}", number) for number in range(1, 6)]
    assert {guid: one.guid for (_, guid), one in renamed(same, stored, bodies, ()).items()} == {
        f"new{number}": f"old{number}" for number in range(1, 6)
    }


async def test_titles_that_come_back_every_day_are_no_change_of_guids(desk: Desk) -> None:
    def day(number: int) -> list[Item]:
        at = START + number * DAY
        rates = Item(
            number, at, title="The exchange rates of the day", link=f"https://dala.example/r/{number}"
        )
        return [rates, *latest(6, at, first=100 * (number + 1))]

    await desk.poll(day(0))
    counts = await desk.poll(day(1), after=DAY)
    assert (counts.new, counts.revised) == (7, 0)


async def test_a_renamed_source_keeps_its_entries_and_validators(desk: Desk) -> None:
    items = latest(5, START)
    await desk.poll(items)
    desk.source = replace(DALA, id="dala-news", was="dala")
    counts = await desk.poll([Item(50, START + HOUR), *items])
    assert (counts.new, counts.revised) == (1, 0)
    assert {story.lead.source_id for story in desk.told()} == {"dala-news"}
    assert (await desk.poll([Item(51, START + 3 * HOUR), Item(50, START + HOUR), *items])).new == 1


async def test_a_source_that_was_removed_and_brought_back_tells_nothing_twice(desk: Desk) -> None:
    items = latest(5, START)
    await desk.poll(items)
    SourceStore(desk.engine, []).synchronise(START + 3 * HOUR)
    missed = [Item(50 + number, START + number * DAY) for number in range(1, 60)]
    counts = await desk.poll([*missed, *items], after=60 * DAY)
    assert (counts.new, counts.old, counts.revised) == (2, 57, 0)


async def test_a_source_that_is_renamed_after_it_was_removed_keeps_its_history(desk: Desk) -> None:
    items = latest(5, START)
    await desk.poll(items)
    SourceStore(desk.engine, []).synchronise(START + 3 * HOUR)
    desk.source = replace(DALA, id="oqsoy", was="dala")
    assert (await desk.poll(items)).new == 0


async def test_excluded_entries_are_stored_and_never_told(desk: Desk) -> None:
    desk.source = replace(DALA, exclude=Exclusions(titles=("[Newsletter]",)))
    letter = Item(7, START, title="[Newsletter] The week in our villages")
    counts = await desk.poll([letter, Item(8, START)])
    assert (counts.new, counts.excluded) == (1, 1)
    assert desk.stored() == {"7": "excluded", "8": "told"}
    revised = await desk.poll([replace(letter, text="Now with more villages."), Item(8, START)])
    assert (revised.new, revised.revised) == (0, 1)
    desk.source = replace(DALA, id="echo")
    copy = Item(9, START + HOUR, link="https://dala.example/news/7", title="The week in our villages")
    assert (await desk.poll([copy])).new == 1
    assert len(desk.told()) == 2


async def test_a_sentence_that_a_source_repeats_is_dropped_by_itself(desk: Desk) -> None:
    pitch = "Support our newsroom with a small gift."
    items = [
        Item(number, START - number * HOUR, text=f"Pupils of village {number} came. {pitch}")
        for number in range(8)
    ]
    await desk.poll(items[4:])
    assert all(pitch in story.lead.text for story in desk.told())
    await desk.poll(items)
    assert [pitch in story.lead.text for story in desk.told()] == [False] * 4 + [True] * 4
    assert desk.told()[0].lead.text.startswith("Pupils of village")
