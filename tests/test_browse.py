"""What is answered on request: each kind of address, read by itself and against the real store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

import pytest
from lxml import etree

from aggregator.browse import LATER, SOON, STORIES_OF_EACH_DAY, BrowsePorts, browse
from aggregator.editorial.rank import Voices
from aggregator.model import (
    Answer,
    Asked,
    FoundStories,
    IssueCover,
    Member,
    PastIssue,
    Placed,
    Relation,
    Selection,
    Site,
    Source,
    SourceState,
    SourceStatus,
    Story,
    StoryQuery,
    ToldStory,
)
from aggregator.publish.feeds import Feeds
from aggregator.publish.on_request import AskedFeeds
from aggregator.publish.site_templates import SiteTemplates
from aggregator.templating import Templates, shipped_templates
from tests.feed_rules import atom

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = "https://news.example.org/region"
LANGUAGES = ("en", "de", "fr", "ru")
HTML = "text/html; charset=utf-8"
MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
SOURCES = {
    name: Source(name, name.title(), f"https://{name}.example/feed", language="en")
    for name in ("dala", "steppe", "resting")
}
SITE = Site(
    title="Steppe News",
    description="Told once.",
    base_url=BASE,
    language="en",
    contact="desk@example.org",
    countries=("KZ", "UZ"),
    time_zone="Asia/Almaty",
    sources=SOURCES,
    id_domain="news.example.org",
    languages=LANGUAGES,
)
COVER = IssueCover(
    "week",
    {"en": "The Week"},
    "weekly-1",
    "2026-W46",
    date(2026, 11, 9),
    date(2026, 11, 15),
    1,
    NOW - 6 * DAY,
)


def story(number: int, at: datetime = NOW - DAY, source: str = "dala") -> Story:
    member = Member(
        entry_id=number,
        source_id=source,
        relation=Relation.LEAD,
        url=f"https://{source}.example/{number}",
        title=f"Canal {number} was opened",
        text="Eleven villages share the water.",
        html="<p>Eleven villages share the water.</p>",
        language="en",
        script="Latn",
        published=at,
    )
    return Story(number, f"tag:news.example.org,2026:story/{number}", at, at, (member,), ("KZ",))


@dataclass
class FakeLibrary:
    """What is told, in memory; remembers what was looked for."""

    stories: tuple[Story, ...] = (story(7),)
    fates: dict[int, ToldStory] = field(default_factory=dict)
    queries: list[StoryQuery] = field(default_factory=list)
    counts: dict[datetime, int] = field(default_factory=lambda: {NOW - DAY: 3, NOW - 800 * DAY: 1})
    next: int | None = None

    def found(self, query: StoryQuery) -> FoundStories:
        self.queries.append(query)
        of_sources = [one for one in self.stories if not query.sources or one.lead.source_id in query.sources]
        return FoundStories(tuple(of_sources), self.next)

    def told(self, story_id: int) -> ToldStory | None:
        return self.fates.get(story_id)

    def newest(self, selection_id: str, limit: int) -> Sequence[Story]:
        return [story(number) for number in range(1, limit + 1)]

    def told_by_hour(self) -> Mapping[datetime, int]:
        return self.counts

    def statuses(self) -> Sequence[SourceStatus]:
        return [SourceStatus(one, SourceState.OK, "") for one in SOURCES.values() if one.id != "resting"]


@dataclass
class FakeIssues:
    past: PastIssue = field(
        default_factory=lambda: PastIssue(COVER, (Placed("top", story(7), "it leads"),), after=COVER)
    )

    def covers(self, now: datetime) -> Sequence[IssueCover]:
        return [self.past.cover]

    def issue(self, now: datetime, newsletter: str, track: str, period: str) -> PastIssue | None:
        asked = (newsletter, track, period)
        return self.past if asked == (COVER.newsletter, COVER.track, COVER.period) else None

    def latest(self, now: datetime, newsletter: str, limit: int) -> Sequence[PastIssue]:
        return [self.past][:limit] if newsletter == COVER.newsletter else []


@dataclass
class Visitor:
    """Asks for addresses; `ports` are the fakes'."""

    library: FakeLibrary
    ports: BrowsePorts

    def __call__(self, address: str) -> Answer | None:
        return ask(self.ports, address)

    def status(self, address: str) -> int:
        return getattr(self(address), "status", 404)


def ask(ports: BrowsePorts, address: str, now: datetime = NOW) -> Answer | None:
    path, _, query = address.partition("?")
    return browse(now, Asked(unquote(path), dict(parse_qsl(query)), "en"), ports)


