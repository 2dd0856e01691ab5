"""Pictures on pages and in feeds: ours, with their sizes, and never a hindrance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from jinja2 import Environment
from lxml import etree, html

from aggregator.model import Picture, PictureFile, Place, Ranked, Selection, Site, Story
from aggregator.publish.feeds import Feeds
from aggregator.publish.pages import Pages
from aggregator.publish.presentation import show

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SMALL, LARGE = PictureFile("img/ab/small.jpg", 640, 427), PictureFile("img/cd/large.jpg", 1280, 853)
PICTURE = Picture(SMALL, LARGE)
EVERYTHING = Selection("everything", "Everything")


@pytest.fixture
def stories(story: Callable[..., Story]) -> list[Story]:
    """The first leads the page; all but the last have a picture."""
    told = [replace(story(number, countries=("KZ",)), picture=PICTURE) for number in range(1, 7)]
    return [*told, story(7, countries=("KZ",))]


@pytest.fixture
def page(
    environment: Callable[[str], Environment], site: Site, as_ranked: Callable[..., list[Ranked]]
) -> Callable[[list[Story], str], html.HtmlElement]:
    def rendered(stories: list[Story], path: str) -> html.HtmlElement:
        files = Pages(environment, site, [EVERYTHING]).render(stories, as_ranked(stories), (), NOW)
        (content,) = (file.content for file in files if file.path == path)
        return html.fromstring(content.decode())

    return rendered


def test_lists_show_the_small_copy_and_the_lead_the_large_one(page, stories: list[Story]) -> None:
    front = page(stories, "en/index.html")
    large, *small = front.iter("img")
    assert (large.get("src"), large.get("width"), large.get("height")) == (
        "/region/img/cd/large.jpg",
        "1280",
        "853",
    )
    assert large.get("srcset") == "/region/img/ab/small.jpg 640w, /region/img/cd/large.jpg 1280w"
    assert large.get("loading") is None, "it is seen at once"
    assert small
    for image in small:
        assert (image.get("src"), image.get("width"), image.get("height")) == (
            "/region/img/ab/small.jpg",
            "640",
            "427",
        )
        assert (image.get("srcset"), image.get("loading")) == (None, "lazy")


def test_a_picture_says_nothing_that_its_headline_does_not_and_is_no_stop_on_the_way(
    page, stories: list[Story]
) -> None:
    for path in ("en/index.html", "en/country/kz.html"):
        images = [*page(stories, path).iter("img")]
        assert images
        for image in images:
            assert image.get("alt") == ""
            link = image.getparent()
            assert (link.get("aria-hidden"), link.get("tabindex")) == ("true", "-1")


def test_a_story_without_a_picture_has_no_place_for_one(page, stories: list[Story]) -> None:
    articles = [*page(stories, "en/country/kz.html").iter("article")]
    assert [len([*article.iter("img")]) for article in articles] == [1, 1, 1, 1, 1, 1, 0]
    assert not articles[-1].find_class("picture")


def test_a_picture_as_small_as_its_large_copy_needs_no_choice(page, stories: list[Story]) -> None:
    tiny = PictureFile("img/ab/tiny.jpg", 300, 200)
    lead = replace(stories[0], picture=Picture(tiny, tiny))
    image = next(page([lead], "en/index.html").iter("img"))
    assert (image.get("src"), image.get("srcset")) == ("/region/img/ab/tiny.jpg", None)


@pytest.mark.parametrize("source", ["silent", "gone"])
def test_a_source_that_lets_us_copy_none_or_is_gone_shows_none(
    source: str, story: Callable[..., Story], site: Site
) -> None:
    sources = {**site.sources, "silent": replace(site.sources["steppe"], id="silent", images="none")}
    pictured = replace(story(source_id=source), picture=PICTURE)
    assert show(pictured, sources).picture is None


def test_a_feeds_content_begins_with_the_large_copy_at_our_own_address(
    environment: Callable[[str], Environment], site: Site, stories: list[Story], atom_faults, rss_faults
) -> None:
    feeds = Feeds(environment, site)
    feeds.learn(stories)
    atom, rss, _ = feeds.current(EVERYTHING, [Place(one.id, one.version, 0) for one in stories], 0)
    assert atom_faults(atom.content) == []
    assert rss_faults(rss.content) == []
    for file, name in (
        (atom, "{http://www.w3.org/2005/Atom}content"),
        (rss, "{http://purl.org/rss/1.0/modules/content/}encoded"),
    ):
        contents = [one.text or "" for one in etree.fromstring(file.content).iter(name)][-7:]
        first = html.fromstring(contents[0])
        image = next(first.iter("img"))
        assert dict(image.attrib) == {
            "src": "https://news.example.org/region/img/cd/large.jpg",
            "width": "1280",
            "height": "853",
            "alt": "",
        }
        assert next(first.iter("p"))[0] is image, "before the text"
        assert "<img" not in contents[-1]
        assert "enclosure" not in file.content.decode(), "many readers would show the picture twice"
