"""From the site to a feed reader: found by programs, shown to people, and the same address for both."""

from __future__ import annotations

from lxml import etree

from tests.browser.newsroom import Newsroom
from tests.browser.visitor import Visitor

ATOM = "{http://www.w3.org/2005/Atom}"
ANNOUNCED = 'link[rel="alternate"][type="application/atom+xml"]'


def test_the_front_page_announces_a_feed_that_opens_as_a_page(reader: Visitor, site: Newsroom) -> None:
    page = reader.open("en/")
    address = reader.absolute(page.locator(ANNOUNCED).first.get_attribute("href").lstrip("/"))
    page.goto(address)
    assert reader.document.headers["content-type"].startswith("text/html")
    assert page.url == address, "the address that is shown is the one to copy"
    assert page.get_by_role("heading", name="This is a feed").is_visible()
    assert page.get_by_label("Address to copy").input_value() == address
    assert page.locator("article.story").count() > 10
    assert_is_atom(site, address)


def test_the_directory_leads_to_the_feed_of_a_country(reader: Visitor, site: Newsroom) -> None:
    page = reader.open("en/")
    page.get_by_role("navigation", name="This site", exact=True).get_by_role("link", name="Feeds").click()
    page.get_by_role("link", name="Kazakhstan: Atom", exact=True).last.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Kazakhstan")
    address = page.get_by_label("Address to copy").input_value()
    assert address == page.url == f"{site.base_url}/feeds/kz.atom"
    assert_is_atom(site, address)
    assert page.locator(ANNOUNCED).get_attribute("href") == "/feeds/kz.atom"


def test_the_page_of_a_feed_leads_to_the_feed_itself(reader: Visitor) -> None:
    page = reader.open("feeds/kz.atom")
    for name, media_type in (("Atom", "application/atom+xml"), ("RSS", "application/rss+xml")):
        reader.open("feeds/kz.atom")
        page.locator(".addresses").get_by_role("link", name=name, exact=True).click()
        page.wait_for_url("**?raw")
        assert reader.document.headers["content-type"].startswith(media_type)


def test_a_feed_of_ones_own_choice_is_a_page_and_a_feed(reader: Visitor, site: Newsroom) -> None:
    page = reader.open("feeds/tj+kz.atom")
    address = page.get_by_label("Address to copy").input_value()
    assert address == page.url == f"{site.base_url}/feeds/kz+tj.atom", "codes are sorted by a redirect"
    assert_is_atom(site, address)


def assert_is_atom(site: Newsroom, address: str) -> None:
    """To a program, which says nothing of what it wants to show."""
    headers, content = site.fetch(address)
    assert headers["Content-Type"].startswith("application/atom+xml")
    feed = etree.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.find(f"{ATOM}entry") is not None
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == address
