"""Invented sources and stories, and the strict rules that every published feed must keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
from jinja2 import Environment
from lxml import etree

from aggregator.model import Member, Ranked, Relation, Selection, Site, Source, Story
from aggregator.templating import Templates, shipped_templates

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")

SOURCES = {
    "steppe": Source("steppe", "The Steppe Ledger", "https://steppe.example/feed", "https://steppe.example/"),
    "dala": Source("dala", "Дала хабары", "https://dala.example/rss", profile="state"),
    "herat": Source(
        "herat", "روزنامهٔ هریرود", "https://u:secret@herat.example/feed", profile="exile", content="full"
    ),
    "cols": Source("cols", "Cols & Vallées", "https://cols.example/flux", content="title"),
}


@pytest.fixture(scope="session")
def site() -> Site:
    return Site(
        title="Steppe & Mountains",
        description="Told once.",
        base_url="https://news.example.org/region",
        language="en",
        contact="editor@example.org",
        countries=("KZ", "KG", "TJ"),
        time_zone="Asia/Almaty",
        sources=SOURCES,
        id_domain="example.org",
    )


@pytest.fixture(scope="session")
def environment() -> Callable[[str], Environment]:
    return Templates("site", [shipped_templates()], "Asia/Almaty").environment


@pytest.fixture(scope="session")
def everything() -> Selection:
    return Selection("everything", "Everything")


@pytest.fixture(scope="session")
def member() -> Callable[..., Member]:
    def build(source_id: str = "steppe", number: int = 1, **fields: object) -> Member:
        values: dict[str, object] = {
            "relation": Relation.LEAD,
            "url": f"https://{source_id}.example/{number}",
            "title": f"Canal reopened, part {number}",
            "text": "Eleven villages share the water again.",
            "html": "<p>Eleven villages share the <b>water</b> again.</p>",
            "language": "en",
            "script": "Latn",
            "published": NOW - timedelta(hours=number),
        }
        return Member(entry_id=number, source_id=source_id, **(values | fields))  # type: ignore[arg-type]

    return build


@pytest.fixture(scope="session")
def story(member: Callable[..., Member]) -> Callable[..., Story]:
    def build(
        number: int = 1, *others: Member, countries: tuple[str, ...] = ("KZ",), **lead: object
    ) -> Story:
        at = NOW - timedelta(hours=number)
        members = (member(number=number, **lead), *others)
        return Story(number, f"tag:example.org,2026:story/{number}", at, at, members, countries)

    return build


@pytest.fixture(scope="session")
def as_ranked() -> Callable[..., list[Ranked]]:
    """Stories as if they were ranked, in the order given."""

    def ranked(stories: Iterable[Story]) -> list[Ranked]:
        return [Ranked(one, 1.0, 1, "it leads") for one in stories]

    return ranked


@pytest.fixture(scope="session")
def atom_faults() -> Callable[[bytes], list[str]]:
    """What is wrong with a document by RFC 4287; an empty list when nothing is."""
    return _atom_faults


@pytest.fixture(scope="session")
def rss_faults() -> Callable[[bytes], list[str]]:
    """What is wrong with a document by RSS 2.0; an empty list when nothing is."""
    return _rss_faults


def _atom_faults(document: bytes) -> list[str]:
    feed = etree.fromstring(document)
    faults = [] if feed.tag == f"{ATOM}feed" else [f"root is {feed.tag}"]
    faults += _common_faults(feed)
    foreign = [one.tag for one in feed.iter() if not one.tag.startswith((ATOM, HISTORY))]
    faults += [f"{tag} is no Atom element" for tag in foreign]
    faults += _counts(feed, ATOM, {"id": 1, "title": 1, "updated": 1})
    if len(feed.findall(f"{ATOM}link[@rel='self']")) != 1:
        faults.append("no single self link")
    for entry in feed.findall(f"{ATOM}entry"):
        faults += _entry_faults(entry)
    for date in [one for name in ("updated", "published") for one in feed.iter(f"{ATOM}{name}")]:
        if not RFC3339.fullmatch(date.text or ""):
            faults.append(f"{date.text} is no RFC 3339 date")
    faults += [
        f"{one.text} is no id" for one in feed.iter(f"{ATOM}id") if not urlsplit(one.text or "").scheme
    ]
    faults += [
        f"relative link {one.get('href')}" for one in feed.iter(f"{ATOM}link") if not _web(one.get("href"))
    ]
    return faults + _repeated("id", [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")])


def _entry_faults(entry: etree._Element) -> list[str]:
    faults = _counts(entry, ATOM, {"id": 1, "title": 1, "updated": 1, "content": 1, "published": 1})
    faults += [] if entry.findtext(f"{ATOM}author/{ATOM}name", "").strip() else ["author without a name"]
    faults += [] if entry.findtext(f"{ATOM}title", "").strip() else ["blank title"]
    for source in entry.findall(f"{ATOM}source"):
        faults += _counts(source, ATOM, {"id": 1, "title": 1, "updated": 1})
    alternate = [
        (one.get("type"), one.get("hreflang"))
        for one in entry.findall(f"{ATOM}link")
        if one.get("rel", "alternate") == "alternate"
    ]
    faults += [] if entry.find(f"{ATOM}content").get("type") == "html" else ["content is not html"]  # type: ignore[union-attr]
    faults += [
        f"category without {name}"
        for one in entry.findall(f"{ATOM}category")
        for name in ("term", "scheme", "label")
        if not one.get(name)
    ]
    return faults + _repeated("alternate link", alternate)


def _rss_faults(document: bytes) -> list[str]:
    rss = etree.fromstring(document)
    channel = rss[0]
    faults = [] if (rss.tag, rss.get("version"), channel.tag) == ("rss", "2.0", "channel") else ["no RSS 2.0"]
    faults += _common_faults(rss)
    faults += _counts(channel, "", {"title": 1, "link": 1, "description": 1, "lastBuildDate": 1})
    faults += [] if len(channel.findall(f"{ATOM}link[@rel='self']")) == 1 else ["no single self link"]
    for item in channel.findall("item"):
        allowed = {"title", "link", "description", "guid", "pubDate", "source", "category"}
        allowed |= {f"{DC}creator", f"{DC}language", f"{CONTENT}encoded"}
        faults += [f"{one.tag} in an item" for one in item if one.tag not in allowed]
        faults += _counts(item, "", {"title": 1, "description": 1, "guid": 1, "pubDate": 1})
        faults += ["source without url" for one in item.findall("source") if not _web(one.get("url"))]
        guid = item.find("guid")
        if guid is None or guid.get("isPermaLink") != "false":
            faults.append("guid claims to be an address")
    dates = [one.text or "" for name in ("pubDate", "lastBuildDate") for one in channel.iter(name)]
    faults += [
        f"{one} is no RFC 822 date"
        for one in dates
        if not RFC822.fullmatch(one) or not parsedate_to_datetime(one)
    ]
    faults += [f"relative link {one.text}" for one in channel.iter("link") if not _web(one.text)]
    return faults + _repeated("guid", [item.findtext("guid") for item in channel.findall("item")])


def _common_faults(root: etree._Element) -> list[str]:
    texts = [text for one in root.iter() for text in (one.text, one.tail, *one.attrib.values()) if text]
    return [f"unfit characters in {text[:80]!r}" for text in texts if UNFIT.search(text)]


def _counts(parent: etree._Element, namespace: str, required: dict[str, int]) -> list[str]:
    found = {name: len(parent.findall(f"{namespace}{name}")) for name in required}
    return [
        f"{found[name]} {name} in {parent.tag}" for name, count in required.items() if found[name] != count
    ]


def _repeated(what: str, values: list[object]) -> list[str]:
    return [] if len(values) == len(set(values)) else [f"a {what} twice"]


def _web(url: str | None) -> bool:
    parts = urlsplit(url or "")
    return parts.scheme in ("http", "https") and bool(parts.netloc) and (url or "").isascii()
