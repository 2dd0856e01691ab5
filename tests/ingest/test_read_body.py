from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.ingest import read
from aggregator.ingest.parse import UnreadableFeedError
from aggregator.model import Fetched, Source

ITEM = (
    "<item><guid>{guid}</guid><link>https://steppe.example/{link}</link><title>{title}</title>{date}</item>"
)
DATE = "<pubDate>Sat, 21 Nov 2026 10:00:00 GMT</pubDate>"


def item(guid: str, link: str, title: str = "T", date: str = DATE) -> str:
    return ITEM.format(guid=guid, link=link, title=title, date=date)


@pytest.fixture
def fetched(now: datetime) -> Fetched:
    return Fetched("steppe", now, "https://steppe.example/feed/", "application/rss+xml", b"", b"")


def body(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>S</title>{''.join(items)}</channel></rss>".encode()


def test_only_new_and_changed_entries_are_cleaned(source: Source, fetched: Fetched, now: datetime) -> None:
    first = read.entries(source, replace(fetched, body=body(item("a", "1"), item("b", "2"))), {}, now)
    assert (first.total, [entry.guid for entry in first.entries]) == (2, ["a", "b"])
    known = {entry.guid: entry.raw_hash for entry in first.entries}
    changed = body(item("a", "1"), item("b", "2", "New title"), item("c", "3"))
    second = read.entries(source, replace(fetched, body=changed), known, now)
    assert (second.total, [entry.guid for entry in second.entries]) == (3, ["b", "c"])


def test_a_guid_that_stands_for_several_links_is_no_identity(
    source: Source, fetched: Fetched, now: datetime
) -> None:
    both = replace(fetched, body=body(item("site", "1"), item("site", "2"), item("c", "3")))
    assert [entry.guid for entry in read.entries(source, both, {}, now).entries] == [
        "https://steppe.example/1",
        "https://steppe.example/2",
        "c",
    ]


def test_the_same_entry_twice_in_one_body_is_one(source: Source, fetched: Fetched, now: datetime) -> None:
    twice = replace(fetched, body=body(item("a", "1", "First"), item("a", "1", "Second")))
    parsed = read.entries(source, twice, {}, now)
    assert (parsed.total, [entry.title for entry in parsed.entries]) == (2, ["First"])


def test_undated_entries_are_counted(source: Source, fetched: Fetched, now: datetime) -> None:
    items = (item("a", "1"), item("b", "2", date=""), item("c", "3", date="<pubDate>soon</pubDate>"))
    assert read.entries(source, replace(fetched, body=body(*items)), {}, now).undated == 2


def test_the_sources_limit_and_the_warning_are_passed_on(
    source: Source, fetched: Fetched, now: datetime
) -> None:
    parsed = read.entries(
        replace(source, max_entries=1), replace(fetched, body=body(item("a", "1"), item("b", "2"))), {}, now
    )
    assert (parsed.total, parsed.warning) == (1, "1 entries beyond the first 1 were left out")


def test_what_is_no_feed_is_refused_with_its_address(source: Source, fetched: Fetched, now: datetime) -> None:
    with pytest.raises(UnreadableFeedError, match=r"https://steppe\.example/feed/"):
        read.entries(source, replace(fetched, body=b"gone fishing"), {}, now)
