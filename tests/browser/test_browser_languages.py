"""The reader's language: asked for by the browser, changed by the switch, and kept while reading on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.newsroom import PERSIAN
from tests.browser.visitor import Visitor

Come = Callable[..., Visitor]


@pytest.mark.parametrize(
    ("wished", "given"),
    [("fr-CA", "fr"), ("de", "de"), ("ru-KZ", "ru"), ("en-US", "en"), ("ja", "en")],
)
def test_the_browsers_wish_decides_at_the_door(visitor: Come, wished: str, given: str) -> None:
    reader = visitor(locale=wished)
    page = reader.open()
    assert reader.place == f"{given}/"
    assert page.locator("html").get_attribute("lang") == given


def test_the_door_to_an_inner_page_opens_in_the_wished_language(visitor: Come) -> None:
    reader = visitor(locale="ru")
    page = reader.open("country/kz.html")
    assert reader.place == "ru/country/kz.html"
    assert page.get_by_role("heading", level=1).inner_text() == "Казахстан"


def test_the_switch_leads_to_the_same_page_in_another_language(reader: Visitor) -> None:
    for path in ("", "country/kz.html", f"source/{PERSIAN}", "feed/kz"):
        page = reader.open(f"en/{path}")
        for language, name in (("ru", "русский"), ("en", "english")):
            page.locator(f'.switch a[hreflang="{language}"]').click()
            page.wait_for_url(f"**/{language}/{path}")
            assert page.locator("html").get_attribute("lang") == language
            current = page.locator('.switch [aria-current="true"] .whole')
            assert current.inner_text().lower() == name


def test_the_switch_keeps_what_was_searched(reader: Visitor) -> None:
    page = reader.open("en/search?q=Almaty&language=en")
    found = page.locator("article.story h3").all_inner_texts()
    page.locator('.switch a[hreflang="fr"]').click()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("#q").input_value() == "Almaty"
    assert page.locator("article.story h3").all_inner_texts() == found != []


def test_the_chosen_language_is_kept_while_reading_on(visitor: Come) -> None:
    """Whatever the browser wishes: the reader chose."""
    reader = visitor(locale="en-GB")
    page = reader.open("ru/")
    for link in page.locator('nav a:not(.switch a)[href^="/"]').all():
        address = link.get_attribute("href") or ""
        assert address.startswith("/ru/") or address.endswith("?language=ru")


def test_a_headline_says_its_own_language_on_a_page_in_another(visitor: Come) -> None:
    page = visitor().open(f"ru/source/{PERSIAN}")
    assert page.locator("html").get_attribute("lang") == "ru"
    assert {one.get_attribute("lang") for one in page.locator("article.story h3").all()} == {"fa"}
