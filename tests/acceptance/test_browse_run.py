"""The whole site as a visitor walks through it over HTTP: no link is dead, and all may be kept a while."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import etree, html

from tests.installation import Installation, SourceHost, free_port

LANGUAGES = ("en", "de", "fr", "ru")
OF_A_KIND = 6
"""Addresses of one kind that are followed in each language."""
TYPES = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
    "css": "text/css",
    "svg": "image/svg+xml",
    "jpg": "image/jpeg",
    "opml": "text/x-opml",
    "txt": "text/plain",
}
"""By the ending of a path; all that has none of these is a page."""
SEEDS = (
    "/",
    "/robots.txt",
    "/search",
    "/archive",
    "/letters",
    "/feeds.html",
    "/sources.html",
    "/about",
    "/country/kz",
    "/en/search?q=water",
    "/fr/search?country=KZ&since=2026-01-01",
    "/feeds/kz+uz.atom",
    "/feeds/UZ+kz.rss",
    "/feeds/kz+uz-in-en+ru.json",
    "/feeds/search.atom?q=water",
    "/feeds/topic/Politics.atom",
    "/ru/feed/kz+uz",
)


@dataclass(frozen=True)
class Seen:
    """What came for an address."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Visitor:
    """Asks one server, now from this address of the loopback net, now from that: many readers."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked = 0

    def __call__(self, address: str, **headers: str) -> Seen:
        """`address`: what follows the host."""
        self.asked += 1
        mine = (f"127.0.0.{2 + self.asked // 20}", 0)
        port = urlsplit(self.url).port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=mine)
        try:
            connection.request("GET", address, headers={k.replace("_", "-"): v for k, v in headers.items()})
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Seen(answer.status, fields, answer.read())
        finally:
            connection.close()

    def below(self, link: str, page: str) -> str | None:
        """Where a link on a page of this site leads on it; None when it leaves."""
        whole = urldefrag(urljoin(self.url + page, link)).url
        return whole.removeprefix(self.url) if whole.startswith(f"{self.url}/") else None


def kind(address: str) -> tuple[str, str]:
    """What addresses of one kind have in common."""
    first, _, rest = urlsplit(address).path.removeprefix("/").partition("/")
    return (first, rest.partition("/")[0]) if first in LANGUAGES else ("", first)


def links(seen: Seen) -> Iterator[str]:
    """All that a page leads to or loads, and where an answer sends its reader."""
    if "location" in seen.headers:
        yield seen.headers["location"]
    if seen.media_type == "text/html":
        for element, attribute, link, _ in html.fromstring(seen.body).iterlinks():
            if attribute != "action" and element.tag != "form":
                yield link


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Visitor, dict[str, Seen]]]:
    """The sample world's site while it is served, and what a walk through it saw."""
    folder = tmp_path_factory.mktemp("walk")
    command = [sys.executable, "-m", "aggregator", "demo", "--port", "0", "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        visitor = Visitor(_address(process))
        yield visitor, walk(visitor)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    url = ""
    for line in process.stdout:
        found = re.match(r"Merged page\s+(http://[^/\s]+)", line)
        url = found[1] if found else url
        if "Ctrl-C" in line:
            return url
    raise AssertionError("the sample world did not come up")


def walk(visitor: Visitor) -> dict[str, Seen]:
    """Follow links from the front page on, a few of each kind."""
    waiting, known = deque(SEEDS), set(SEEDS)
    kinds: Counter[tuple[str, str]] = Counter()
    seen: dict[str, Seen] = {}
    while waiting:
        address = waiting.popleft()
        seen[address] = visitor(address)
        for link in links(seen[address]):
            below = visitor.below(link, address)
            if below is None or below in known or kinds[kind(below)] >= OF_A_KIND:
                continue
            kinds[kind(below)] += 1
            known.add(below)
            waiting.append(below)
    return seen


def test_the_walk_meets_every_kind_of_page_in_every_language(walked) -> None:
    _, seen = walked
    met = {kind(address) for address, one in seen.items() if one.status == 200}
    pages = {"", "country", "sources.html", "feeds.html", "about.html", "story", "source", "archive", "day"}
    pages |= {"week", "search", "letters"}
    missing = {(language, page) for language in LANGUAGES for page in pages} - met
    assert missing == set()
    assert ("", "feeds") in met
    assert ("", "img") in met


def test_no_link_is_dead_and_nothing_breaks(walked) -> None:
    _, seen = walked
    assert len(seen) > 150
    assert {address: one.status for address, one in seen.items() if one.status not in (200, 301, 302)} == {}


def test_what_moved_leads_to_something(walked) -> None:
    visitor, seen = walked
    moved = {address: one for address, one in seen.items() if one.status in (301, 302)}
    assert {"/", "/search", "/country/kz", "/feeds/UZ+kz.rss", "/feeds/topic/Politics.atom"} <= set(moved)
    for address, one in moved.items():
        target = visitor.below(one.headers["location"], address)
        assert target is not None, address
        assert visitor(target).status == 200, f"{address} -> {target}"


def test_each_answer_says_what_it_is_and_how_long_it_may_be_kept(walked) -> None:
    _, seen = walked
    for address, one in seen.items():
        assert "cache-control" in one.headers, address
        assert one.headers.get("x-content-type-options") == "nosniff", address
        if one.status != 200:
            continue
        ending = urlsplit(address).path.rpartition(".")[2]
        assert one.media_type == TYPES.get(ending, "text/html"), address
        if one.headers["cache-control"] == "no-store":  # a form, or what only one reader may see
            assert urlsplit(address).path in ("/subscribe", "/account"), address
        else:
            assert re.fullmatch(r'"[^"]+"', one.headers["etag"]), address
        if one.media_type == "text/html":
            assert "default-src 'none'" in one.headers["content-security-policy"], address


def test_whoever_has_it_already_gets_304(walked) -> None:
    visitor, seen = walked
    wanted = ("/en/", "/en/archive", "/feeds/all.atom", "/feeds/kz+uz.atom", "/en/search?q=water")
    for address in wanted:
        again = visitor(address, If_None_Match=visitor(address).headers["etag"])
        assert (again.status, again.body) == (304, b""), address
    assert seen["/feeds/kz+uz.atom"].headers["x-robots-tag"] == "noindex"


def test_a_feed_that_a_browser_opens_is_a_page_in_the_readers_language(walked) -> None:
    visitor, _ = walked
    for feed in ("kz", "top", "kz+uz", "search"):
        page = visitor(f"/feeds/{feed}.atom?q=a", Sec_Fetch_Dest="document", Accept_Language="ru")
        assert (page.status, page.media_type) == (200, "text/html"), feed
        assert b'<html lang="ru"' in page.body


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/xx/story/1", 404),
        ("/ru/story/999999", 404),
        ("/ru/story/%00", 404),
        ("/de/source/nobody", 404),
        ("/fr/day/2026-02-30", 404),
        ("/fr/archive/1999", 404),
        ("/en/country/xx.html", 404),
        ("/feeds/zz.atom", 404),
        ("/en/letters/a/b/c", 404),
        ("/en/search?since=x", 400),
        ("/feeds/kz+kg+tj+tm+uz+af+ru.atom", 400),
        ("/feeds/" + "kz+" * 1000 + "tj.atom", 400),
        ("/en/search?q=" + "a" * 3000, 400),
    ],
)
def test_what_is_not_there_is_told_on_a_page_that_helps(address: str, status: int, walked) -> None:
    visitor, _ = walked
    answer = visitor(address, Accept_Language="de")
    assert (answer.status, answer.media_type) == (status, "text/html")
    page = html.fromstring(answer.body)
    assert page.findtext(".//h1")
    own = [link for link in links(answer) if (visitor.below(link, address) or "").startswith("/")]
    assert len(own) > 5
    for link in page.xpath("//nav//a/@href | //main//a/@href"):
        below = visitor.below(link, address)
        same = (below or "").partition("?")[2] == urlsplit(address).query != ""  # in another language
        assert below is None or visitor(below).status in (200, 302) or same, link


