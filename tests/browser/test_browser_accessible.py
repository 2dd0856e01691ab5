"""Every kind of page keeps WCAG 2.2 level AA, as far as axe can tell, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.browser.kinds import KINDS
from tests.browser.visitor import Visitor

Come = Callable[..., Visitor]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules that see colours: all that differs in the dark."""
ALIKE = {
    "hostile story",
    "hostile source",
    "hostile feed",
    "hostile search",
    "feed on request",
    "refused search",
}
"""Made by the same templates as others."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ALIKE])
def test_a_page_has_no_barriers(visitor: Come, addresses: Mapping[str, str], kind: str) -> None:
    page = visitor(color_scheme="light").open(addresses[kind])
    page.evaluate(AXE_SCRIPT)
    assert barriers(page, "tag", WCAG) == ""
    page.emulate_media(color_scheme="dark")
    assert barriers(page, "rule", COLOURS) == ""


def test_a_barrier_would_be_found(visitor: Come) -> None:
    page = visitor().open("en/about.html")
    page.evaluate(AXE_SCRIPT)
    page.evaluate("""() => {
        document.querySelector("main").innerHTML += "<img src='icon.svg'><p class='faint'>Hard to read</p>"
        document.querySelector(".faint").style.color = "#eee"
    }""")
    found = barriers(page, "tag", WCAG)
    assert "image-alt" in found
    assert "color-contrast" in found


def barriers(page: Page, by: Literal["tag", "rule"], chosen: list[str]) -> str:
    """What axe complains of, in its words; empty for nothing."""
    options = {
        "runOnly": {"type": by, "values": chosen},
        "resultTypes": ["violations"],
        "preload": False,  # it would fetch the style sheet, which the policy forbids
    }
    results = AxeResults(page.evaluate("options => axe.run(options)", options))
    assert results.response["passes"], "axe has looked at something"
    return str(results.generate_report()) if results.violations_count else ""
