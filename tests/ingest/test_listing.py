from __future__ import annotations

import pytest

from aggregator.ingest import listing
from aggregator.ingest.parse import ParsedFeed, UnreadableFeedError
from aggregator.model import Selectors

URL = "https://steppe.example/news/"
PAGE = """<html lang="ru-RU"><head><title>Steppe  news</title></head><body><a href="/menu">Menu</a>
<article><h2><a href="one">One &amp; <b>only</b></a></h2>
  <span class="when"><time datetime="2026-11-21T10:00:00+05:00">yesterday</time></span><p>Lead <i>one</i></p>
  <img src="/1.png"></article>
<article><h2>Two <a href="https://other.example/two">more</a></h2>
  <span class="when">22.11.2026</span></article>
<article><h2>No link</h2></article></body></html>"""


def read(selectors: Selectors, page: str = PAGE, most: int = 10) -> ParsedFeed:
    return listing.parse(page.encode(), "text/html; charset=utf-8", URL, selectors, most)


def test_selectors_find_link_title_date_and_summary() -> None:
    feed = read(Selectors("article", title="h2", date=".when", summary="p"))
    one, two = feed.entries
    assert (one.link, one.title) == ("https://steppe.example/news/one", "One &amp; only")
    assert (one.published, one.summary) == ("2026-11-21T10:00:00+05:00", "Lead one")
    assert one.image == "https://steppe.example/1.png"
    assert (two.link, two.title, two.published) == ("https://other.example/two", "Two more", "22.11.2026")
    assert (feed.title, feed.language, feed.warning) == ("Steppe news", "ru-RU", "")


def test_the_entry_may_be_the_link_itself_and_gives_the_title() -> None:
    titles = [(entry.title, entry.published) for entry in read(Selectors("article a")).entries]
    assert titles == [("One &amp; only", ""), ("more", "")]


def test_links_hang_on_the_pages_base() -> None:
    page = '<base href="/ru/"><li><a href="x">X</a></li>'
    assert read(Selectors("li"), page).entries[0].link == "https://steppe.example/ru/x"


def test_of_many_entries_the_first_are_kept() -> None:
    feed = read(Selectors("article"), most=1)
    assert len(feed.entries) == 1
    assert "1 entries beyond the first 1" in feed.warning


def test_an_entry_selector_that_matches_nothing_is_named() -> None:
    with pytest.raises(UnreadableFeedError, match=r"`entry: div\.story` matches nothing on .*has the page"):
        read(Selectors("div.story"))


def test_a_link_selector_that_finds_no_address_is_named() -> None:
    with pytest.raises(UnreadableFeedError, match=r"none of the 3 matches .*`link: h2`"):
        read(Selectors("article", link="h2"))
    with pytest.raises(UnreadableFeedError, match="a link"):
        read(Selectors("p"))


def test_other_selectors_that_match_nowhere_are_named_but_stop_nothing() -> None:
    feed = read(Selectors("article", title="h1", date="time.x", summary="em"))
    assert len(feed.entries) == 2
    assert feed.warning == (
        "the selector `title: h1` matches in no entry; the selector `date: time.x` matches in no entry; "
        "the selector `summary: em` matches in no entry"
    )
