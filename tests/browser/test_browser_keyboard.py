"""The site without a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.newsroom import PERSIAN
from tests.browser.visitor import Visitor

Come = Callable[..., Visitor]
STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, [tabindex='0']")]
  .filter(e => e.tabIndex >= 0 && e.type !== "hidden")
  .map((e, number) => { e.dataset.stop = number; return number })"""
"""Numbers all that a keyboard must reach, in the order of the document."""
FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
  return {
    stop: one.dataset.stop ?? "", name: one.outerHTML.slice(0, 120),
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  }
}"""


def test_the_first_stop_leads_to_the_content(visitor: Come) -> None:
    page = visitor().open("en/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    assert skip.bounding_box()["y"] >= 0, "it is seen while it has the focus"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("path", ["en/country/af.html", "en/search?q=Tashkent", f"en/source/{PERSIAN}"])
def test_every_link_and_field_is_reached_in_order_and_seen(visitor: Come, path: str) -> None:
    page = visitor(reduced_motion="reduce").open(path)
    stops = [str(one) for one in page.evaluate(STOPS)]
    assert len(stops) > 20
    reached: list[str] = []
    for _ in range(len(stops) * 4):  # the parts of a date are stops of their own
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if not focused["stop"]:
            break
        assert focused["seen"], focused["name"]
        if focused["stop"] not in reached:
            reached.append(focused["stop"])
    assert reached == stops


def test_searching_needs_no_mouse(visitor: Come) -> None:
    page = visitor().open("en/")
    _tab_to(page, "Search")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search")
    _tab_to(page, "", "#q")
    page.keyboard.type("night train")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search?q=night+train*")
    assert page.locator("article.story").count() == 1


def _tab_to(page: Page, text: str, selector: str = "a") -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        wanted = page.locator(f"{selector}:focus")
        if wanted.count() and wanted.inner_text() == text:
            return
    pytest.fail(f"the keyboard does not reach {text or selector}")
