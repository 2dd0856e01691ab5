from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest.urls import absolute, canonical

BASE = "https://news.example/en/feed?x=1"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://a.example/1?b=2#c", "https://a.example/1?b=2#c"),
        ("/story/1", "https://news.example/story/1"),
        ("story/1", "https://news.example/en/story/1"),
        ("?p=71", "https://news.example/en/feed?p=71"),
        ("//b.example/z", "https://b.example/z"),
        ("  https://a.example/\n new ", "https://a.example/%20new"),
        ("https://a.example/\u202etxt\u200b", "https://a.example/txt"),
        ("https://a.example/новости", "https://a.example/новости"),
        ("http://user:secret@a.example/x", "http://a.example/x"),
        ("HTTPS://A.example/X", "https://A.example/X"),
    ],
)
def test_links_become_absolute_and_stay_the_sources_own(link: str, url: str) -> None:
    assert absolute(link, BASE) == url


@pytest.mark.parametrize(
    "link",
    ["", "   ", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "ftp://a.example/",
     "mailto:a@b.example", "tag:news.example,2026:1", "http://[bad", "http://a.example:99999/", "http:///x",
     "https://a.example/" + "x" * 3000],
)  # fmt: skip
def test_only_http_links_survive(link: str) -> None:
    assert absolute(link, BASE) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/story/1",
        "http://news.example/story/1",
        "https://www.news.example/story/1/",
        "https://m.news.example/story/1",
        "https://www.m.news.example/story/1",
        "https://AMP.News.Example:443/story/1#top",
        "http://news.example:80/story/1/amp/",
        "https://news.example/story/1/amp",
        "https://news.example/story/1?amp=1",
        "https://news.example/story/1/amp/amp//",
        "https://news.example/story/1?amp",
        "https://news.example./story/1?utm_source=rss&utm_medium=feed&fbclid=x&noredirect=fr-FR",
    ],
)
def test_all_addresses_of_one_article_fold_into_one(url: str) -> None:
    assert canonical(url) == "https://news.example/story/1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/?p=71", "https://news.example/?p=72"),
        ("https://news.example/view?id=1&utm_source=a", "https://news.example/view?id=2"),
        ("https://news.example/a?from=ru", "https://news.example/a?from=en"),
        ("https://news.example:8080/a", "https://news.example/a"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://ru.news.example/a", "https://news.example/a"),
    ],
)
def test_addresses_of_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("url", "folded"),
    [
        ("https://news.example/?rss", "https://news.example?rss"),
        ("https://news.example/новости", "https://news.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("https://news.example/%d0%bd", "https://news.example/%D0%BD"),
        ("https://жаңалық.example/a", "https://xn--80aaqw4fuxvb.example/a"),
        ("https://" + "ж" * 80 + ".example/a", "https://" + "ж" * 80 + ".example/a"),
        ("https://m.com/a", "https://m.com/a"),
    ],
)
def test_spelling_is_folded(url: str, folded: str) -> None:
    assert canonical(url) == folded


@pytest.mark.parametrize(
    "url", ["", "https://news.example", "https://www.news.example/", "http://news.example/#a"]
)
def test_a_home_page_stands_for_no_article(url: str) -> None:
    assert canonical(url) == ""


@given(st.text(max_size=60))
def test_no_text_breaks_the_folding_and_folding_twice_changes_nothing(text: str) -> None:
    folded = canonical(absolute(text, BASE))
    assert canonical(folded) == folded