@pytest.fixture(scope="module")
def rendering() -> tuple[SiteTemplates, Feeds, AskedFeeds, dict[str, Selection]]:
    environment = Templates("site", [shipped_templates()], SITE.time_zone).environment
    selections = {
        "all": Selection("everything", "Everything"),
        "top": Selection("top", "Top stories"),
        "kz": Selection("kz", "Kazakhstan", countries=("KZ",), limit=2),
    }
    templates = SiteTemplates(environment, SITE, list(selections.values()))
    return templates, Feeds(environment, SITE), AskedFeeds(environment, SITE), selections


@pytest.fixture
def visitor(rendering: tuple[SiteTemplates, Feeds, AskedFeeds, dict[str, Selection]]) -> Visitor:
    templates, feeds, asked, selections = rendering
    library = FakeLibrary()
    ports = BrowsePorts(
        library=library,
        sources=library,
        issues=FakeIssues(),
        templates=templates,
        feeds=feeds,
        asked_feeds=asked,
        selections=selections,
        top=lambda now: [story(number) for number in (90, 91)],
        voices=Voices(),
    )
    return Visitor(library, ports)


# ------------------------------------------------------------------------------------------ no such page


@pytest.mark.parametrize(
    "path",
    [
        "",
        "en",
        "en/",
        "story/7",
        "kk/story/7",
        "EN/story/7",
        "en/nothing/7",
        "en/Story/7",
        "en/story",
        "en/story/",
        "en/story/0",
        "en/story/8",
        "en/story/-7",
        "en/story/+7",
        "en/story/7.0",
        "en/story/٧",
        "en/story/²",
        "en/story/7/7",
        "en/story/ 7",
        "en/story/7\n",
        "en/story/" + "9" * 19,
        "en/story/" + "9" * 5000,
        "en/source",
        "en/source/nobody",
        "en/source/dala/x",
        "en/source/%00",
        "en/source/../../etc/passwd",
        "en/archive/x",
        "en/archive/0000",
        "en/archive/1999",
        "en/archive/26",
        "en/archive/٢٠٢٦",
        "en/archive/2026/11",
        "en/day/",
        "en/day/today",
        "en/day/2026-11-31",
        "en/day/2026-1-2",
        "en/day/20261121",
        "en/day/2026-11-23",
        "en/day/0001-01-01",
        "en/day/9999-12-31",
        "en/week/2026-W54",
        "en/week/2026-W00",
        "en/week/2026-W48",
        "en/week/0001-W01",
        "en/week/9999-W52",
        "en/week/2026W47",
        "en/search/more",
        "en/letters/week",
        "en/letters/week/weekly-1",
        "en/letters/week/weekly-1/2026-W47",
        "en/letters/week/weekly-1/2026-W46/x",
        "en/letters/%00/weekly-1/2026-W46",
        "en/feed/",
        "en/feed/nothing",
        "en/feed/zz",
        "en/feed/source/nobody",
        "en/feed/topic/%00",
        "feeds",
        "feeds/",
        "feeds/.atom",
        "feeds/kz+uz",
        "feeds/kz+uz.xml",
        "feeds/kz+uz.ATOM",
        "feeds/zz.atom",
        "feeds/kz-in-.atom",
        "feeds/kz+uz/1.atom",
        "feeds/source/nobody.rss",
        "feeds/topic/.json",
        "feeds/topic/a%00b.json",
        "feeds/../en/index.html",
        "api/v1/stories",
    ],
)
def test_what_is_no_page_has_no_answer(path: str, visitor: Visitor) -> None:
    visitor.library.fates[7] = ToldStory(story(7))
    assert visitor(path) is None


# ------------------------------------------------------------------------------------------------ pages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "page",
    [
        "story/7",
        "source/dala",
        "archive",
        "archive/2026",
        "day/2026-11-21",
        "week/2026-W47",
        "search",
        "letters",
        "letters/week/weekly-1/2026-W46",
        "feed/kz",
    ],
)
def test_each_page_stands_in_every_language(page: str, language: str, visitor: Visitor) -> None:
    visitor.library.fates[7] = ToldStory(story(7))
    answer = visitor(f"{language}/{page}")
    assert answer is not None
    assert (answer.status, answer.media_type) == (200, HTML)
    assert f'lang="{language}"'.encode() in answer.content[:200]


