"""The letter in a mail program that is a browser: it is never wider than the screen, and it has a night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page

from aggregator.model import (
    Choice,
    Member,
    Newsletter,
    Period,
    Picture,
    PictureFile,
    Placed,
    Relation,
    Site,
    Source,
    Story,
)
from aggregator.newsletter.compose import tellings, variants
from aggregator.newsletter.render import Press
from aggregator.templating import Templates, shipped_templates

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEK = Period("2026-W47", NOW - timedelta(days=7), NOW, NOW, date(2026, 11, 16), date(2026, 11, 22))
SOURCES = {one: Source(one, one.title(), "https://x.test/feed", images="copy") for one in ("dala", "herat")}
SITE = Site("Steppe", "", "https://news.test", "en", "desk@news.test", ("KZ",), "UTC", SOURCES, "news.test")
NEWS = Newsletter(
    "week", {"en": "The Week"}, "desk@news.test", "UTC", "07:00", (), ("KZ",), images="hosted", top=1
)
ENDLESS = "Donaudampfschiff" * 20
WIDTHS = """() => [document.documentElement.scrollWidth, innerWidth]"""
COLOURS = """() => [".page", ".letter", ".masthead", ".title", ".facts", ".foot"].map(one => {
  const style = getComputedStyle(document.querySelector(one))
  return one === ".title" || one === ".facts" || one === ".masthead" ? style.color : style.backgroundColor
})"""


def member(number: int, source: str, **said: str) -> Member:
    words = {"title": ENDLESS, "text": f"{ENDLESS} {ENDLESS}", "language": "de", "script": "Latn", **said}
    url = f"https://{source}.test/{number}"
    return Member(number, source, Relation.LEAD, url, html="", published=NOW - timedelta(days=1), **words)


@pytest.fixture(scope="module")
def letter() -> str:
    """With a word that never ends, a picture that nobody loads, and a Persian story."""
    templates = Templates("email", [shipped_templates()], "UTC")
    press = Press(templates.environment, "1", SITE)
    file = PictureFile("img/a.jpg", 640, 320)
    persian = member(2, "herat", title="پل باز شد", text="پل باز شد.", language="fa", script="Arab")
    first = Story(1, "tag:news.test,2026:1", NOW, NOW, (member(1, "dala"),), ("KZ",))
    placed = (
        Placed("top", replace(first, picture=Picture(file, file)), ""),
        Placed("KZ", Story(2, "tag:news.test,2026:2", NOW, NOW, (persian,), ("KZ",)), ""),
    )
    told = tellings(NEWS, placed, [Choice("en")], {})
    frames = [press.frame(NEWS, WEEK, "en", note="Dear readers")]
    blocks = {"en": [press.block(NEWS, one, "en") for one in placed]}
    (variant,) = variants(NEWS, told, frames, blocks)
    return "".join(variant.html)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=True)
    context.route("**/*", lambda route: route.abort())
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [320, 360, 600, 1200])
def test_the_letter_is_never_wider_than_the_screen(page: Page, letter: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(letter)
    wide, screen = page.evaluate(WIDTHS)
    assert (wide, screen) == (width, width)


def test_by_night_grounds_are_dark_and_words_light(page: Page, letter: str) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_content(letter)
        brightness[scheme] = [_brightness(colour) for colour in page.evaluate(COLOURS)]
    grounds, words = (0, 1, 5), (2, 3, 4)
    assert all(
        brightness["light"][one] > 200 > 130 > brightness["light"][two] for one in grounds for two in words
    )
    assert all(
        brightness["dark"][one] < 60 < 130 < brightness["dark"][two] for one in grounds for two in words
    )


def test_words_in_the_letters_language_stand_by_themselves_in_a_persian_story(
    page: Page, letter: str
) -> None:
    page.set_content(letter)
    found = page.evaluate(
        """() => [...document.querySelectorAll('.story[dir="rtl"] .facts [dir]')].map(one => {
          const style = getComputedStyle(one)
          return [style.direction, style.unicodeBidi]
        })"""
    )
    assert found
    assert {tuple(one) for one in found} == {("ltr", "isolate")}


def _brightness(colour: str) -> float:
    red, green, blue = (int(one) for one in colour.removeprefix("rgb(").removesuffix(")").split(","))
    return 0.299 * red + 0.587 * green + 0.114 * blue
