from __future__ import annotations

import time

import pytest

from aggregator.ingest import excess
from aggregator.ingest.parse import UnreadableFeedError, parse

URL = "https://steppe.example/feed"


def feed(inside: str) -> str:
    return f"<rss version='2.0'><channel><title>Steppe</title>{inside}</channel></rss>"


def items(count: int) -> str:
    return "".join(f"<item><guid>{n}</guid><title>t</title></item>" for n in range(count))


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<a>" * 200_001, "tags"),
        ("<a " * 1_000_000, "tags"),
        ("".join(f"<a{n}:b xmlns:a{n}='u'/>" for n in range(5_001)), "namespaces"),
        ("<item " + " ".join(f"attribute{n}='1'" for n in range(5_000)) + "/>", "attributes"),
    ],
    ids=["nested", "never closed", "namespaces", "attributes"],
)
def test_a_body_that_would_cost_minutes_is_refused_at_once(inside: str, said: str) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableFeedError, match=rf"{URL} .* holds \d+ {said}"):
        parse(feed(inside).encode(), "text/xml", URL, 100)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "inside",
    [
        items(2_000),
        f"<item><description><![CDATA[<img src='data:,{'A' * 500_000}=='>]]></description></item>",
    ],
    ids=["many entries", "a picture in an attribute"],
)
def test_large_but_honest_bodies_are_read(inside: str) -> None:
    assert excess.found_in(feed(inside)) == ""
    assert parse(feed(inside).encode(), "text/xml", URL, 5_000).entries


def test_of_a_hundred_thousand_entries_the_first_are_read_and_the_rest_is_counted() -> None:
    parsed = parse(feed(items(100_000)).encode(), "text/xml", URL, 50)
    assert [entry.guid for entry in parsed.entries] == [str(number) for number in range(50)]
    assert parsed.warning == "99950 entries beyond the first 50 were left out"


def test_nothing_is_cut_from_a_feed_of_usual_size_or_few_entries() -> None:
    usual = feed(items(100))
    assert excess.cut(usual, 50) == (usual, 0)
    deep = feed(items(1) + "<a>" * 200_001)
    assert excess.cut(deep, 50) == (deep, 0)