def test_a_merged_story_leads_to_the_one_that_tells_it_and_a_hidden_one_is_gone(visitor: Visitor) -> None:
    visitor.library.fates = {7: ToldStory(merged_into=3), 8: ToldStory(), 9: ToldStory(story(9))}
    assert visitor("ru/story/7") == Answer(301, location="ru/story/3", max_age=LATER)
    assert visitor("ru/story/007") == Answer(301, location="ru/story/3", max_age=LATER)
    assert visitor("ru/story/09") == Answer(301, location="ru/story/9", max_age=LATER)
    gone = visitor("ru/story/8")
    assert gone is not None
    assert (gone.status, gone.media_type, gone.indexed) == (410, HTML, False)


def test_a_source_shows_its_stories_and_one_that_is_read_no_more_says_so(visitor: Visitor) -> None:
    visitor.library.stories = (story(7), story(8, source="removed"))
    shown = visitor("en/source/dala")
    assert shown is not None
    assert b"Canal 7" in shown.content
    assert b"Canal 8" not in shown.content
    assert visitor.library.queries[-1].sources == ("dala",)
    assert [visitor.status(f"en/source/{name}") for name in ("resting", "removed", "other")] == [
        410,
        410,
        404,
    ]


def test_the_archive_has_the_years_that_have_stories(visitor: Visitor) -> None:
    years = {year: visitor.status(f"en/archive/{year}") for year in (2023, 2024, 2025, 2026, 2027)}
    assert years == {2023: 404, 2024: 200, 2025: 404, 2026: 200, 2027: 404}
    visitor.library.counts = {}
    assert (visitor.status("en/archive"), visitor.status("en/archive/2026")) == (200, 404)


def test_a_year_begins_at_the_sites_midnight(visitor: Visitor) -> None:
    visitor.library.counts = {datetime(2025, 12, 31, 20, tzinfo=UTC): 1}
    assert (visitor.status("en/archive/2025"), visitor.status("en/archive/2026")) == (404, 200)


def test_a_day_asks_for_its_own_hours_and_is_kept_longer_once_it_is_over(visitor: Visitor) -> None:
    over, running = visitor("en/day/2026-11-21"), visitor("en/day/2026-11-22")
    assert over is not None
    assert running is not None
    assert (over.max_age, running.max_age) == (LATER, SOON)
    asked = visitor.library.queries[0]
    assert (asked.since, asked.until) == (
        datetime(2026, 11, 20, 19, tzinfo=UTC),
        datetime(2026, 11, 21, 19, tzinfo=UTC),
    )


def test_a_day_without_stories_is_a_page_that_nobody_lists(visitor: Visitor) -> None:
    visitor.library.stories = ()
    for page in ("day/2026-11-20", "week/2026-W40", "day/1970-01-01"):
        answer = visitor(f"fr/{page}")
        assert answer is not None
        assert (answer.status, answer.indexed) == (200, False)


def test_a_week_is_made_from_all_its_days_as_far_as_they_have_come(visitor: Visitor) -> None:
    over, running = visitor("en/week/2026-W46"), visitor("en/week/2026-W47")
    assert over is not None
    assert running is not None
    assert (over.max_age, running.max_age) == (LATER, SOON)
    asked = visitor.library.queries[:7]
    assert all(one.limit == STORIES_OF_EACH_DAY for one in asked)
    assert [one.since for one in asked] == [
        datetime(2026, 11, 14, 19, tzinfo=UTC) - number * DAY for number in range(7)
    ]
    visitor.library.queries.clear()
    browse(NOW - 3 * DAY, Asked("en/week/2026-W47", {}, "en"), visitor.ports)
    assert len(visitor.library.queries) == 4


def test_a_search_looks_only_for_what_was_asked(visitor: Visitor) -> None:
    empty = visitor("en/search")
    assert empty is not None
    assert (empty.status, empty.indexed, visitor.library.queries) == (200, False, [])
    found = visitor("en/search?q=canal&country=KZ&before=55")
    assert found is not None
    assert (found.status, found.indexed) == (200, False)
    assert b"Canal 7" in found.content
    (asked,) = visitor.library.queries
    assert (asked.words, asked.countries, asked.before) == ("canal", ("KZ",), 55)


def test_a_search_in_a_language_shows_who_tells_it_in_that_language(visitor: Visitor) -> None:
    lead = story(7).lead
    french = replace(lead, entry_id=8, relation=Relation.REPORT, title="Un canal est ouvert", language="fr")
    visitor.library.stories = (replace(story(7), members=(lead, french)),)
    found = visitor("en/search?q=canal&language=fr")
    assert found is not None
    assert b"Un canal est ouvert" in found.content
    assert b"Canal 7" not in found.content


