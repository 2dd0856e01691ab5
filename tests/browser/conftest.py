"""One served site for all tests of this folder, a browser for each file of them; visitors are watched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.canary import canary_host
from tests.browser.kinds import addresses_of
from tests.browser.newsroom import Newsroom, newsroom
from tests.browser.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
CALM = [
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium; playwright downloads none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no Chromium is installed: .ci/run installs it (apt-get install chromium)")
    if found is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium)")
    return found


# Not of the session: while playwright runs, tests that come later could not run an event loop.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CALM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    folder: Path = tmp_path_factory.mktemp("browser")
    with canary_host() as canary, newsroom(folder, canary) as served:
        yield served


@pytest.fixture(scope="session")
def addresses(site: Newsroom) -> Mapping[str, str]:
    """By kind of page."""
    return addresses_of(site)


@pytest.fixture
def visitor(browser: Browser, site: Newsroom) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors, each with a browser context of its own; none of them may see anything odd."""
    visitors: list[Visitor] = []

    def come(**options: Any) -> Visitor:
        settings = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        visitors.append(Visitor(browser.new_context(**settings), site.base_url))
        return visitors[-1]

    yield come
    for one in visitors:
        one.leave()
    assert [oddity for one in visitors for oddity in one.oddities] == []
    assert site.canary.calls == []


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def reader(visitor: Callable[..., Visitor], request: pytest.FixtureRequest) -> Visitor:
    """A visitor whose browser runs scripts, and one whose browser does not: the site must not care."""
    return visitor(java_script_enabled=request.param)
