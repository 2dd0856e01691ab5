"""What is asked for on request: read strictly, each feed under one address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from jinja2 import Environment
from lxml import etree

from aggregator.model import FoundStories, Selection, Site, Story, StoryQuery
from aggregator.publish.feeds import Feeds
from aggregator.publish.on_request import AskedFeeds, Elsewhere, OnRequest
from aggregator.publish.search_fields import Refusal

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "https://news.example.org/region"


@pytest.fixture(scope="module")
def asked(environment: Callable[[str], Environment], site: Site) -> AskedFeeds:
    return AskedFeeds(environment, site)


@pytest.mark.parametrize(
    ("name", "title", "query"),
    [
        ("kz", "Kazakhstan", StoryQuery(countries=("KZ",))),
        ("de", "Germany", StoryQuery(countries=("DE",))),
        ("in", "India", StoryQuery(countries=("IN",))),
        ("in-ru", "Russian", StoryQuery(languages=("ru",))),
        ("in-in-hi", "India (Hindi)", StoryQuery(countries=("IN",), languages=("hi",))),
        ("kg+kz", "Kyrgyzstan, Kazakhstan", StoryQuery(countries=("KG", "KZ"))),
        (
            "kz+tj-in-en+ru",
            "Kazakhstan, Tajikistan (English, Russian)",
            StoryQuery(countries=("KZ", "TJ"), languages=("en", "ru")),
        ),
    ],
)
def test_a_combination_is_read_from_its_name(
    name: str, title: str, query: StoryQuery, asked: AskedFeeds
) -> None:
    selection = Selection(name, title, countries=query.countries, languages=query.languages)
    assert asked.read(name, {}) == OnRequest(name, selection, query)


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("KZ", "kz"),
        ("tj+kz", "kz+tj"),
        ("kz+kz+kz+kz+kz+kz+kz", "kz"),
        ("kz tj", "kz+tj"),
        ("Tj+kz-in-ru+EN", "kz+tj-in-en+ru"),
        ("everything", "all"),
        ("topic/Water ", "topic/water"),
        ("topic/Вода", "topic/%D0%B2%D0%BE%D0%B4%D0%B0"),
    ],
)
def test_other_ways_to_ask_lead_to_the_one_address(name: str, where: str, asked: AskedFeeds) -> None:
    assert asked.read(name, {}) == Elsewhere(where)
    assert asked.read(name, {"before": "77"}) == Elsewhere(where, "?before=77")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "zz",
        "eu",
        "un",
        "xx+kz",
        "in-zz",
        "kz-in-",
        "kz-in",
        "-in-ru",
        "kaz",
        "kz/tj",
        "all",
        "top",
        "../kz",
        "source/nobody",
        "source/",
        "topic/",
        "topic/ ",
        "search/x",
        "+",
        "kz+",
    ],
)
def test_what_there_is_not_is_none(name: str, asked: AskedFeeds) -> None:
    assert asked.read(name, {}) is None


def test_a_name_of_a_thousand_codes_is_refused(asked: AskedFeeds) -> None:
    seven = "af+de+fr+kg+kz+tj"
    assert isinstance(asked.read(seven, {}), OnRequest)
    assert asked.read(f"{seven}+uz", {}) is Refusal.TOO_MANY
    assert asked.read(f"{seven}-in-ru", {}) is Refusal.TOO_MANY
    assert asked.read("+".join(["kz", "tj"] * 500), {}) is Refusal.TOO_LONG
    assert asked.read("topic/" + "x" * 101, {}) is Refusal.TOO_LONG


def test_a_source_and_a_topic_have_feeds(asked: AskedFeeds) -> None:
    source = asked.read("source/dala", {})
    assert source == OnRequest(
        "source/dala",
        Selection("source/dala", "Дала хабары", sources=("dala",)),
        StoryQuery(sources=("dala",)),
    )
    topic = asked.read("topic/вода и земля", {})
    assert isinstance(topic, OnRequest)
    assert topic.name == "topic/%D0%B2%D0%BE%D0%B4%D0%B0%20%D0%B8%20%D0%B7%D0%B5%D0%BC%D0%BB%D1%8F"
    assert (topic.selection.title, topic.query) == ("вода и земля", StoryQuery(topic="вода и земля"))


def test_a_page_begins_where_the_one_before_it_ended(asked: AskedFeeds) -> None:
    page = asked.read("kg+kz", {"before": "120"})
    assert isinstance(page, OnRequest)
    assert page.query == StoryQuery(countries=("KG", "KZ"), before=120)
    for before in ("x", "-1", "1.5", "9" * 19, "١٢"):
        assert asked.read("kg+kz", {"before": before}) is Refusal.UNREADABLE
        assert asked.read("search", {"q": "a", "before": before}) is Refusal.UNREADABLE


def test_a_search_is_read_field_by_field(asked: AskedFeeds) -> None:
    fields = {
        "q": "canal -dam",
        "country": "KG,KZ",
        "language": "en",
        "source": "dala",
        "topic": "water",
        "since": "2026-11-01",
        "until": "2026-11-20",
    }
    found = asked.read("search", fields | {"before": "9"})
    assert isinstance(found, OnRequest)
    assert found.query == StoryQuery(
        words="canal -dam",
        countries=("KG", "KZ"),
        languages=("en",),
        sources=("dala",),
        topic="water",
        since=datetime(2026, 10, 31, 19, tzinfo=UTC),
        until=datetime(2026, 11, 20, 19, tzinfo=UTC),
        before=9,
    ), "days begin in the site's time zone, the last is included"
    assert found.parameters == tuple(fields.items())
    assert found.selection.title == (
        "“canal -dam” · Kyrgyzstan, Kazakhstan (English) · Дала хабары · water · 2026-11-01 – 2026-11-20"
    )
    assert found.address(5) == (
        "?q=canal%20-dam&country=KG%2CKZ&language=en&source=dala&topic=water"
        "&since=2026-11-01&until=2026-11-20&before=5"
    )


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, Elsewhere("all")),
        ({"q": "  "}, Elsewhere("all")),
        ({"q": "a", "utm_source": "x"}, Elsewhere("search", "?q=a")),
        ({"q": " a  b"}, Elsewhere("search", "?q=a%20b")),
        ({"country": "kz kg,KZ", "language": "RU"}, Elsewhere("search", "?country=KG%2CKZ&language=ru")),
        ({"q": "a", "since": ""}, Elsewhere("search", "?q=a")),
        ({"q": " a", "before": "7"}, Elsewhere("search", "?q=a&before=7")),
        ({"q": "x" * 201}, Refusal.TOO_LONG),
        ({"topic": "x" * 101}, Refusal.TOO_LONG),
        ({"country": "kz,kg,uz,tj", "language": "ru,en,fr"}, Refusal.TOO_MANY),
        ({"country": "zz"}, Refusal.UNREADABLE),
        ({"language": "tlh"}, Refusal.UNREADABLE),
        ({"source": "nobody"}, Refusal.UNREADABLE),
        ({"q": "a", "since": "yesterday"}, Refusal.UNREADABLE),
        ({"q": "a", "until": "9999-12-31"}, Refusal.UNREADABLE),
    ],
)
def test_a_search_has_one_address_and_bounds(
    fields: dict[str, str], where: Elsewhere | Refusal, asked: AskedFeeds
) -> None:
    assert asked.read("search", fields) == where


def test_pages_of_a_feed_on_request_name_one_another(
    asked: AskedFeeds, environment: Callable[[str], Environment], site: Site, story: Callable[..., Story]
) -> None:
    feeds = Feeds(environment, replace(site, hubs=("https://hub.example/",)))

    def page(fields: dict[str, str], following: int | None) -> tuple[str, dict[str, str], object]:
        read = asked.read("search", {"q": "a b", **fields})
        assert isinstance(read, OnRequest)
        found = FoundStories((story(1), story(2)), following)
        atom, rss, json = (feeds.requested(read, suffix, found) for suffix in ("atom", "rss", "json"))  # type: ignore[arg-type]
        feed = etree.fromstring(atom.content)
        assert (
            len(feed.findall(f"{ATOM}entry"))
            == len(etree.fromstring(rss.content).findall("channel/item"))
            == 2
        )
        assert feed.findtext(f"{ATOM}id") == "tag:example.org,2026:feed/search?q=a%20b"
        links = {one.get("rel", ""): one.get("href", "") for one in feed.findall(f"{ATOM}link")}
        return atom.path, links, orjson.loads(json.content).get("next_url")

    address = f"{BASE}/feeds/search.atom?q=a%20b"
    human = f"{BASE}/en/search?q=a%20b"
    assert page({}, 50) == (
        "feeds/search.atom?q=a%20b",
        {"self": address, "next": f"{address}&before=50", "alternate": human},
        f"{BASE}/feeds/search.json?q=a%20b&before=50",
    )
    assert page({"before": "50"}, None) == (
        "feeds/search.atom?q=a%20b&before=50",
        {"self": f"{address}&before=50", "first": address, "alternate": human},
        None,
    )
