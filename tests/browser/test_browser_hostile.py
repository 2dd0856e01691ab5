"""Whatever a source, a visitor's address or the operator writes: nothing of it runs on any page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.canary import RAW, WORD, canary_host
from tests.browser.kinds import KINDS
from tests.browser.visitor import Visitor

Come = Callable[..., Visitor]
HAS_RUN = "() => window.__ran !== undefined"
ACTIVE = """() => {
  const elements = ["script", "iframe", "frame", "object", "embed", "base", "style", "audio", "video", "math"]
  const attributes = ["style", "srcdoc", "ping", "formaction", "background", "autofocus"]
  const found = [...document.querySelectorAll([...elements, "meta[http-equiv]"].join())].map(e => e.outerHTML)
  for (const element of document.querySelectorAll("*"))
    for (const { name } of element.attributes)
      if (name.startsWith("on") || attributes.includes(name)) found.push(`${element.tagName} ${name}`)
  for (const { protocol, href } of document.links)
    if (!["http:", "https:", "mailto:"].includes(protocol)) found.push(href)
  return found
}"""
"""What could run, load or lead astray."""
DIRECTION_CONTROLS = set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_the_canary_sings_where_the_payloads_stand_as_they_are(browser: Browser) -> None:
    """Else all that follows would prove nothing."""
    context = browser.new_context()
    with canary_host() as canary:
        page = context.new_page()
        page.goto(canary.url + RAW)
        assert page.evaluate(HAS_RUN)
        assert page.evaluate(ACTIVE)
        calls = {path.partition(".")[0] for path in canary.calls}
        assert {"/called", "/called-bg", "/called-link"} <= calls
        context.close()


@pytest.mark.parametrize("shielded", [True, False], ids=["with the policy", "without the policy"])
def test_nothing_runs_on_any_page(visitor: Come, addresses: Mapping[str, str], shielded: bool) -> None:
    """The policy would hold back what slipped through: without it, the pages stand for themselves."""
    reader = visitor(bypass_csp=not shielded)
    found = {}
    for kind, path in addresses.items():
        found[kind] = _faults(reader.open(path), kind)
        policy = reader.document.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src "), path
        assert not re.search("script-src|unsafe", policy), path
    assert set(found) == set(KINDS)
    assert {kind: faults for kind, faults in found.items() if faults} == {}


def _faults(page: Page, kind: str) -> list[str]:
    text = page.inner_text("body")
    faults: list[str] = page.evaluate(ACTIVE)
    if kind == "api":
        faults = [one for one in faults if not one.startswith("<style>")]  # its own, allowed by its hash
    if page.evaluate(HAS_RUN):
        faults.append("a script ran")
    if str(7 * 191) in text:
        faults.append("a template was obeyed")
    if controls := DIRECTION_CONTROLS.intersection(text):
        faults.append(f"direction controls {[hex(ord(one)) for one in controls]}")
    return faults


@pytest.mark.parametrize(
    "kind", ["country", "day", "hostile story", "hostile source", "hostile feed", "search with results"]
)
def test_hostile_entries_are_told_as_any_other(
    visitor: Come, addresses: Mapping[str, str], kind: str
) -> None:
    assert WORD in visitor().open(addresses[kind]).inner_text("main")


@pytest.mark.parametrize("path", ["feeds/odd.atom?raw", "feeds/odd.rss?raw", "feeds/source/hostile.atom?raw"])
def test_nothing_runs_in_a_feed_that_a_browser_shows_as_it_is(visitor: Come, path: str) -> None:
    reader = visitor(bypass_csp=True)
    page = reader.open(path)
    assert "xml" in reader.document.headers["content-type"]
    assert not page.evaluate(HAS_RUN)
    assert (
        page.evaluate("document.getElementsByTagNameNS('http://www.w3.org/1999/xhtml', 'script').length") == 0
    )
