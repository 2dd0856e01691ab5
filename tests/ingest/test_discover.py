from __future__ import annotations

from aggregator.ingest import discover

URL = "https://steppe.example/ru/"


def feeds(html: str) -> list[tuple[str, str, str]]:
    page = discover.page(html.encode(), "text/html", URL)
    return [(link.url, link.title, link.type) for link in page.feeds]


def test_declared_feeds_come_first_comments_last_and_each_once() -> None:
    html = """<html lang="ru"><title> Steppe
    news</title>
    <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
    <LINK REL="Alternate home" TYPE="application/atom+xml; charset=utf-8" href="atom.xml">
    <link rel="alternate" type="application/feed+json" href="/feed.json">
    <link rel="alternate" hreflang="en" href="/en/"><link rel="stylesheet" type="text/css" href="/s.css">
    <a href="/feed.json">again</a>
    <a href="/rss/">RSS</a><a href="/feedback">no</a><a href="x.rss?a=1">x</a>"""
    assert feeds(html) == [
        ("https://steppe.example/ru/atom.xml", "", "Atom"),
        ("https://steppe.example/feed.json", "", "JSON Feed"),
        ("https://steppe.example/rss/", "RSS", ""),
        ("https://steppe.example/ru/x.rss?a=1", "x", ""),
        ("https://steppe.example/comments/feed/", "Comments", "RSS"),
    ]
    page = discover.page(html.encode(), "", URL)
    assert (page.title, page.language) == ("Steppe news", "ru")


def test_links_that_lead_nowhere_are_left_out() -> None:
    bad = ["javascript:feed", "mailto:a/feed", "http://[::1/feed", "", "https:///feed"]
    html = "".join(f'<link rel=alternate type="application/rss+xml" href="{href}">' for href in bad)
    assert [url for url, _, _ in feeds(html) if "steppe.example" not in url] == []


def test_guesses_are_few_and_stand_at_the_sites_root() -> None:
    found = discover.guesses(URL, tried=["https://steppe.example/feed"])
    assert found == (
        "https://steppe.example/rss",
        "https://steppe.example/rss.xml",
        "https://steppe.example/feed.xml",
    )
    assert len(discover.guesses(URL)) == 4
