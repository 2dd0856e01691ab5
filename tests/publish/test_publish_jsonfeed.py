"""JSON Feed 1.1: every field where the format wants it, nothing blank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from jinja2 import Environment

from aggregator.model import Member, Picture, PictureFile, Place, Relation, Selection, Site, Story
from aggregator.publish.feeds import Feeds

PICTURE = Picture(PictureFile("img/a.jpg", 640, 427), PictureFile("img/b.jpg", 1280, 853))


@pytest.fixture
def read(environment: Callable[[str], Environment], site: Site) -> Callable[..., dict[str, Any]]:
    def made(*stories: Story, selection: Selection | None = None) -> dict[str, Any]:
        feeds = Feeds(environment, site)
        feeds.learn(stories)
        places = [Place(one.id, one.version, 0) for one in stories]
        _, _, json = feeds.current(selection or Selection("kz", "Kazakhstan"), places, 0)
        return orjson.loads(json.content)

    return made


def test_the_head_says_whose_it_is_and_where(read: Callable[..., dict[str, Any]]) -> None:
    assert read() == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Kazakhstan – Steppe & Mountains",
        "home_page_url": "https://news.example.org/region/en/feed/kz",
        "feed_url": "https://news.example.org/region/feeds/kz.json",
        "description": "Told once.",
        "favicon": "https://news.example.org/region/icon.svg",
        "authors": [{"name": "Steppe & Mountains", "url": "https://news.example.org/region/"}],
        "language": "en",
        "items": [],
    }


def test_an_item_says_who_where_when_and_about_what(
    read: Callable[..., dict[str, Any]], story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    other = member("dala", 5, language="kk", script="Cyrl", relation=Relation.TRANSLATION, title="Арна")
    told = replace(story(2, other, countries=("KZ",)), picture=PICTURE, regions=("region:CA",))
    (item,) = read(told)["items"]
    content = item.pop("content_html")
    assert '<img src="https://news.example.org/region/img/b.jpg"' in content
    assert "Also covered by" in content
    assert item == {
        "id": "tag:example.org,2026:story/2",
        "url": "https://steppe.example/2",
        "title": "Canal reopened, part 2",
        "summary": "Eleven villages share the water again.",
        "image": "https://news.example.org/region/img/b.jpg",
        "date_published": "2026-11-22T07:30:00+00:00",
        "date_modified": "2026-11-22T07:30:00.000002+00:00",
        "authors": [{"name": "The Steppe Ledger", "url": "https://steppe.example/"}],
        "tags": ["Kazakhstan", "CA"],
        "language": "en",
        "_regional_news": {
            "categories": [
                {"term": "KZ", "scheme": "urn:iso:std:iso:3166", "label": "Kazakhstan"},
                {"term": "region:CA", "scheme": "tag:example.org,2026:category", "label": "CA"},
            ],
            "coverage": [
                {"source": "Дала хабары", "language": "kk", "url": "https://dala.example/5", "title": "Арна"}
            ],
            "more_coverage": 0,
            "subscribers_only": False,
        },
    }


def test_what_there_is_nothing_to_say_of_is_left_out(
    read: Callable[..., dict[str, Any]], story: Callable[..., Story]
) -> None:
    (item,) = read(story(source_id="gone", url="", language="und", text="", countries=()))["items"]
    assert item.keys().isdisjoint({"url", "image", "language", "summary", "tags"})
    assert item["authors"] == [{"name": "gone"}]
    assert item["content_html"]


def test_an_article_for_subscribers_says_so(
    read: Callable[..., dict[str, Any]], story: Callable[..., Story]
) -> None:
    (item,) = read(story(paywalled=True))["items"]
    assert item["_regional_news"]["subscribers_only"]
    assert "subscribers" in item["tags"]
    assert "[subscribers]" in item["content_html"]