@pytest.mark.parametrize(
    "query",
    [
        "since=yesterday",
        "until=2026-02-30",
        "country=ZZ",
        "language=xx",
        "source=nobody",
        "before=x",
        "before=-1",
        "q=" + "a" * 300,
        "country=KZ,KG,TJ,TM,UZ,AF,RU",
    ],
)
def test_a_search_that_cannot_be_understood_is_refused_with_the_form(query: str, visitor: Visitor) -> None:
    answer = visitor(f"de/search?{query}")
    assert answer is not None
    assert (answer.status, answer.media_type, answer.indexed) == (400, HTML, False)
    assert b"<form" in answer.content
    assert visitor.library.queries == []


def test_letters_are_listed_and_each_leads_to_its_neighbours(visitor: Visitor) -> None:
    listed, letter = visitor("en/letters"), visitor("en/letters/week/weekly-1/2026-W46")
    assert listed is not None
    assert letter is not None
    assert b"/region/en/letters/week/weekly-1/2026-W46" in listed.content
    assert b"Canal 7" in letter.content
    assert b'rel="next"' in letter.content
    assert b'rel="prev"' not in letter.content
    assert (listed.max_age, letter.max_age) == (SOON, LATER)


def test_a_newsletter_is_a_feed_of_its_issues_in_each_language(visitor: Visitor) -> None:
    answer = visitor("de/letters/week.atom")
    assert answer is not None
    assert (answer.status, answer.max_age, answer.indexed) == (200, LATER, False)
    assert answer.media_type == "application/atom+xml; charset=utf-8"
    assert atom.faults(answer.content, f"{BASE}/de/letters/week.atom", NOW) == []
    feed = etree.fromstring(answer.content)
    assert feed.xpath("string(/*/@xml:lang)") == "de"
    assert feed.findtext("{*}title") == "The Week – Steppe News"
    assert feed.findtext("{*}updated") == "2026-11-16T09:30:00Z"
    (entry,) = feed.findall("{*}entry")
    assert entry.findtext("{*}title") == "The Week, 9. November 2026 – 15. November 2026"
    assert entry.xpath("string(*[local-name()='link']/@href)") == f"{BASE}/de/letters/week/weekly-1/2026-W46"
    assert "Canal 7 was opened</a> – Dala" in entry.findtext("{*}content")
    assert "<h2>Das Wichtigste</h2>" in entry.findtext("{*}content")
    assert visitor("en/letters/week.atom") != answer
    assert visitor.status("en/letters/none.atom") == 404
    assert b"/region/en/letters/week.atom" in visitor("en/letters").content  # type: ignore[union-attr]


def test_the_page_of_a_letter_opens_with_the_editors_note(visitor: Visitor) -> None:
    assert b'class="prose editorial"' not in visitor("en/letters/week/weekly-1/2026-W46").content  # type: ignore[union-attr]
    past = PastIssue(COVER, (), note="Good *morning*, <script>alert(1)</script>")
    answer = ask(replace(visitor.ports, issues=FakeIssues(past)), "en/letters/week/weekly-1/2026-W46")
    assert answer is not None
    assert b"<p>Good <em>morning</em>, &lt;script&gt;alert(1)&lt;/script&gt;</p>" in answer.content


@pytest.mark.parametrize(("language", "title"), [("en", "Canal 7 was opened"), ("fr", "Un canal ouvre")])
@pytest.mark.parametrize("address", ["letters/week/weekly-1/2026-W46", "letters/week.atom"])
def test_a_letter_on_the_web_tells_its_stories_in_the_readers_language_where_one_is_told(
    visitor: Visitor, address: str, language: str, title: str
) -> None:
    lead = story(7).lead
    french = replace(lead, entry_id=8, title="Un canal ouvre", language="fr", relation=Relation.TRANSLATION)
    told = replace(story(7), members=(lead, french))
    ports = replace(visitor.ports, issues=FakeIssues(PastIssue(COVER, (Placed("top", told, ""),))))
    answer = ask(ports, f"{language}/{address}")
    assert answer is not None
    other = {"Canal 7 was opened", "Un canal ouvre"} - {title}
    shown = answer.content.decode()
    assert title in shown
    assert not [one for one in other if one in shown]


