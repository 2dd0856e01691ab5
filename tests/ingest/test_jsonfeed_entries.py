from __future__ import annotations

import pytest

from aggregator.ingest.jsonfeed import is_feed, published_entries
from aggregator.ingest.parse import parse
from aggregator.model import PublishedEntry

VERSION = "https://jsonfeed.org/version/1.1"


def test_an_item_keeps_its_fields() -> None:
    item = {
        "id": "1",
        "url": "https://steppe.example/1",
        "title": "a < b",
        "summary": "R&D",
        "content_html": "<p>Text</p>",
        "date_published": "2026-11-21T10:00:00Z",
        "date_modified": "2026-11-21T11:00:00Z",
        "authors": [{"url": "https://x.example"}, {"name": "Someone"}],
        "tags": ["Roads", None, "Rail"],
        "image": "https://steppe.example/1.jpg",
        "language": "fr",
    }
    assert list(published_entries({"version": VERSION, "items": [item]})) == [
        PublishedEntry(
            guid="1",
            link="https://steppe.example/1",
            title="a &lt; b",
            summary="R&amp;D",
            content="<p>Text</p>",
            author="Someone",
            published="2026-11-21T10:00:00Z",
            updated="2026-11-21T11:00:00Z",
            language="fr",
            categories=("Roads", "Rail"),
            image="https://steppe.example/1.jpg",
        )
    ]


def test_the_feed_stands_in_for_what_an_item_leaves_out() -> None:
    document = {
        "author": {"name": "Desk"},
        "language": "ky",
        "items": [
            {
                "external_url": "https://x.example/",
                "content_text": "1 < 2",
                "banner_image": "b.png",
                "id": True,
            }
        ],
    }
    (entry,) = published_entries(document)
    assert (entry.author, entry.language, entry.link) == ("Desk", "ky", "https://x.example/")
    assert (entry.content, entry.image, entry.guid) == ("1 &lt; 2", "b.png", "")


@pytest.mark.parametrize("items", [None, {}, "x", [1, None, "x"]])
def test_items_of_another_shape_are_passed_over(items: object) -> None:
    assert list(published_entries({"items": items})) == []


@pytest.mark.parametrize(
    ("document", "feed"),
    [({"version": VERSION}, True), ({"version": "2.0"}, False), ({}, False), ([], False), (None, False)],
)
def test_only_a_json_feed_is_one(document: object, feed: bool) -> None:
    assert is_feed(document) is feed


def test_what_no_database_takes_is_left_out_of_every_field() -> None:
    body = (
        b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"a\\u0000b","title":"x\\ud800y",'
        b'"content_text":"\\u0000z","tags":["\\udfff"],"url":"https://a.example/\\udc80"}]}'
    )
    (entry,) = parse(body, "application/feed+json", "https://a.example/", 10).entries
    assert (entry.guid, entry.title, entry.content, entry.link) == ("ab", "xy", "z", "https://a.example/")
    assert entry.categories == ("",)
