from __future__ import annotations

import json
from datetime import datetime

import pytest

from aggregator.ingest import hubs, parse
from aggregator.model import Announcement, Fetched, Hints

ATOM = "xmlns='http://www.w3.org/2005/Atom'"
NONE = Announcement()


def fetched(now: datetime, *links: str) -> Fetched:
    headers = tuple(("link", link) for link in links)
    return Fetched("steppe", now, "https://steppe.example/feed/", "", b"", b"", headers=headers)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            f"<feed {ATOM}><link rel='hub' href='https://h.example/'/><link rel='self' href='https://s.example/a'/>",
            Announcement("https://s.example/a", ("https://h.example/",)),
        ),
        (
            '<rss><channel><atom:link href="https://h.example/?a=1&amp;b=2" rel="HUB" />',
            Announcement("", ("https://h.example/?a=1&b=2",)),
        ),
        (
            "<rss><channel><atom10:link xmlns:atom10='x' rel='self hub' href='https://both.example/'/>",
            Announcement("https://both.example/", ("https://both.example/",)),
        ),
        ("<rss><channel><link>https://s.example</link><title>x</title>", NONE),
        ("<rss><channel><!-- <link rel='hub' href='https://h.example/'/> --></channel>", NONE),
        ("<rss><description><![CDATA[<link rel='hub' href='https://h.example/'/>", NONE),
        ("<feed><entry><link rel='hub' href='https://h.example/'/></entry>", NONE),
        ("<rss><item ><a:link rel='hub' href='https://h.example/'/></item>", NONE),
        ("<feed><link rel='hub' href=''/><link rel='alternate' href='https://s.example/'/>", NONE),
    ],
)
def test_hubs_are_read_from_the_head_of_a_feed(text: str, found: Announcement) -> None:
    assert hubs.in_feed(text) == found


def test_a_few_hubs_are_enough() -> None:
    links = "".join(f"<link rel='hub' href='https://h{number}.example/'/>" for number in range(9))
    assert hubs.in_feed(f"<feed>{links}").hubs == (
        "https://h0.example/",
        "https://h1.example/",
        "https://h2.example/",
    )


@pytest.mark.parametrize(
    "text", ["<!--" * 5_000, "<link " * 4_000, "<link rel=" + "'x=" * 7_000, "<a" * 9_999]
)
def test_markup_that_never_ends_costs_no_time(text: str) -> None:
    assert hubs.in_feed(text) == NONE


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (
            {"hubs": [{"type": "rssCloud", "url": "x"}, {"type": "WebSub", "url": "https://h.example"}, 3]},
            Announcement("", ("https://h.example",)),
        ),
        (
            {"hubs": [{"type": "websub"}], "feed_url": "https://s.example/j"},
            Announcement("https://s.example/j"),
        ),
        ({"hubs": "https://h.example"}, NONE),
        ({}, NONE),
    ],
)
def test_a_json_feed_names_hubs_in_its_own_way(document: dict[str, object], found: Announcement) -> None:
    assert hubs.in_json_feed(document) == found


@pytest.mark.parametrize(
    ("links", "found"),
    [
        (
            ('<https://h.example/>; rel="hub", </feed/>; rel=self',),
            Announcement("https://steppe.example/feed/", ("https://h.example/",)),
        ),
        (
            ("<https://h.example/>;rel=hub", '<https://s.example/?q=1>; type="x, y"; rel="self"'),
            Announcement("https://s.example/?q=1", ("https://h.example/",)),
        ),
        (("</hub>; rel=hub",), Announcement("https://steppe.example/feed/", ("https://steppe.example/hub",))),
        (("<https://h.example/>; rel=preload", "https://h.example; rel=hub", "<>;rel=hub"), NONE),
        (
            ("<ftp://h.example/>; rel=hub", "<https://[bad/>; rel=hub", "<https://h.example/a b>;rel=hub"),
            NONE,
        ),
        (("<mailto:a@h.example>; rel=hub", "<https://h.example/я>; rel=hub"), NONE),
    ],
)
def test_link_headers_announce_hubs(links: tuple[str, ...], found: Announcement, now: datetime) -> None:
    assert hubs.announced(fetched(now, *links), Hints()) == found


def test_the_headers_word_counts_before_the_feeds(now: datetime) -> None:
    hints = Hints(announced=Announcement("https://s.example/feed", ("https://in-feed.example/",)))
    assert hubs.announced(fetched(now), hints) == hints.announced
    of_header = hubs.announced(fetched(now, "<https://in-header.example/>; rel=hub"), hints)
    assert of_header == Announcement("https://s.example/feed", ("https://in-header.example/",))
    own = "<https://steppe.example/canonical>; rel=self"
    assert hubs.announced(fetched(now, own), hints).topic == "https://s.example/feed"


@pytest.mark.parametrize("more", ["", "<unheard-of/>"], ids=["the short way", "feedparser"])
def test_both_ways_of_reading_a_feed_find_the_same_hub(more: str) -> None:
    body = (
        f"<feed {ATOM}><id>x</id><title>Steppe</title><updated>2026-11-22T09:00:00Z</updated>"
        f"<link rel='hub' href='https://h.example/'/>{more}<entry><id>1</id><title>One</title>"
        "<link href='https://s.example/1'/><updated>2026-11-22T09:00:00Z</updated><summary>x</summary></entry></feed>"
    )
    parsed = parse.parse(body.encode(), "application/atom+xml", "https://s.example/feed", 10)
    assert parsed.hints.announced.hubs == ("https://h.example/",)
    assert len(parsed.entries) == 1


def test_a_json_feeds_hub_reaches_its_hints() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "S",
        "items": [],
        "hubs": [{"type": "WebSub", "url": "https://h.example/"}],
    }
    parsed = parse.parse(json.dumps(document).encode(), "", "https://s.example/", 10)
    assert parsed.hints.announced.hubs == ("https://h.example/",)
