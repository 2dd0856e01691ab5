"""What is answered on request, against the real store: pages and feeds keep the rules, and lead on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote

import pytest
from lxml import etree

from aggregator import pipeline
from aggregator.browse import LATER, browse
from aggregator.config.schema import Config
from aggregator.editorial.rank import Voices
from aggregator.model import Answer, Asked, Batch, Choice, Decisions, Following, Founding, Relation
from aggregator.store.stories import StoryStore
from aggregator.wiring.browsing import Answering, answering
from aggregator.wiring.publishing import publishing
from aggregator.wiring.stores import Stores, open_stores
from tests.fakes import FakePress, entry
from tests.feed_rules import documents
from tests.site_rules import Site, page_faults

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = "https://news.example.org/region"
LANGUAGES = ("en", "de", "fr", "ru")
FORMATS = ("atom", "rss", "json")


@dataclass(frozen=True)
class House:
    """A published site on SQLite: 130 stories of three days, one hidden, two merged, two issues."""

    opened: Stores
    answers: Answering
    site: Site
    ids: dict[str, int]
    """Story ids by title."""

    def __call__(self, address: str, now: datetime = NOW) -> Answer | None:
        path, _, query = address.partition("?")
        return browse(now, Asked(unquote(path), dict(parse_qsl(query)), "en"), self.answers.ports)


SETTINGS = {
    "site": {
        "title": "Steppe News",
        "description": "Told once.",
        "base_url": BASE,
        "contact": "desk@example.org",
        "time_zone": "Asia/Almaty",
    },
    "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "ru"]},
    "storage": {"database": "sqlite:///test.db"},
    "sources": [
        {"id": "dala", "name": "Dala <b>", "url": "https://dala.example/feed"},
        {"id": "tugai", "name": "Tugai", "url": "https://tugai.example/feed", "profile": "exile"},
        {"id": "resting", "name": "Resting", "url": "https://r.example/feed", "enabled": False, "note": "x"},
    ],
    "feeds": [{"id": "voices", "title": "Voices", "sources": ["tugai"]}],
    "newsletters": [
        {
            "id": "week",
            "names": {"en": "The Week"},
            "sender": "d@example.org",
            "tracks": ["daily"],
        }
    ],
}
HOSTILE = '</title><script>alert(1)</script>"><img src=x onerror=alert(2)> \u202eتازه'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("browse")
    config = Config.model_validate(SETTINGS, context={"folder": folder})
    with open_stores(config, NOW - 4 * DAY) as opened:
        for ago in (2, 1, 0):
            _tell(opened, NOW - ago * DAY, [f"Reservoir {ago} {number}" for number in range(43)])
        _tell(opened, NOW, [HOSTILE])
        newest = opened.stories.newest("everything", 500)
        ids = {one.lead.title: one.id for one in newest}
        opened.corrections.hide(ids["Reservoir 1 5"], "it is wrong", NOW)
        opened.corrections.merge([ids["Reservoir 1 6"], ids["Reservoir 1 7"]], "they are one", NOW)
        opened.subscribers.add("ann@example.org", "week", "daily", Choice("en"), consent="said", now=NOW)
        composing = pipeline.ComposePorts(
            config.newsletters_offered(), opened.issues, FakePress(), BASE, Voices()
        )
        for at in (NOW - DAY, NOW):
            pipeline.compose(at, composing, early={"week"})
        pipeline.publish(NOW, publishing(config, opened))
        yield House(opened, answering(config, opened), Site(_files(folder / "public"), BASE), ids)


def _tell(opened: Stores, at: datetime, titles: Sequence[str]) -> None:
    foundings = []
    for number, title in enumerate(titles):
        lead = entry("dala", title, at - timedelta(minutes=number), title=title)
        report = entry("tugai", f"{title} too", at, title=f"{title}, they say")
        following = Following(report, Relation.REPORT, "same event")
        foundings.append(Founding(lead, (following,) if number % 2 else ()))
    opened.entries.commit(Batch(at, (), Decisions(tuple(foundings)), "rules-1"))


def _files(public: Path) -> dict[str, bytes]:
    return {
        path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()
    }


PAGES = (
    "story/{new}",
    "story/{hostile}",
    "source/dala",
    "source/tugai",
    "archive",
    "archive/2026",
    "day/2026-11-20",
    "day/2026-11-22",
    "day/2026-11-01",
    "week/2026-W47",
    "week/2026-W30",
    "search",
    "search?q=reservoir",
    "search?q=nothing-of-the-kind&country=KZ,UZ&language=en&source=dala&since=2026-11-20&until=2026-11-21",
    "search?q=" + quote('"><script>alert(1)</script>'),
    "search?topic=" + quote("'\"<&>"),
    "search?since=x",
    "letters",
    "feed/voices",
    "feed/kz",
    "feed/all",
    "feed/top",
    "feed/kz+uz",
    "feed/kz+uz-in-en",
    "feed/source/tugai",
    "feed/topic/" + quote('<water> & "more"\'?', safe=""),
    "feed/search?q=reservoir",
    "feed/kz+kg+tj+tm+uz+af+ru",
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_keeps_the_rules_of_the_site(language: str, house: House) -> None:
    named = {"new": house.ids["Reservoir 0 1"], "hostile": house.ids[HOSTILE]}
    letters = [f"letters/week/daily/{period}" for period in _periods(house)]
    found: dict[str, list[str]] = {}
    statuses = set()
    for page in (*PAGES, *letters, f"story/{house.ids['Reservoir 1 5']}", "source/resting"):
        address = f"{language}/{page.format(**named)}"
        answer = house(address, NOW + 10 * DAY if "letters" in page else NOW)
        assert answer is not None, address
        statuses.add(answer.status)
        assert b"<script>alert" not in answer.content, address
        faults = page_faults(address.partition("?")[0], answer.content, house.site)
        found |= {address: [str(one) for one in faults[:5]]} if faults else {}
    assert found == {}
    assert statuses == {200, 400, 410}


def _periods(house: House) -> list[str]:
    covers = house.opened.past_issues.covers(NOW + 10 * DAY)
    assert len(covers) == 2
    return [cover.period for cover in covers]


FEEDS = (
    "kz+uz",
    "kz+uz-in-en",
    "in-en+ru",
    "source/dala",
    "topic/water",
    "topic/" + quote('<water> & "more"\'?', safe=""),
    "search?q=reservoir",
    "search?q=" + quote('"><script>'),
    "search?q=reservoir&country=KZ&language=en&source=tugai&since=2026-11-20&until=2026-11-21",
)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_on_request_keeps_the_rules_of_its_format(feed: str, suffix: str, house: House) -> None:
    name, _, query = feed.partition("?")
    address = f"feeds/{name}.{suffix}{f'?{query}' if query else ''}"
    answer = house(address)
    while answer is not None and answer.status == 301:
        address = answer.location
        answer = house(address)
    assert answer is not None
    assert answer.status == 200
    assert [str(one) for one in documents.faults(address, answer.content, BASE, NOW + DAY)] == []


def test_the_pages_of_a_feed_hold_every_story_once(house: House) -> None:
    """RFC 5005 section 3: `next` leads on until there is no more."""
    address, ids, pages = "feeds/kz+uz.atom", [], 0
    while address:
        answer = house(address)
        assert answer is not None
        assert [str(one) for one in documents.faults(address, answer.content, BASE, NOW + DAY)] == []
        feed = etree.fromstring(answer.content)
        ids += [one.text for one in feed.iterfind("{*}entry/{*}id")]
        following = [one.get("href") for one in feed.iterfind("{*}link") if one.get("rel") == "next"]
        address = following[0].removeprefix(f"{BASE}/") if following else ""
        pages += 1
    assert pages == 3
    assert len(ids) == len(set(ids)) == 128


def test_a_story_is_told_moved_or_withdrawn_as_the_store_says(house: House) -> None:
    kept, merged = sorted(house.ids[title] for title in ("Reservoir 1 6", "Reservoir 1 7"))
    assert house(f"de/story/{merged}") == Answer(301, location=f"de/story/{kept}", max_age=LATER)
    statuses = {
        number: getattr(house(f"de/story/{number}"), "status", 404)
        for number in (kept, house.ids["Reservoir 1 5"], 0, 10_000, 2**63 - 1, 2**63, 10**19 - 1)
    }
    assert list(statuses.values()) == [200, 410, 404, 404, 404, 404, 404]


def test_days_and_years_are_counted_in_the_sites_zone(house: House) -> None:
    pages = {day: house(f"en/day/2026-11-{day}") for day in (19, 20, 21, 22)}
    counts = {
        day: len(set(re.findall(rb"/en/story/(\d+)", page.content if page else b"")))
        for day, page in pages.items()
    }
    assert counts == {19: 0, 20: 43, 21: 41, 22: 44}
    assert house("en/archive/2025") is None


def test_a_search_finds_and_turns_its_pages(house: House) -> None:
    first = house("en/search?q=reservoir")
    assert first is not None
    (onward,) = re.findall(r'href="/region/(en/search\?[^"]*before=\d+)"', first.content.decode())
    second = house(onward.replace("&amp;", "&"))
    assert second is not None
    shown = [set(re.findall(rb"Reservoir (\d+ \d+)<", page.content)) for page in (first, second)]
    assert [len(one) for one in shown] == [30, 30]
    assert shown[0].isdisjoint(shown[1])


def test_letters_stand_once_they_went_out_and_lead_to_one_another(house: House) -> None:
    newest, oldest = _periods(house)
    later = NOW + 10 * DAY
    pages = [house(f"en/letters/week/daily/{one}", later) for one in (newest, oldest)]
    assert [page is not None and page.status for page in pages] == [200, 200]
    turns = [set(re.findall(rb'rel="(prev|next)"', page.content)) for page in pages if page]
    assert turns == [{b"prev"}, {b"next"}]
    assert house(f"en/letters/week/daily/{oldest}", NOW - 3 * DAY) is None


def test_a_feed_that_was_given_up_is_not_gone_while_it_is_made_on_request(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StoryStore, "gone_feeds", lambda store: {"sport", "kz+uz"})
    assert house.answers.gone() == {"sport"}


def test_a_refusal_says_whether_a_feed_or_an_address_asks_for_too_much(house: House) -> None:
    about_feed, about_address, gone = (
        house.answers.refusal(*asked) for asked in ((400, "en", True), (400, "en", False), (410, "en", True))
    )
    assert b"at most six" in about_feed
    assert b"search form" in about_address
    assert b"This feed has ended" in gone


def test_the_library_is_what_the_stores_say(house: House) -> None:
    library = house.answers.library
    entry_id = library.newest("everything", 1)[0].lead.entry_id
    told = library.entry(entry_id)
    assert told is not None
    assert told.story == library.newest("everything", 1)[0]
    assert [library.entry(number) for number in (0, 10_000, 2**70)] == [None] * 3
    assert sum(library.told_by_hour().values()) == 128
    assert {"all", "top", "voices", "kz", "in-ru", "uz-in-en"} <= set(library.selections())
    assert [one.source.id for one in library.statuses()] == ["dala", "tugai"]


def test_the_web_process_is_answered_as_of_now(house: House) -> None:
    answer = house.answers.browse(Asked("fr/archive", {}, "fr"))
    assert answer is not None
    assert answer.status == 200
    assert callable(house.answers.api(lambda client: nullcontext(True)))