# ------------------------------------------------------------------------------------------------ archives


def test_the_whole_history_of_a_feed_is_read_by_following_its_archives(
    installation: Installation, source_host: SourceHost
) -> None:
    """RFC 5005 section 4, as a reader of feeds does it, against `run --part web` over HTTP."""
    source_host.pause = 0
    port = free_port()
    names = [f"source{number}" for number in range(30)]
    installation.settings["web"] = {"port": port}
    installation.settings["site"]["base_url"] = f"http://127.0.0.1:{port}"
    installation.settings["sources"] = [
        {"id": name, "name": name, "url": f"{source_host.url}/{name}"} for name in names
    ]
    installation.write()
    installation.run("poll")
    installation.run("publish")
    process = installation.start("run", "--part", "web")
    try:
        visitor = Visitor(f"http://127.0.0.1:{port}")
        _wait_for(visitor)
        documents = list(_history(visitor, "/feeds/all.atom"))
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    assert len(documents) >= 3
    archived = [one for document in documents[1:] for one in _ids(document)]
    assert len(archived) == len(set(archived)) == 50 * (len(documents) - 1)
    assert set(archived) | set(_ids(documents[0])) == set(_told(installation.folder / "public"))


def _wait_for(visitor: Visitor) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(ConnectionError):
            if visitor("/healthz").status == 200:
                return
        threading.Event().wait(0.1)
    raise AssertionError("the web part did not answer")


def _history(visitor: Visitor, address: str) -> Iterator[etree._Element]:
    while address:
        answer = visitor(address)
        assert (answer.status, answer.media_type) == (200, TYPES["atom"])
        document = etree.fromstring(answer.body)
        yield document
        (address,) = [
            visitor.below(link.get("href"), address)
            for link in document.iterfind("{*}link")
            if link.get("rel") == "prev-archive"
        ] or [""]


def _ids(document: etree._Element) -> list[str]:
    return [one.text for one in document.iterfind("{*}entry/{*}id")]


def _told(public: Path) -> Iterator[str]:
    """Ids of all that stands in any document of the feed."""
    for path in (public / "feeds" / "all.atom", *(public / "feeds" / "all").glob("*.atom")):
        yield from _ids(etree.fromstring(path.read_bytes()))
