"""What authors of other parsers expect of feeds, compared with what we keep: titles, links, dates, ids.

Set FEED_CORPORA to a folder that holds `gofeed`, `feedsmith`, `rss-parser` and `feedparser`; run with `-s` to
see the table. A difference is either explained in EXPLAINED or fails the test.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from aggregator.ingest import plain_text, urls
from aggregator.ingest.dates import read_date
from aggregator.ingest.parse import UnreadableFeedError, parse
from aggregator.model import PublishedEntry

CORPORA = os.environ.get("FEED_CORPORA", "")
URL = "https://feed.example/feed.xml"
SEEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
FIELDS = ("title", "link", "published", "updated", "id")

pytestmark = pytest.mark.skipif(not CORPORA, reason="set FEED_CORPORA to a folder of feed corpora")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which we do not agree."""

    corpus: str
    file: str
    field: str
    expected: str
    ours: str


@dataclass(frozen=True, slots=True)
class Expected:
    """An entry as a corpus expects it; None where it says nothing."""

    title: str | None = None
    link: str | None = None
    published: str | None = None
    updated: str | None = None
    id: str | None = None


EXPLAINED = {
    ("http_entry_id_base_content_location.xml", "id"): "ids are opaque: none is resolved against a header",
    ("http_entry_id_base_docuri.xml", "id"): "ids are opaque: none is resolved against the feed's address",
    ("http_item_link_base_content_location.xml", "link"): "resolved against the address that answered",
    ("http_item_link_base_docuri.xml", "link"): "resolved against the address that answered",
    ("entry_title_crazy.xml", "title"): "a whole page as a title: its stray markup stays, as plain text",
    ("rss_channel_item_guid_naked_markup.xml", "id"): "markup is no id: the link or the title stands in",
    ("reddit-home.rss", "id"): "feedparser resolves a relative id: it is the same one with every poll",
}


def explanation(difference: Difference) -> str:
    """Why a difference is right; empty when it is not explained."""
    if "\ufffd" in difference.expected:
        return "the expectation itself was read with a wrong charset; ours is repaired"
    if difference.field == "link":
        hosts = urlsplit(difference.expected).hostname, urlsplit(difference.ours).hostname
        if hosts[0] in FEEDBURNER:
            return "the article's own address behind FeedBurner's redirect (feedburner:origLink)"
        if hosts[0] == urlsplit(URL).hostname and difference.corpus == "feedsmith":
            return "xml:base is honoured; feedsmith gives addresses as written"
    return EXPLAINED.get((difference.file, difference.field), "")


FEEDBURNER = {"feedproxy.google.com", "feeds.jn.pt"}


# ------------------------------------------------------------------------------------------ expectations


