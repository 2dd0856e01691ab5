"""On a phone, in the dark, on paper, from right to left; and what a page weighs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page

from tests.browser.kinds import KINDS
from tests.browser.newsroom import PERSIAN, Newsroom
from tests.browser.visitor import Visitor

Come = Callable[..., Visitor]
LIGHTEST = 150_000
"""Bytes that a page may weigh with all that it loads but its pictures."""
WIDE = """() => [...document.querySelectorAll("body *")]
  .filter(e => !e.closest(".scroll, .unseen, .whole, pre"))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
  .map(e => e.outerHTML.slice(0, 100))"""
COLOURS = "() => (({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))"
HEADLINE = """(headline) => {
  const words = document.createRange()
  words.selectNodeContents(headline)
  const rows = [...words.getClientRects()], box = headline.getBoundingClientRect()
  return {
    direction: getComputedStyle(headline).direction,
    gapAtRight: box.right - Math.max(...rows.map(row => row.right)),
    gapAtLeft: rows.at(-1).left - box.left,
  }
}"""
"""How far the words stand from the edges of their column."""


def test_no_page_is_wider_than_a_phone(visitor: Come, addresses: Mapping[str, str]) -> None:
    phone = visitor(viewport={"width": 360, "height": 740})
    wide = {}
    for kind, path in addresses.items():
        page = phone.open(path)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide[kind] = page.evaluate(WIDE)[:3]
    assert wide == {}


def test_no_page_is_heavy(visitor: Come, addresses: Mapping[str, str], site: Newsroom) -> None:
    reader = visitor()
    sizes: dict[str, int] = {}
    weights = {}
    for kind, path in addresses.items():
        first = len(reader.requests)
        page = reader.open(path)
        weights[kind] = len(page.content().encode())
        for request in reader.requests[first:]:
            if not request.is_navigation_request() and request.resource_type != "image":
                if request.url not in sizes:
                    sizes[request.url] = len(site.fetch(request.url)[1])
                weights[kind] += sizes[request.url]
    assert set(weights) == set(KINDS)
    assert len(sizes) > 0, "the style sheet counts"
    assert {kind: weight for kind, weight in weights.items() if weight >= LIGHTEST} == {}


def test_dark_is_dark(visitor: Come) -> None:
    page = visitor(color_scheme="light").open("en/")
    paper, ink = map(_luminance, page.evaluate(COLOURS))
    assert paper > 0.8 > 0.2 > ink
    page.emulate_media(color_scheme="dark")
    paper, ink = map(_luminance, page.evaluate(COLOURS))
    assert paper < 0.2 < 0.6 < ink


def _luminance(colour: str) -> float:
    """From 0 to 1, roughly."""
    red, green, blue = map(int, re.findall(r"\d+", colour)[:3])
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


@pytest.mark.parametrize("kind", ["front", "country", "story told by many", "feeds", "archive", "api"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_there_is_text_and_no_navigation(
    visitor: Come, addresses: Mapping[str, str], kind: str, scheme: str
) -> None:
    page = visitor(color_scheme=scheme).open(addresses[kind])
    page.emulate_media(media="print")
    shown = page.locator("nav:visible, form:visible, .skip:visible")
    assert shown.count() == 0, shown.first.inner_text()
    paper, ink = page.evaluate(COLOURS)
    assert paper in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert _luminance(ink) < 0.3
    assert page.get_by_role("heading", level=1).is_visible()


def test_the_printer_gets_a_document(visitor: Come) -> None:
    assert visitor().open("en/").pdf().startswith(b"%PDF-")


def test_a_persian_story_reads_from_right_to_left(visitor: Come, addresses: Mapping[str, str]) -> None:
    page = visitor().open(addresses["story"])
    assert page.locator("header.opening").get_attribute("dir") == "rtl"
    assert page.locator("html").get_attribute("dir") == "ltr", "the page around it is English"
    _assert_right_to_left(page, "h1")
    assert page.locator("h1").get_attribute("lang") == "fa"


@pytest.mark.parametrize("width", [360, 1280])
def test_persian_headlines_stand_at_the_right_among_others(visitor: Come, width: int) -> None:
    page = visitor(viewport={"width": width, "height": 900}).open(f"en/source/{PERSIAN}")
    assert page.locator("article.story[dir=rtl]").count() > 3
    _assert_right_to_left(page, "article.story[dir=rtl] h3")


def test_a_headline_from_left_to_right_stands_at_the_left(visitor: Come) -> None:
    page = visitor().open("en/source/steppe-courier")
    headline = page.locator("article.story h3").first
    assert page.evaluate(HEADLINE, headline.element_handle())["direction"] == "ltr"
    assert headline.evaluate("e => getComputedStyle(e).textAlign") == "start"


def _assert_right_to_left(page: Page, selector: str) -> None:
    for headline in page.locator(selector).all():
        seen = headline.evaluate(HEADLINE)
        assert seen["direction"] == "rtl"
        assert abs(seen["gapAtRight"]) < 2
        assert seen["gapAtLeft"] >= 0
