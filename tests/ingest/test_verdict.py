from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from aggregator.ingest import verdict
from aggregator.model import (
    DescribedEntry,
    Description,
    Entry,
    Fetched,
    Reading,
    Source,
    SourceFailure,
    SourceState,
    Tag,
    Validators,
)


@pytest.fixture
def fetched(source: Source, now: datetime) -> Fetched:
    return Fetched("steppe", now, source.url, "text/xml", b"<rss version='0.92'>", b"", Validators("e"))


def reading(now: datetime, *, tagged: int, untagged: int, undated: int = 0) -> Reading:
    entries = tuple(
        DescribedEntry(
            Entry(
                "steppe", str(number), b"", "", "", f"T{number}", "", "", now, date_guessed=number < undated
            ),
            Description("ru", "Cyrl", tags=(Tag("KZ", 1.0),) if number < tagged else ()),
        )
        for number in range(tagged + untagged)
    )
    return Reading("steppe", now, len(entries), entries, undated)


def test_all_is_well_with_dated_tagged_entries_and_a_validator(
    source: Source, fetched: Fetched, now: datetime
) -> None:
    assert verdict.problems(source, fetched, reading(now, tagged=5, untagged=2)) == []


@pytest.mark.parametrize(
    ("changes", "found", "words"),
    [
        ({}, {"tagged": 1, "untagged": 5}, "set `default_country`"),
        ({}, {"tagged": 5, "untagged": 0, "undated": 2}, "2 of 5 entries have no date"),
        ({}, {"tagged": 2, "untagged": 0, "undated": 2}, "all-undated"),
        ({}, {"tagged": 0, "untagged": 0}, "holds no entries"),
        ({"validators": Validators()}, {"tagged": 1, "untagged": 0}, "neither ETag nor Last-Modified"),
        ({"moved_to": "https://n.example/"}, {"tagged": 1, "untagged": 0}, "set `url: https://n.example/`"),
    ],
)
def test_each_trouble_is_named_with_its_cure(
    changes: dict[str, object],
    found: dict[str, int],
    words: str,
    source: Source,
    fetched: Fetched,
    now: datetime,
) -> None:
    problems = verdict.problems(source, replace(fetched, **changes), reading(now, **found))  # type: ignore[arg-type]
    assert len(problems) == 1
    assert words in problems[0]


def test_warnings_and_failures_are_said(source: Source, fetched: Fetched, now: datetime) -> None:
    failure = SourceFailure("steppe", now, SourceState.TIMEOUT, "too slow")
    assert verdict.problems(source, failure, None) == ["timeout: too slow"]
    assert verdict.problems(source, fetched, failure) == ["timeout: too slow"]
    malformed = replace(reading(now, tagged=1, untagged=0), warning="malformed: x")
    assert verdict.problems(source, fetched, malformed) == [
        "malformed: x: it is read all the same; tell the site"
    ]


def test_facts_tell_redirects_compression_and_caching(
    source: Source, fetched: Fetched, now: datetime
) -> None:
    headers = (("Content-Encoding", "gzip"), ("Content-Length", "12"), ("etag", "e"))
    moved = replace(fetched, url="https://n.example/", headers=headers, moved_to="https://n.example/")
    facts = dict(verdict.facts(source, moved, reading(now, tagged=2, untagged=0, undated=1), now))
    assert facts["size"] == "20 bytes, 12 on the wire (gzip)"
    assert facts["redirected"] == "to https://n.example/ for good"
    assert facts["dates"] == "50 % read, 50 % with their time of day"
    assert facts["countries"] == "100 % tagged: KZ 2"
    assert facts["caching"] == "ETag: e"
    empty = dict(verdict.facts(source, fetched, Reading("steppe", now, 0), now))
    assert (empty["entries"], empty["caching"]) == ("0", "no caching header at all")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<rss version='2.0'>", "RSS 2.0"),
        (b"<rss>", "RSS"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "Atom"),
        (b"<feed xmlns='http://purl.org/atom/ns#'>", "Atom 0.3"),
        (b"<rdf:RDF>", "RSS 1.0"),
        (b"<urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>", "news sitemap"),
        (b"<urlset>", "sitemap"),
        (b"<sitemapindex>", "sitemap index"),
        (b"<!doctype html>", "a web page"),
        (b' {"version": 1}', "JSON"),
        (b"<opml>", "unknown, first tag <opml>"),
        (b"hello", "unknown, no tag at all"),
    ],
)
def test_forms_are_told_by_the_root(body: bytes, name: str) -> None:
    assert verdict.form(body) == name


def test_a_verdict_says_who_pushes(source: Source, fetched: Fetched, now: datetime) -> None:
    def pushed_by(fetched: Fetched) -> str:
        return dict(verdict.facts(source, fetched, reading(now, tagged=1, untagged=0), now))["pushed by"]

    assert pushed_by(fetched) == "no hub announced"
    hub = replace(fetched, headers=(("Link", "<https://h.example/>; rel=hub"),))
    assert pushed_by(hub) == f"https://h.example/ as {source.url} (WebSub)"