def gofeed() -> Iterator[tuple[Path, list[Expected]]]:
    for path in sorted((Path(CORPORA) / "gofeed/testdata/translator").rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        feed = path.with_suffix(".xml")
        if feed.exists():
            yield (
                feed,
                [
                    Expected(
                        one.get("title"),
                        one.get("link"),
                        one.get("published"),
                        one.get("updated"),
                        one.get("guid"),
                    )
                    for one in document.get("items") or ()
                ],
            )


def gofeed_parsers() -> Iterator[tuple[Path, list[Expected]]]:
    root = Path(CORPORA) / "gofeed/testdata/parser"
    for path in sorted(one for kind in ("atom", "rss") for one in (root / kind).glob("*.json")):
        document = json.loads(path.read_bytes().decode("utf-8", "replace"))
        feed = path.with_suffix(".xml")
        if feed.exists():
            items = document.get("items") or document.get("entries") or ()
            yield feed, [_of_feedsmith(one) for one in items]


def feedsmith() -> Iterator[tuple[Path, list[Expected]]]:
    root = Path(CORPORA) / "feedsmith"
    for path in sorted(one for kind in ("atom", "rdf", "rss") for one in (root / kind).glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        yield (
            path.with_suffix(".xml"),
            [_of_feedsmith(one) for one in document.get("items") or document.get("entries") or ()],
        )


def _of_feedsmith(one: dict[str, Any]) -> Expected:
    written = [link for link in one.get("links") or () if isinstance(link, dict)]
    links = [link.get("href") for link in written if link.get("rel", "alternate") == "alternate"]
    guid = one.get("guid")
    return Expected(
        title=_text(one.get("title")),
        link=one.get("link") or (links[0] if links else None),
        published=one.get("pubDate") or one.get("published"),
        updated=one.get("updated"),
        id=guid.get("value") if isinstance(guid, dict) else one.get("id"),
    )


def _text(value: Any) -> str | None:
    return value.get("value") if isinstance(value, dict) else value


def rss_parser() -> Iterator[tuple[Path, list[Expected]]]:
    root = Path(CORPORA) / "rss-parser"
    for path in sorted((root / "output").glob("*.json")):
        feed = next((one for one in (root / "input").glob(f"{path.stem}.*")), None)
        document = json.loads(path.read_bytes().decode("utf-8", "replace")).get("feed")
        if feed is not None and document:
            yield (
                feed,
                [
                    Expected(
                        one.get("title") if isinstance(one.get("title"), str) else None,
                        one.get("link"),
                        one.get("pubDate"),
                        None,
                        one.get("guid") or one.get("id"),
                    )
                    for one in document.get("items") or ()
                ],
            )


_FEEDPARSER = re.compile(r"entries\[(\d+)\]\['(title|link|id|published|updated)'\] == u?'((?:[^'\\]|\\.)*)'")


def feedparser() -> Iterator[tuple[Path, list[Expected]]]:
    for path in sorted((Path(CORPORA) / "feedparser/wellformed").rglob("*.xml")):
        head = path.read_bytes()[:2000].decode("latin-1")
        match = _FEEDPARSER.search(head.partition("-->")[0])
        if match and "not bozo" in head and match[1] == "0" and "\\" not in match[3] and match[3].isascii():
            yield path, [Expected(**{match[2]: match[3]})]


# ------------------------------------------------------------------------------------------ comparison


CORPUS = {
    "gofeed": gofeed,
    "gofeed-parsers": gofeed_parsers,
    "feedsmith": feedsmith,
    "rss-parser": rss_parser,
    "feedparser": feedparser,
}


def ours(entry: PublishedEntry) -> dict[str, str]:
    return {
        "title": plain_text.title(entry.title),
        "link": urls.absolute(entry.link, URL),
        "published": moment(entry.published or entry.updated),
        "updated": moment(entry.updated),
        "id": " ".join(entry.guid.split()),
    }


def theirs(one: Expected) -> dict[str, str]:
    said = {field: value for field in FIELDS if isinstance(value := getattr(one, field), str) and value}
    folds = {
        "title": plain_text.title,
        "link": lambda link: urls.absolute(link, URL),
        "published": moment,
        "updated": moment,
        "id": lambda guid: " ".join(guid.split()),
    }
    return {field: folds[field](value) for field, value in said.items()}


def moment(text: str) -> str:
    when, guessed = read_date(text, zone=ZONE, day_first=True, first_seen=SEEN)
    return "" if guessed and when == SEEN else f"{when:%Y-%m-%d %H:%M}"


def compare(corpus: str, path: Path, expected: list[Expected]) -> tuple[Counter[str], list[Difference]]:
    """Agreements by field, and what differs."""
    try:
        entries = parse(path.read_bytes(), "", URL, 5000).entries
    except UnreadableFeedError as error:
        entries = ()
        refused = [Difference(corpus, path.name, "feed", f"{len(expected)} entries", str(error)[:80])]
        return Counter(), refused if expected else []
    if len(entries) != len(expected):
        return Counter(), [Difference(corpus, path.name, "count", str(len(expected)), str(len(entries)))]
    agreed: Counter[str] = Counter()
    different = []
    for one, entry in zip(expected, entries, strict=True):
        found = ours(entry)
        for field, value in theirs(one).items():
            if found[field] == value:
                agreed[field] += 1
            else:
                different.append(Difference(corpus, path.name, field, value, found[field]))
    return agreed, different


@cache
def compared(corpus: str) -> tuple[int, Counter[str], list[Difference]]:
    """How many files a corpus has, agreements by field, and what differs."""
    agreed: Counter[str] = Counter()
    different: list[Difference] = []
    files = list(CORPUS[corpus]())
    for path, expected in files:
        same, other = compare(corpus, path, expected)
        agreed += same
        different += other
    return len(files), agreed, different


@pytest.mark.parametrize("corpus", CORPUS)
def test_what_others_expect_is_what_we_keep_or_the_difference_is_explained(corpus: str) -> None:
    files, agreed, different = compared(corpus)
    show(corpus, files, agreed, different)
    assert files > 0
    assert [one for one in different if not explanation(one)] == []


def test_every_explanation_is_needed() -> None:
    met = {(one.file, one.field) for corpus in CORPUS for one in compared(corpus)[2]}
    assert set(EXPLAINED) <= met


def show(corpus: str, files: int, agreed: Counter[str], different: list[Difference]) -> None:
    """Print the table of agreement and of differences with their reasons."""
    by_field = Counter(one.field for one in different)
    print(f"\n{corpus}: {files} files")
    for field in (*FIELDS, "count", "feed"):
        if agreed[field] or by_field[field]:
            print(f"  {field:10} {agreed[field]:6} agree  {by_field[field]:4} differ")
    reasons = Counter((explanation(one) or "NOT EXPLAINED", one.field) for one in different)
    for (reason, field), count in sorted(reasons.items()):
        print(f"  {count:4} x {field}: {reason}")
