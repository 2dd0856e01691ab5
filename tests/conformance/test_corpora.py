"""Real feeds, served over real HTTP on loopback, fetched and read by our own code.

Set FEED_CORPORA to a folder that holds `rss-parser/input`, `feedjira`, `node-feedparser`, `news-media` and
`cyrillic`; run with `-s` to see the account.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from aggregator.ingest import read
from aggregator.ingest.http import HttpFetcher
from aggregator.ingest.netguard import NetGuard
from aggregator.ingest.parse import UnreadableFeedError
from aggregator.ingest.transport import HttpLimits
from aggregator.model import Claim, Fetched, Source, SourceFailure

CORPORA = os.environ.get("FEED_CORPORA", "")
PARTS = ("rss-parser/input", "feedjira", "node-feedparser", "news-media", "cyrillic")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MOJIBAKE = re.compile("[ÐÑ][\x80-\xbf°±]|[À-ÿ]{6,}|[а-я][А-Я]{3,}[а-я]|\ufffd")

pytestmark = pytest.mark.skipif(
    not CORPORA, reason="set FEED_CORPORA to a folder of feed corpora to read them all"
)

NOT_FEEDS = {
    "rss-parser/input/unrecognized.rss": "html-instead",
    "feedjira/LICENSE": "parse-error",
    "feedjira/sample_feeds/AmazonWebServicesBlogFirstEntryContent.xml": "parse-error",
    "feedjira/sample_feeds/HREFConsideredHarmfulFirstEntry.xml": "parse-error",
    "feedjira/sample_feeds/PaulDixExplainsNothingFirstEntryContent.xml": "parse-error",
    "feedjira/sample_feeds/TechCrunchFirstEntry.xml": "parse-error",
    "feedjira/sample_feeds/TechCrunchFirstEntryDescription.xml": "parse-error",
    "feedjira/sample_feeds/TenderLovemakingFirstEntry.xml": "parse-error",
    "node-feedparser/LICENSE": "parse-error",
    "node-feedparser/feeds/notafeed.html": "html-instead",
    "cyrillic/opml-windows1251.xml": "parse-error",
}
"""Licences, fragments of HTML, web pages and a list of feeds: what must be refused, and how."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    name: str
    entries: int | None
    """None when it was refused."""
    state: str = ""
    message: str = ""
    titles: tuple[str, ...] = ()


def files() -> list[Path]:
    root = Path(CORPORA)
    return sorted(path for part in PARTS for path in (root / part).rglob("*") if path.is_file())


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        # No charset: the body has to speak for itself, as it does at many sites.
        body = (Path(CORPORA) / request.path.lstrip("/")).read_bytes()
        return web.Response(body=body, content_type="application/xml")

    runner = web.ServerRunner(web.Server(respond))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def poll(name: str, address: str, fetch: HttpFetcher) -> Line:
    source = Source(id="corpus", name=name, url=f"{address}/{quote(name)}", max_entries=5000)
    outcome = await fetch(Claim(source))
    if isinstance(outcome, SourceFailure):
        return Line(name, None, str(outcome.state), outcome.message)
    assert isinstance(outcome, Fetched)
    try:
        parsed = read.entries(source, outcome, {}, NOW)
    except UnreadableFeedError as error:
        return Line(name, None, str(error.state), str(error))
    titles = tuple(entry.title for entry in parsed.entries)
    return Line(name, parsed.total, message=parsed.warning, titles=titles)


@pytest.fixture
async def lines(address: str) -> list[Line]:
    async with HttpFetcher(
        user_agent="Conformance/1.0",
        clock=lambda: NOW,
        guard=NetGuard([ip_network("127.0.0.0/8")]),
        limits=HttpLimits(host_gap=timedelta(0)),
    ) as fetch:
        names = [path.relative_to(CORPORA).as_posix() for path in files()]
        return list(await asyncio.gather(*(poll(name, address, fetch) for name in names)))


def test_every_feed_is_read_and_everything_else_is_refused_with_its_cause(lines: list[Line]) -> None:
    account(lines)
    refused = {line.name: line.state for line in lines if line.entries is None}
    assert refused == NOT_FEEDS
    assert [line.name for line in lines if line.entries == 0] == []
    for line in lines:
        if line.entries is None:
            assert line.name.rpartition("/")[2] in line.message
            assert "bytes" in line.message


def test_titles_in_any_script_are_readable(lines: list[Line]) -> None:
    broken = [(line.name, title) for line in lines for title in line.titles if MOJIBAKE.search(title)]
    assert broken == []


def account(lines: list[Line]) -> None:
    """Print what was read and what was refused."""
    read_lines = [line for line in lines if line.entries is not None]
    refused = Counter(line.state for line in lines if line.entries is None)
    print(
        f"\n{len(lines)} files: {len(read_lines)} feeds, {sum(line.entries or 0 for line in lines)} entries"
    )
    print(f"{sum(bool(line.message) for line in read_lines)} feeds read with a warning")
    print("refused: " + ", ".join(f"{state} {count}" for state, count in sorted(refused.items())))
    for line in lines:
        if line.entries is None:
            print(f"  {line.state:12}  {line.message}")
        elif line.message:
            print(f"  {'read':12}  {line.name}: {line.message}")
    for line in lines:
        if line.name.startswith("cyrillic/") or "iconv" in line.name or "compressed" in line.name:
            print(f"  {line.name}: {' | '.join(line.titles[:4])}")
