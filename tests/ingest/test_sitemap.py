from __future__ import annotations

import pytest

from aggregator.ingest import sitemap
from aggregator.ingest.parse import UnreadableFeedError

URL = "https://steppe.example/sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)


def urlset(*urls: str) -> bytes:
    return (HEAD + "".join(f"<url>{url}</url>" for url in urls) + "</urlset>").encode()


def plain(path: str, lastmod: str = "2026-11-20") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<loc>https://steppe.example{path}</loc>{changed}"


def titles(*bodies: bytes, most: int = 10) -> list[str]:
    return [entry.title for entry in sitemap.parse(bodies, "text/xml", URL, most).entries]


def test_a_news_sitemap_tells_title_date_language_keywords_and_image() -> None:
    news = (
        "<loc>https://steppe.example/x</loc><lastmod>2026-11-22</lastmod>"
        "<news:news><news:publication><news:name>Steppe</news:name><news:language>ru</news:language>"
        "</news:publication><news:publication_date>2026-11-21T10:00:00+05:00</news:publication_date>"
        "<news:title>Tea &amp; trains &lt;now&gt;</news:title><news:keywords>rail, , tea</news:keywords>"
        "</news:news><image:image><image:loc>https://steppe.example/x.png</image:loc></image:image>"
    )
    (entry,) = sitemap.parse([urlset(news)], "text/xml", URL, 10).entries
    assert (entry.guid, entry.link) == ("https://steppe.example/x", "https://steppe.example/x")
    assert entry.title == "Tea &amp; trains &lt;now&gt;", "as markup, like all published titles"
    assert (entry.published, entry.language) == ("2026-11-21T10:00:00+05:00", "ru")
    assert (entry.categories, entry.image) == (("rail", "tea"), "https://steppe.example/x.png")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/2026/11/night-train-returns.html", "Night train returns"),
        ("/news/1234567-night-train-98765/", "Night train"),
        ("/night_train/", "Night train"),
        ("/%D0%BF%D0%BE%D0%B5%D0%B7%D0%B4-%D0%B8%D0%B4%D1%91%D1%82", "Поезд идёт"),
        ("/top-2026-films", "Top 2026 films"),
    ],
)
def test_a_plain_sitemap_gives_titles_by_the_words_of_the_address(path: str, title: str) -> None:
    assert titles(urlset(plain(path))) == [title]


def test_the_newest_are_kept_whatever_their_order() -> None:
    body = urlset(
        plain("/old-one", "2026-01-01"), plain("/new-one", "2026-11-21T08:00:00Z"), plain("/odd", "soon")
    )
    assert titles(body, most=2) == ["New one", "Old one"]


def test_front_page_and_undated_sections_are_no_news() -> None:
    assert titles(urlset(plain("/"), plain("/culture", ""), plain("/a-story"))) == ["A story"]


def test_several_sitemaps_are_one_source_and_an_address_counts_once() -> None:
    one, two = urlset(plain("/a-b")), urlset(plain("/a-b"), plain("/c-d", "2026-11-21"))
    assert titles(one, two) == ["C d", "A b"]


def test_a_sitemap_without_any_date_says_what_to_do() -> None:
    with pytest.raises(UnreadableFeedError, match=r"dates none of its 1 addresses.*news sitemap"):
        titles(urlset(plain("/a", "")))


@pytest.mark.parametrize(
    ("body", "cure"),
    [
        (b"<rss version='2.0'><channel/></rss>", "leave `type: sitemap` out"),
        (b"<sitemapindex/>", "not followed"),
        (b"<!doctype html><html></html>", "robots.txt"),
        (b"", "robots.txt"),
        (b"{}", "robots.txt"),
    ],
)
def test_what_is_no_sitemap_is_named_with_its_cure(body: bytes, cure: str) -> None:
    with pytest.raises(UnreadableFeedError, match=cure):
        titles(body)


def test_entities_are_inert() -> None:
    bomb = b"<!DOCTYPE u [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;'>]>"
    body = bomb + b"<urlset><url><loc>https://s.example/&b;</loc><lastmod>2026-11-11</lastmod></url></urlset>"
    assert all("xxxx" not in entry.link for entry in sitemap.parse([body], "", URL, 5).entries)


def test_an_index_names_its_newest_sitemaps_and_whether_their_dates_can_be_trusted() -> None:
    def index(*children: tuple[str, str]) -> bytes:
        inner = "".join(
            f"<sitemap><loc>{loc}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
            for loc, day in children
        )
        return f"<sitemapindex>{inner}</sitemapindex>".encode()

    dated = index(("a", "2026-01-01"), ("b", "2026-03-01"), ("c", "2026-02-01"), ("d", "2025-01-01"))
    assert sitemap.children(dated, "", URL) == (("b", "c", "a"), True)
    undated = index(("a", ""), ("b", ""), ("c", ""), ("d", ""))
    assert sitemap.children(undated, "", URL) == (("d", "c", "b"), False), "sites append"
    assert sitemap.children(urlset(), "", URL) == ((), False)