def test_a_hostile_headline_stays_words_in_the_feed_of_a_newsletter(visitor: Visitor) -> None:
    hostile = "]]><script>alert(1)</script>\x00\u202e&amp; {{ 7*7 }}"
    told = replace(story(7), members=(replace(story(7).lead, title=hostile),))
    past = PastIssue(replace(COVER, names={"en": hostile}), (Placed("top", told, ""),))
    ports = replace(visitor.ports, issues=FakeIssues(past))
    answer = ask(ports, "en/letters/week.atom")
    assert answer is not None
    assert atom.faults(answer.content, f"{BASE}/en/letters/week.atom", NOW) == []
    content = etree.fromstring(answer.content).findtext("{*}entry/{*}content") or ""
    assert "{{ 7*7 }}" in content
    assert "<script" not in content


# ------------------------------------------------------------------------------------------------ feeds


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("feeds/uz+kz.atom", "feeds/kz+uz.atom"),
        ("feeds/KZ+uz+kz-in-RU+en.rss", "feeds/kz+uz-in-en+ru.rss"),
        ("feeds/uz+kz.json?before=5", "feeds/kz+uz.json?before=5"),
        ("feeds/everything.atom", "feeds/all.atom"),
        ("feeds/search.rss", "feeds/all.rss"),
        ("feeds/search.atom?country=uz%2Ckz&q=a", "feeds/search.atom?q=a&country=KZ%2CUZ"),
        ("feeds/search.atom?q=a&utm_source=x", "feeds/search.atom?q=a"),
        ("feeds/topic/%D0%92%D0%BE%D0%B4%D0%B0%3F.atom", f"feeds/topic/{quote('вода?', safe='')}.atom"),
        ("en/feed/uz+kz", "en/feed/kz+uz"),
        ("ru/feed/search?q=%20a", "ru/feed/search?q=a"),
        ("fr/feed/search", "fr/feed/all"),
    ],
)
def test_each_feed_has_one_address(address: str, location: str, visitor: Visitor) -> None:
    assert visitor(address) == Answer(301, location=location, max_age=LATER)
    assert visitor.library.queries == []
    found = visitor(location)
    assert found is None or found.status == 200, "a file, or what leads nowhere else"


@pytest.mark.parametrize("suffix", MEDIA_TYPES)
def test_a_feed_is_made_in_the_format_that_is_asked_for(suffix: str, visitor: Visitor) -> None:
    answer = visitor(f"feeds/kz+uz-in-en.{suffix}?before=9")
    assert answer is not None
    assert (answer.status, answer.media_type, answer.max_age, answer.indexed) == (
        200,
        f"{MEDIA_TYPES[suffix]}; charset=utf-8",
        SOON,
        False,
    )
    (asked,) = visitor.library.queries
    assert (asked.countries, asked.languages, asked.before) == (("KZ", "UZ"), ("en",), 9)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("feeds/kz+kg+tj+tm+uz+af+ru.atom", b"six"),
        ("ru/feed/kz+kg+tj+tm+uz+af+ru", b"kz+tj"),
        ("feeds/search.atom?since=x", b"search form"),
        ("en/feed/search?q=" + "a" * 300, b"search form"),
        ("feeds/" + "kz+" * 90 + "kz.json", b"six"),
        ("feeds/topic/" + "a" * 150 + ".json", b"search form"),
        ("feeds/kz.atom?before=x", b"search form"),
    ],
)
def test_what_asks_for_too_much_is_refused_with_the_reason(
    address: str, says: bytes, visitor: Visitor
) -> None:
    answer = visitor(address)
    assert answer is not None
    assert (answer.status, answer.media_type, answer.indexed) == (400, HTML, False)
    assert says in answer.content
    assert visitor.library.queries == []


def test_the_view_of_a_feed_shows_what_the_feed_holds(visitor: Visitor) -> None:
    shown = {name: visitor(f"en/feed/{name}") for name in ("kz", "all", "top", "kz+uz", "source/dala")}
    titles = {
        name: re.findall(rb"Canal (\d+) was", answer.content if answer else b"")
        for name, answer in shown.items()
    }
    assert set(titles["kz"]) == {b"1", b"2"}
    assert len(set(titles["all"])) == 30
    assert set(titles["top"]) == {b"90", b"91"}
    assert set(titles["kz+uz"]) == set(titles["source/dala"]) == {b"7"}
    assert {name: answer.indexed for name, answer in shown.items() if answer} == {
        "kz": True,
        "all": True,
        "top": True,
        "kz+uz": False,
        "source/dala": False,
    }
