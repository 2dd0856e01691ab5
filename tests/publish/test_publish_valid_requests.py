"""Whatever strangers ask for, a feed that is made on request keeps the rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote

import pytest
from jinja2 import Environment

from aggregator.model import FoundStories, Member, Relation, Site, Source, Story
from aggregator.publish.feed_head import MEDIA_TYPES
from aggregator.publish.feeds import Feeds
from aggregator.publish.on_request import AskedFeeds, Elsewhere, OnRequest
from tests.feed_rules import documents

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BASE = "https://news.example.org/region"
WORDS = [
    "water", "<script>alert(1)</script>", "<b>", "a & b", "&lt;b&gt;", "&#x202e;", "S&P500", "]]>",
    "\u202ewater", "\x00\x0b", "\ud800", "\ufffd", "\U0001ffff", "سلام بر همه", "Қазақстан",
    '"quoted" -not', "?&=#%zz+", "../../etc", "{{ 7 * 7 }}", "a\nb\tc", "e\u0301",
]  # fmt: skip


@pytest.fixture(scope="module")
def own(site: Site) -> Site:
    source = Source("odd", "Odd <b>& Co</b> \u202e", "https://odd.example/feed", content="full")
    return replace(site, sources={**site.sources, "odd": source}, hubs=("https://hub.example/",))


@pytest.fixture(scope="module")
def feeds(environment: Callable[[str], Environment], own: Site) -> Feeds:
    return Feeds(environment, own)


@pytest.fixture(scope="module")
def asked(environment: Callable[[str], Environment], own: Site) -> AskedFeeds:
    return AskedFeeds(environment, own)


def story(number: int) -> Story:
    at = NOW - timedelta(hours=number)
    lead = Member(
        number, "odd", Relation.LEAD, f"https://odd.example/{number}", "Canal reopened", "Water again.",
        "<p>Water again.</p>", "en", "Latn", at,
    )  # fmt: skip
    return Story(number, f"tag:example.org,2026:story/{number}", at, at, (lead,), ("KZ",))


def faults(asked: AskedFeeds, feeds: Feeds, name: str, parameters: dict[str, str]) -> list[str]:
    """Of a middle page in all formats; a request that has a better address is asked for there."""
    answer = asked.read(name, parameters)
    if isinstance(answer, Elsewhere):
        answer = asked.read(unquote(answer.name), dict(parse_qsl(answer.parameters.lstrip("?"))))
    if not isinstance(answer, OnRequest):
        return []
    found = FoundStories((story(2), story(1)), next=7)
    files = [feeds.requested(answer, suffix, found) for suffix in MEDIA_TYPES]
    return [
        f"{file.path}: {fault}"
        for file in files
        for fault in documents.faults(file.path, file.content, BASE, NOW)
    ]


@pytest.mark.parametrize("before", [{}, {"before": "9"}], ids=["first page", "later page"])
@pytest.mark.parametrize("name", ["kz+tj", "kz+tj-in-en+ru", "in-fa", "TJ+kz", "source/odd", "source/herat"])
def test_a_combination_and_a_source_are_valid(
    asked: AskedFeeds, feeds: Feeds, name: str, before: dict[str, str]
) -> None:
    assert isinstance(asked.read(name, before), OnRequest | Elsewhere)
    assert faults(asked, feeds, name, before) == []


@pytest.mark.parametrize("words", WORDS)
def test_any_search_is_valid(asked: AskedFeeds, feeds: Feeds, words: str) -> None:
    parameters = {
        "q": words,
        "country": "KZ",
        "language": "fa",
        "source": "odd",
        "since": "2026-11-01",
        "before": "9",
    }
    assert isinstance(asked.read("search", parameters), OnRequest | Elsewhere)
    assert faults(asked, feeds, "search", parameters) == []


@pytest.mark.parametrize("words", WORDS)
def test_any_topic_is_valid(asked: AskedFeeds, feeds: Feeds, words: str) -> None:
    assert faults(asked, feeds, f"topic/{words}", {}) == []
    assert faults(asked, feeds, "search", {"topic": words}) == []
