"""Which files a publication writes: documents whose stories changed, and the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator import printing
from aggregator.editorial.rank import Voices
from aggregator.model import File, Member, Place, Ranked, Relation, Selection, SourceStatus, Story
from aggregator.printing import COVERAGE_SHOWN, STORIES_PER_COUNTRY_PAGE, PrintPorts
from aggregator.publish.archives import STORIES_PER_DOCUMENT
from aggregator.publish.selections import EVERYTHING, FRONT_PAGE_STORIES, TOP
from tests.fakes import FakeFeeds

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
KZ = Selection("kz", "Kazakhstan", countries=("KZ",), limit=10)


def story(number: int) -> Story:
    at = NOW - timedelta(hours=200 - number)
    member = Member(
        entry_id=number,
        source_id="dala",
        relation=Relation.LEAD,
        url=f"https://dala.example/{number}",
        title=f"Story {number}",
        text="",
        html="",
        language="en",
        script="Latn",
        published=at,
    )
    return Story(number, f"tag:news.example,2026:story/{number}", at, at, (member,), ("KZ",), version=number)


@dataclass
class ToldStories:
    """A selection of stories, numbered as they entered."""

    told: list[Story]
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def count(self, selection_id: str) -> int:
        return len(self.told)

    def newest_places(self, selection_id: str, limit: int) -> Sequence[Place]:
        return list(reversed(self.places_between(selection_id, 0, len(self.told))))[:limit]

    def places_between(self, selection_id: str, first: int, end: int) -> Sequence[Place]:
        numbered = list(enumerate(self.told))[first:end]
        return [Place(one.id, one.version, number) for number, one in numbered]

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        self.asked.append(("newest", selection_id, limit))
        return list(reversed(self.told))[:limit]

    def load(self, story_ids: Sequence[int]) -> Sequence[Story]:
        self.asked.append(("load", *story_ids))
        return [one for one in self.told if one.id in story_ids]

    def coverage(self, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
        self.asked.append(("coverage", since))
        return {}

    def statuses(self) -> Sequence[SourceStatus]:
        return []


@dataclass
class CountedFeeds(FakeFeeds):
    """Remembers whose entries were written."""

    written: list[int] = field(default_factory=list)

    def learn(self, stories: Iterable[Story]) -> None:
        stories = list(stories)
        self.written += [one.id for one in stories]
        super().learn(stories)


def pages(
    stories: Sequence[Story],
    ranked: Sequence[Ranked],
    statuses: Sequence[SourceStatus],
    now: datetime,
    coverage: Mapping[str, Mapping[datetime, int]],
    of_countries: Mapping[str, Sequence[Story]],
) -> Iterable[File]:
    yield File("en/index.html", b"%d %d" % (len(stories), len(ranked)))
    for code, found in of_countries.items():
        yield File(f"en/country/{code.lower()}.html", b"%d" % len(found))


@pytest.fixture
def stories() -> ToldStories:
    return ToldStories([story(number) for number in range(1, 161)])


@pytest.fixture
def ports(stories: ToldStories) -> PrintPorts:
    return PrintPorts(stories, stories, CountedFeeds(), pages, ("KZ", "UZ"), Voices())


def written(ports: PrintPorts, *changed: tuple[Selection, tuple[int, ...] | None]) -> dict[str, bytes]:
    return {file.path: file.content for file in printing.files(NOW, changed, ports)}


CURRENT = {"feeds/kz.atom", "feeds/kz.rss", "feeds/kz.json"}


@pytest.mark.parametrize(
    ("numbers", "documents"),
    [
        ((), set()),
        ((155,), set()),
        ((0,), {1}),
        ((49,), {1}),
        ((99, 100, 155), {1, 2, 3}),
        ((149,), {2, 3}),
        (None, {1, 2, 3}),
    ],
)
def test_of_an_archive_only_documents_with_touched_numbers_are_written(
    numbers: tuple[int, ...] | None, documents: set[int], ports: PrintPorts
) -> None:
    files = written(ports, (KZ, numbers))
    assert {path for path in files if path.startswith("feeds/")} == CURRENT | {
        f"feeds/kz/{number}.atom" for number in documents
    }


def test_current_documents_hold_the_limit_or_all_that_no_archive_has(
    ports: PrintPorts, stories: ToldStories
) -> None:
    assert written(ports, (KZ, ()))["feeds/kz.atom"].split(b"\n")[::9] == [b"Story 160", b"Story 151"]
    del stories.told[2 * STORIES_PER_DOCUMENT - 1 :]
    assert len(written(ports, (KZ, ()))["feeds/kz.atom"].split(b"\n")) == 99


def test_an_entry_is_written_once_for_all_documents_and_again_when_its_story_changes(
    ports: PrintPorts, stories: ToldStories
) -> None:
    feeds = ports.feeds
    assert isinstance(feeds, CountedFeeds)
    everything = [(Selection(TOP, "Top"), ()), (KZ, None), (Selection(EVERYTHING, "All"), None)]
    written(ports, *everything)
    assert sorted(feeds.written) == list(range(1, 161))
    feeds.written.clear()
    stories.told[-1] = replace(stories.told[-1], version=999)
    written(ports, *everything)
    assert feeds.written == [160]


def test_top_stories_are_those_of_late_and_no_more_than_the_feed_holds(ports: PrintPorts) -> None:
    files = written(ports, (Selection(TOP, "Top", limit=5), ()))
    assert len(files["feeds/top.atom"].split(b"\n")) == 5
    of_late = [one.story.id for one in printing.ranked_of_late(NOW, ports)[1]]
    assert sorted(of_late) == list(range(124, 161))


def test_pages_are_made_from_the_newest_of_all_and_of_each_country(
    ports: PrintPorts, stories: ToldStories
) -> None:
    files = written(ports)
    assert files == {
        "feed.css": b"",
        "en/index.html": b"160 37",
        "en/country/kz.html": b"40",
        "en/country/uz.html": b"40",
    }
    assert stories.asked == [
        ("newest", EVERYTHING, FRONT_PAGE_STORIES),
        ("coverage", NOW - COVERAGE_SHOWN),
        ("newest", "kz", STORIES_PER_COUNTRY_PAGE),
        ("newest", "uz", STORIES_PER_COUNTRY_PAGE),
    ]


def test_each_file_is_made_when_it_is_asked_for(ports: PrintPorts, stories: ToldStories) -> None:
    files = iter(printing.files(NOW, [(KZ, None)], ports))
    assert next(iter(files)).path == "feeds/kz/1.atom"
    assert not any(asked[0] == "coverage" for asked in stories.asked)
