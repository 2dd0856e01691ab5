"""Searching as a reader does: type, narrow, follow, and take the search along as a feed."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.browser.newsroom import Newsroom
from tests.browser.visitor import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"
RESULTS = "article.story h3"
TOLD_IN = 'article.story:has(abbr[title="{}"])'


def search(reader: Visitor, words: str, **choices: str) -> list[str]:
    """Fill in the form, send it; the headlines found."""
    page = reader.open("en/search")
    page.get_by_label("Words").fill(words)
    for label, choice in choices.items():
        page.get_by_role("combobox", name=label, exact=True).select_option(choice)
    page.locator("main").get_by_role("button", name="Search").click()
    page.wait_for_url("**/search?*")
    return page.locator(RESULTS).all_inner_texts()


def test_words_find_a_story_by_each_of_its_accounts(reader: Visitor) -> None:
    (headline,) = search(reader, "night train")
    assert "Toshkent va Olmaota" in headline, "the account that leads the story"
    assert reader.page.get_by_label("Words").input_value() == "night train"


@pytest.mark.parametrize(
    ("words", "language"), [("زعفران‌کاران هرات", "Persian"), ("қысқы театр маусымы", "Kazakh")]
)
def test_words_find_stories_in_every_script(reader: Visitor, words: str, language: str) -> None:
    assert len(search(reader, words)) == 1
    assert reader.page.locator(TOLD_IN.format(language)).count() == 1


def stories(reader: Visitor) -> set[str | None]:
    """Addresses of the stories that were found: each may be told by another account than elsewhere."""
    return {link.get_attribute("href") for link in reader.page.locator("article.story .when").all()}


def test_filters_narrow_what_is_found(reader: Visitor) -> None:
    search(reader, "", Country="AF")
    assert reader.page.locator("#country").input_value() == "AF"
    about_one = stories(reader)
    headlines = search(reader, "", Country="AF", Language="fa")
    assert set() < stories(reader) < about_one
    assert reader.page.locator("article.story :is(h2, h3):lang(fa)").count() == len(headlines), (
        "told in Persian"
    )


def test_a_result_leads_to_its_story(reader: Visitor) -> None:
    headline = search(reader, "night train")[0]
    reader.page.locator("article.story .when").first.click()
    reader.page.wait_for_url("**/en/story/*")
    assert reader.page.get_by_role("heading", level=1).inner_text() == headline


def test_what_is_not_found_is_said(reader: Visitor) -> None:
    assert search(reader, "unheardof") == []
    assert "Nothing was found" in reader.page.get_by_role("status").inner_text()


def test_a_search_is_a_feed_as_well(reader: Visitor, site: Newsroom) -> None:
    found = search(reader, "Tashkent")
    link = reader.page.get_by_role("link", name="This search as a feed")
    headers, content = site.fetch(link.get_attribute("href").lstrip("/"))
    assert headers["Content-Type"].startswith("application/atom+xml")
    assert headers["X-Robots-Tag"] == "noindex"
    titles = [one.findtext(f"{ATOM}title") for one in etree.fromstring(content).iter(f"{ATOM}entry")]
    assert titles == found != []
    link.click()
    assert reader.page.get_by_role("heading", name="This is a feed").is_visible()
    assert reader.page.locator(RESULTS).all_inner_texts() == found


def test_the_page_that_does_not_exist_offers_a_search(reader: Visitor) -> None:
    page = reader.open("en/nowhere")
    page.get_by_label("Search all stories").fill("night train")
    page.locator("main").get_by_role("button", name="Search").click()
    page.wait_for_url("**/en/search?*")
    assert page.locator(RESULTS).count() > 0
