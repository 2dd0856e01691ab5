"""A reader's whole way, as a person goes it: subscribe, confirm, choose, pause, leave, move, be forgotten.

Mails go over SMTP to the local catcher, and are read on its page. No script runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from aggregator.config.load import load
from aggregator.demo.configuration import demo_settings
from aggregator.wiring.caught_mail import caught_path
from aggregator.wiring.stores import open_stores
from tests.browser.newsroom import served_world, wait_until_it_answers
from tests.browser.test_browser_accessible import COLOURS, WCAG, barriers
from tests.browser.visitor import Visitor
from tests.installation import Installation, free_port

READER = "aigul@example.org"
MOVED = "aigul@example.net"


@dataclass(frozen=True)
class House:
    """A site that takes readers, and its caught mail."""

    installation: Installation
    base_url: str
    caught: str
    """Path of the page that shows it."""

    def post(self) -> None:
        """Send what is ready."""
        self.installation.run("newsletter", "send")

    def issue(self) -> None:
        """Send an issue of the running periods; those before them closed before there was any news."""
        sent = (self.installation.run("newsletter", "send", "--early", "weekly").stdout for _ in range(4))
        assert any(" stories for " in one for one in sent)


@pytest.fixture(scope="module")
def house(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("readers")
    with served_world() as world:
        settings = demo_settings(world, free_port())
        settings["subscribe"] |= {"mails_per_address": 20, "mails_per_client": 1000}
        settings["newsletters"][0]["tracks"].append("daily")
        installation = Installation(folder, settings)
        installation.write()
        installation.run("poll")
    installation.run("publish")
    config = load(installation.path, os.environ)
    with open_stores(config, datetime.now(UTC)) as stores:
        caught = caught_path(stores).strip("/") + "/"
    web = installation.start("run", "--part", "web", "--supervisor", str(os.getpid()))
    try:
        base_url = settings["site"]["base_url"]
        wait_until_it_answers(f"{base_url}/healthz")
        yield House(installation, base_url, caught)
    finally:
        web.terminate()
        web.communicate(timeout=30)


@pytest.fixture
def come(browser: Browser, house: House) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def visit(**options: object) -> Visitor:
        settings = {"locale": "en-GB", "viewport": {"width": 360, "height": 740}, **options}
        visitors.append(Visitor(browser.new_context(**settings), house.base_url))  # type: ignore[arg-type]
        return visitors[-1]

    yield visit
    for one in visitors:
        one.leave()
    assert [oddity for one in visitors for oddity in one.oddities] == []


def newest_link(reader: Visitor, house: House, to: str, kind: str) -> str:
    """The first link of a kind (`c`, `p`) in the newest caught mail to an address."""
    page = reader.open(house.caught)
    page.locator("tr", has_text=to).first.locator("a").click()
    links = [urlsplit(one.get_attribute("href") or "").path for one in page.locator("main ul a").all()]
    return next(link.strip("/") for link in links if link.startswith(f"/{kind}/"))


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_a_reader_comes_chooses_and_goes_without_a_script(house: House, come: Callable[..., Visitor]) -> None:
    reader = come(java_script_enabled=False)
    page = reader.open("en/")
    page.get_by_role("link", name="Subscribe").first.click()
    page.get_by_label("Your mail address").fill(READER)
    page.get_by_label("Every day").check()
    page.get_by_label("Kazakhstan").check()
    page.get_by_role("button", name="Subscribe").click()
    assert heading(page) == "Look into your mailbox"
    assert READER in page.locator("main").inner_text()

    house.post()
    confirm = newest_link(reader, house, READER, "c")
    page = reader.open(confirm)
    page.get_by_role("button", name="Confirm").click()
    assert heading(page) == "You get “The week across the steppe” now"
    reader.open(confirm).get_by_role("button", name="Confirm").click()
    assert heading(page) == "This link leads nowhere any more"

    house.issue()
    choices = newest_link(reader, house, READER, "p")
    page = reader.open(choices)
    assert READER not in page.content()
    assert page.get_by_label("Kazakhstan").is_checked()
    page.get_by_label("Every week: Monday").check()
    page.get_by_label("Kyrgyzstan").check()
    page.get_by_label("Not before this hour").select_option("7")
    page.get_by_label("By the clock of").select_option("Europe/Berlin")
    page.get_by_label("Language of the letter").select_option("fr")
    page.get_by_role("button", name="Keep these choices").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    page = reader.open(choices)
    chosen = [one.input_value() for one in page.locator("input:checked").all()]
    assert chosen == ["weekly-1", "KZ", "KG"]
    assert page.get_by_label("Pas avant cette heure").input_value() == "7"

    page.get_by_label("Pas de lettres pendant").select_option("30")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Mettre fin à la pause").click()
    expect(page.get_by_role("status")).to_contain_text("La pause est finie")

    page = reader.open(choices.replace("p/", "u/", 1))
    page.get_by_role("link", name="Choose how often").click()
    assert reader.place == choices
    page.get_by_role("button", name="Quitter").click()
    assert heading(page) == "Vous avez quitté la lettre d’information"
    assert heading(reader.open(choices)).startswith("La semaine à travers la steppe")
    assert page.locator("form").count() == 0


def test_an_address_in_any_script_can_be_typed(house: House, come: Callable[..., Visitor]) -> None:
    page = come().open("subscribe")
    page.get_by_label("Your mail address").fill("айгүл@пример.рф")
    page.get_by_role("button", name="Subscribe").click()
    assert heading(page) == "Look into your mailbox"


def test_a_person_takes_all_away_moves_and_is_forgotten(house: House, come: Callable[..., Visitor]) -> None:
    subscribe_and_confirm(house, come(), "nilufar@example.org")
    reader = come(java_script_enabled=False)

    page = reader.open(account_link(house, reader, "nilufar@example.org"))
    assert "nilufar@example.org" in page.locator("main").inner_text()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    kept = json.loads(downloading.value.path().read_text(encoding="utf-8"))
    assert "nilufar@example.org" in json.dumps(kept)

    page = reader.open(account_link(house, reader, "nilufar@example.org"))
    page.get_by_label("New mail address").fill(MOVED)
    page.get_by_role("button", name="Send the link").click()
    assert heading(page) == "Look into your mailbox"
    house.post()
    page = reader.open(newest_link(reader, house, MOVED, "n"))
    page.get_by_role("button", name="Confirm").click()
    assert heading(page) == "The new address is confirmed"

    link = account_link(house, reader, MOVED)
    page = reader.open(link)
    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("link", name="No, go back").click()
    page.get_by_role("button", name="Erase …").click()
    page.get_by_role("button", name="Erase for good").click()
    assert heading(page) == "Everything is erased"
    assert heading(reader.open(link)) == "This link leads nowhere any more"


def test_the_pages_for_readers_have_no_barriers_and_fit_a_phone(
    house: House, come: Callable[..., Visitor]
) -> None:
    reader = come(color_scheme="light")
    subscribe_and_confirm(house, reader, "edward@example.org", before_confirming=inspect)
    house.post()
    paths = ["subscribe", "subscribe?language=ru", "account", "u/token", "p/token", "c/token", "n/token"]
    paths.append(account_link(house, reader, "edward@example.org"))
    for path in paths:
        inspect(reader.open(path))
    reader.page.get_by_role("button", name="Erase …").click()
    inspect(reader.page)


def subscribe_and_confirm(
    house: House, reader: Visitor, email: str, before_confirming: Callable[[Page], None] = lambda page: None
) -> None:
    page = reader.open("subscribe")
    page.get_by_label("Your mail address").fill(email)
    page.get_by_role("button", name="Subscribe").click()
    before_confirming(page)
    house.post()
    page = reader.open(newest_link(reader, house, email, "c"))
    page.get_by_role("button", name="Confirm").click()
    before_confirming(page)


def account_link(house: House, reader: Visitor, email: str) -> str:
    page = reader.open("account")
    page.get_by_label("Your mail address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    house.post()
    return newest_link(reader, house, email, "a")


def inspect(page: Page) -> None:
    """No barrier in light or dark, and nothing wider than the window."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    page.evaluate(AXE_SCRIPT)
    assert barriers(page, "tag", WCAG) == "", page.url
    page.emulate_media(color_scheme="dark")
    assert barriers(page, "rule", COLOURS) == "", page.url
    page.emulate_media(color_scheme="light")
