"""Whatever comes in, what goes out keeps its promises: invented input by the hundred."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aggregator.ingest import clean, freshness, normalise, plain_text, urls
from aggregator.ingest.dates import LATEST, read_date
from aggregator.ingest.decode import decode, mend_references
from aggregator.ingest.parse import UnreadableFeedError
from aggregator.ingest.read import entries
from aggregator.model import Fetched, PublishedEntry, Source

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SOURCE = Source("steppe", "Steppe", "https://steppe.example/feed")
FORBIDDEN = frozenset(map(chr, (0, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)))
any_text = st.text(max_size=300)
"""Without lone surrogates: reading a body takes them out of every field."""
markup = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<b lang='a'>",
            "</b>",
            "<a href='/x?y=1&z'>",
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#0;",
            "&#xD800;",
            "&bogus;",
            "&",
            "<",
            ">",
            "[gallery ids=1]",
            "The post ",
            " appeared first on ",
            "<svg onload=x>",
            "javascript:",
            "<table><td>",
            "<br/>",
            "\x1e",
            "\u202e",
            "Читайте также: ",
            "слово",
            "\n",
            " ",
        ]
    )
    | any_text,
    max_size=30,
).map("".join)
charsets = st.sampled_from(
    ["", "utf-8", "utf-16", "windows-1251", "koi8-r", "idna", "zlib", "hz", "utf-7", "\udc80", "x" * 500]
)
date_pieces = st.sampled_from(
    [
        "2026",
        "11",
        "22",
        "0",
        "99",
        "31",
        "Nov",
        "ноября",
        "févr.",
        "T",
        "Z",
        ":",
        "-",
        "/",
        ".",
        "+05:00",
        "GMT+5",
        "MSK",
        "PM",
        "yesterday",
        "вчера",
        "12:61",
        "25:00",
        "1763800000",
        "٢٠٢٦",
        "²",
        "9999999999",
        "W53",
    ]
)
dates = st.lists(date_pieces | st.text(max_size=6), max_size=9).map(" ".join) | st.lists(
    date_pieces, max_size=9
).map("".join)


@given(
    st.binary(max_size=2000),
    charsets,
    st.sampled_from([b"", b"<?xml version='1.0' encoding='koi8-r'?>", b"\xff\xfe"]),
)
def test_any_bytes_become_text_that_can_be_stored(body: bytes, charset: str, start: bytes) -> None:
    decoded = decode(start + body, f"text/xml; charset={charset}")
    assert not FORBIDDEN & set(decoded.text)
    decoded.text.encode()


@given(markup)
def test_mended_text_keeps_no_reference_that_xml_does_not_know(text: str) -> None:
    mended = mend_references(text)
    assert mend_references(mended) == mended


@given(dates, st.booleans(), st.sampled_from(["UTC", "Asia/Almaty", "America/St_Johns"]))
@example("²", True, "UTC")
def test_any_date_is_a_moment_in_utc_that_is_not_ahead(text: str, day_first: bool, zone: str) -> None:
    moment, _ = read_date(text, zone=ZoneInfo(zone), day_first=day_first, first_seen=NOW)
    assert moment.utcoffset() == timedelta(0)
    assert moment <= NOW + LATEST
    assert moment.year >= 1990


@given(markup)
@settings(deadline=None)
def test_any_markup_becomes_harmless(text: str) -> None:
    cleaned = clean.body(text, "https://steppe.example/")
    lowered = cleaned.html.lower()
    assert "<script" not in lowered
    assert "<svg" not in lowered
    assert clean.body(cleaned.html, "https://steppe.example/").html == cleaned.html, (
        "cleaning twice changes nothing"
    )
    assert len(plain_text.title(text)) <= plain_text.LONGEST_TITLE
    assert "\n" not in plain_text.title(text)


@given(
    any_text | st.builds("https://{}/{}?{}".format, any_text, any_text, any_text),
    st.sampled_from(["", "https://a.example/b"]),
)
@example("http://[", "https://a.example/b")
@example("//a..b/", "https://a.example/b")
def test_any_link_becomes_an_http_address_or_nothing(link: str, base: str) -> None:
    absolute = urls.absolute(link, base)
    assert not absolute or absolute.startswith(("http://", "https://"))
    folded = urls.canonical(absolute)
    assert urls.canonical(folded) == folded


@given(
    st.dictionaries(
        st.sampled_from(["Retry-After", "Cache-Control", "Expires", "Date", "Age"]),
        any_text
        | dates
        | st.builds("max-age={}".format, any_text | st.integers().map(str))
        | st.integers().map(str),
    )
)
@example({"Expires": "Fri, 31 Dec 9999 23:59:59 -1200"})
def test_any_headers_give_a_moment_ahead_within_bounds(headers: dict[str, str]) -> None:
    moment = freshness.not_before(headers, NOW)
    assert moment is None or NOW < moment <= NOW + freshness.LONGEST


@given(
    st.builds(
        PublishedEntry,
        guid=any_text,
        link=any_text,
        title=markup,
        summary=markup,
        author=markup,
        published=dates,
        language=any_text,
        categories=st.tuples(markup, any_text),
        image=any_text,
    )
)
@settings(deadline=None)
def test_any_published_entry_becomes_a_bounded_one(published: PublishedEntry) -> None:
    guid = normalise.identity(published)
    entry = normalise.normalise(published, guid, SOURCE, SOURCE.url, NOW)
    assert 0 < len(entry.guid) <= normalise.LONGEST_GUID
    assert len(entry.raw_hash) == 16
    assert len(entry.author) <= normalise.LONGEST_NAME
    assert entry.published.utcoffset() == timedelta(0)


@given(
    st.lists(
        st.sampled_from(
            [
                b"<rss>",
                b"</rss>",
                b"<channel>",
                b"<item>",
                b"</item>",
                b"<title>",
                b"</title>",
                b"<feed xmlns='http://www.w3.org/2005/Atom'>",
                b"<entry>",
                b"<content type='xhtml'>",
                b"<description>",
                b"<![CDATA[",
                b"]]>",
                b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
                b"&b;",
                b"&#0;",
                b'{"version":"https://jsonfeed.org/version/1.1","items":[',
                b'{"id":"\\ud800"}',
                b"]}",
                b"\0",
                b"\xff",
                b"<pubDate>",
                b"<category>",
                b"<media:content url='a' xmlns:media='http://search.yahoo.com/mrss/'>",
                b"xml:base='http://['",
                b"<link href='http://['/>",
            ]
        )
        | st.binary(max_size=20),
        max_size=25,
    ).map(b"".join)
)
@settings(deadline=None)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    fetched = Fetched("steppe", NOW, SOURCE.url, "text/xml", body, b"")
    try:
        read = entries(SOURCE, fetched, {}, NOW)
    except UnreadableFeedError:
        return
    for entry in read.entries:
        texts = (entry.guid, entry.title, entry.text, entry.html, entry.url, entry.author, *entry.categories)
        assert not FORBIDDEN & set("".join(texts))


def test_the_deepest_json_is_refused() -> None:
    fetched = Fetched("steppe", NOW, SOURCE.url, "application/json", b"[" * 1_000_000, b"")
    with pytest.raises(UnreadableFeedError, match="RecursionError"):
        entries(SOURCE, fetched, {}, NOW)
