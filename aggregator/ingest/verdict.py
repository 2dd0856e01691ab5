"""What a look at a source found, for the operator: facts by label, and what is wrong with its cure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from aggregator.ingest import due, health, hubs, sniff
from aggregator.model import Claim, Fetched, Reading, Source, SourceFailure, SourceState

Fact = tuple[str, str]
"""A label and what was found."""
SAMPLE_TITLES = 5
UNTAGGED_WARNING = 0.6
"""Share of entries without a country above which something is wrong with the source or the tagger."""
FEWEST_TO_JUDGE = 5
"""Entries from which a share says something."""
_CACHING = ("ETag", "Last-Modified", "Cache-Control", "Expires", "Age", "Retry-After")
_VERSION = re.compile(rb"<rss[^>]{0,2000}?\sversion\s*=\s*[\"']([\w.]{1,8})")
_ATOM_03 = b"http://purl.org/atom/ns#"
_NEWS_SITEMAP = b"schemas/sitemap-news/"


def facts(
    source: Source, fetched: Fetched, reading: Reading | SourceFailure, now: datetime
) -> Iterator[Fact]:
    """What came and what could be read of it, in the order in which one looks at it."""
    headers = {name.lower(): value for name, value in fetched.headers}
    wire = headers.get("content-length", "")
    coding = headers.get("content-encoding", "")
    sent = f", {wire or 'unknown'} on the wire ({coding})" if coding else ""
    yield "answer", f"HTTP {fetched.status}, {fetched.content_type or 'no content type'}"
    yield "size", f"{len(fetched.body)} bytes{sent}"
    if fetched.url != source.url:
        yield "redirected", f"to {fetched.url}{' for good' if fetched.moved_to else ''}"
    yield "asked as", fetched.user_agent
    yield "format", form(fetched.body)
    if isinstance(reading, Reading):
        yield from _contents(reading, now)
    caching = [f"{name}: {headers[name.lower()]}" for name in _CACHING if name.lower() in headers]
    yield "caching", "; ".join(caching) or "no caching header at all"
    update = due.settle(Claim(source), fetched, reading)
    if update.next_poll:
        yield "next time", f"we would ask again after {health.spoken(update.next_poll - fetched.at)}"
    if isinstance(reading, Reading):
        yield "pushed by", _hubs(fetched, reading)


def _contents(reading: Reading, now: datetime) -> Iterator[Fact]:
    entries = [one.entry for one in reading.entries]
    count = len(entries)
    yield "entries", str(reading.total)
    if not count:
        return
    dated = [entry.published for entry in entries if not entry.date_guessed or entry.published < reading.at]
    if dated:
        newest = max(dated)
        yield "newest", f"{newest:%Y-%m-%d %H:%M} UTC, {health.spoken(now - newest)} ago"
    exact = sum(not entry.date_guessed for entry in entries)
    yield "dates", f"{_share(len(dated), count)} read, {_share(exact, count)} with their time of day"
    languages = Counter(one.description.language for one in reading.entries)
    yield "languages", _counted(languages)
    countries = Counter(tag.country for one in reading.entries for tag in one.description.tags)
    tagged = sum(bool(one.description.tags) for one in reading.entries)
    shown = f": {_counted(countries)}" if countries else ""
    yield "countries", f"{_share(tagged, count)} tagged{shown}"
    for title in islice((entry.title for entry in entries), SAMPLE_TITLES):
        yield "title", title or "(no title)"


def _hubs(fetched: Fetched, reading: Reading) -> str:
    announced = hubs.announced(fetched, reading.hints)
    if not announced.hubs:
        return "no hub announced"
    return f"{', '.join(announced.hubs)} as {announced.topic} (WebSub)"


def problems(
    source: Source, fetched: Fetched | SourceFailure, reading: Reading | SourceFailure | None
) -> list[str]:
    """What is wrong, each with its cure; empty when all is well."""
    if isinstance(fetched, SourceFailure):
        return [f"{fetched.state}: {fetched.message}"]
    found = []
    if fetched.moved_to:
        found.append(f"it has moved for good: set `url: {fetched.moved_to}`")
    if isinstance(reading, SourceFailure):
        return [*found, f"{reading.state}: {reading.message}"]
    if reading is None or not reading.total:
        return [*found, "empty: it holds no entries: check that this is the site's feed address"]
    update = due.settle(Claim(source), fetched, reading)
    if update.state is not SourceState.OK:
        found.append(f"{update.state}: {update.message.partition('; ')[2] or update.message}")
    if reading.warning:
        found.append(f"{reading.warning}: it is read all the same; tell the site")
    if reading.undated and update.state is not SourceState.ALL_UNDATED:
        found.append(f"{reading.undated} of {reading.total} entries have no date that can be read")
    untagged = sum(not one.description.tags for one in reading.entries)
    if len(reading.entries) >= FEWEST_TO_JUDGE and untagged > UNTAGGED_WARNING * len(reading.entries):
        found.append(
            f"{_share(untagged, len(reading.entries))} of its entries name no country of ours: set "
            "`default_country` if it writes about one country, or see whether it is about the region at all"
        )
    if not (fetched.validators.etag or fetched.validators.last_modified):
        found.append("it sends neither ETag nor Last-Modified: every poll takes the whole body")
    return found


def form(body: bytes) -> str:
    """`RSS 2.0`, `Atom`, `news sitemap` …: by the root element."""
    tag = sniff.first_tag(body)
    start = body[:4096]
    if tag == "rss":
        version = _VERSION.search(start)
        return f"RSS {version[1].decode()}" if version else "RSS"
    if tag == "urlset":
        return "news sitemap" if _NEWS_SITEMAP in start else "sitemap"
    if not tag and body.lstrip().startswith(b"{"):
        return "JSON"
    names = {
        "feed": "Atom 0.3" if _ATOM_03 in start else "Atom",
        "rdf:rdf": "RSS 1.0",
        "sitemapindex": "sitemap index",
        "html": "a web page",
        "!doctype html": "a web page",
    }
    return names.get(tag, f"unknown, first tag <{tag}>" if tag else "unknown, no tag at all")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _counted(counter: Counter[str]) -> str:
    most: Sequence[tuple[str, int]] = counter.most_common(10)
    return ", ".join(f"{name} {count}" for name, count in most)
