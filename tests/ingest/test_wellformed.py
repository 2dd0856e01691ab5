"""The short way gives what feedparser gives, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.demo.shapes import SHAPES
from aggregator.demo.world import outlets
from aggregator.ingest import parse, wellformed
from aggregator.ingest.decode import decode, mend_references

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def both_ways(body: bytes) -> tuple[parse.ParsedFeed | None, parse.ParsedFeed]:
    """A body read the short way, and by feedparser."""
    text = mend_references(decode(body, "application/xml").text)
    return parse.parse_plainly(text, 1000), parse.parse_with_feedparser(text, "here", "rss", 1000)


def rss(item: str, channel: str = "<title>News</title><language>fr</language>") -> bytes:
    return f"<rss version='2.0' {NAMESPACES}><channel>{channel}<item>{item}</item></channel></rss>".encode()


NAMESPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:slash='http://purl.org/rss/1.0/modules/slash/' "
    "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' xmlns:atom='http://www.w3.org/2005/Atom'"
)
LINK = "<link>https://dala.example/1?a=1&amp;b=2</link>"
PLAIN = f"<title>Pass closed</title>{LINK}<description>The pass is closed.</description>"


def atom(entry: str, attributes: str = "xml:lang='kk'") -> bytes:
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom' {attributes}><title>News</title><id>tag:x</id>"
        f"<updated>2026-11-22T08:00:00Z</updated><entry>{entry}</entry></feed>"
    ).encode()


ENTRY = (
    "<id>tag:x,1</id><title>Асу жабық</title><link href='https://dala.example/1'/>"
    "<updated>2026-11-22T08:00:00Z</updated>"
)


@pytest.mark.parametrize(
    "body",
    [
        rss(PLAIN),
        rss(f"<guid>https://dala.example/1</guid>{PLAIN}<pubDate>Sun, 22 Nov 2026 08:00:00 GMT</pubDate>"),
        rss(f"{PLAIN}<content:encoded><![CDATA[<p>The <b>pass</b> &amp; ice.</p>]]></content:encoded>"),
        rss("<title>R&amp;D &lt;b&gt;up&lt;/b&gt;</title>" + PLAIN.partition("</title>")[2]),
        rss("<title><![CDATA[L&#8217;eau &amp; le pain]]></title>" + PLAIN.partition("</title>")[2]),
        rss("<title><![CDATA[ 5 < 6 > 4 ]]></title>" + PLAIN.partition("</title>")[2]),
        rss(f"{PLAIN}<category>Eau</category><category domain='x'>Eau</category><category>Eau</category>"),
        rss(f"{PLAIN}<dc:creator><![CDATA[ Aida ]]></dc:creator><slash:comments>4</slash:comments>"),
        rss(f"{PLAIN}<enclosure url='https://dala.example/1.jpg' length='0' type='image/jpeg'/>"),
        rss(f"{PLAIN}<enclosure url='https://dala.example/1.mp3' length='0' type='audio/mpeg'/>"),
        rss(f"{PLAIN}<media:content url='https://dala.example/1' medium='image'/>"),
        rss(f"{PLAIN}<media:thumbnail url='https://dala.example/s.jpg' width='9'/>"),
        rss(PLAIN, "<title>News</title><ttl>90</ttl><sy:updatePeriod>daily</sy:updatePeriod>"),
        atom(f"{ENTRY}<summary>Жол жабық &amp; мұз.</summary>"),
        atom(
            f"{ENTRY}<summary type='html'>&lt;p&gt;Жол</summary><content type='html'>&lt;b&gt;Ұзақ</content>"
        ),
        atom(f"{ENTRY}<content type='html'>&lt;p&gt;Жол жабық&lt;/p&gt;</content>"),
        atom(f"{ENTRY}<author><name>Аида</name><email>a@dala.example</email></author><summary>Жол</summary>"),
        atom(
            f"{ENTRY}<category term='su' label='Су'/><link rel='replies' href='/r'/><summary>Жол</summary>",
            "",
        ),
    ],
)
def test_a_plain_feed_is_read_as_feedparser_reads_it(body: bytes) -> None:
    plainly, ruling = both_ways(body)
    assert plainly == ruling


@pytest.mark.parametrize(
    "body",
    [
        rss(f"{PLAIN}<title>Another</title>"),
        rss(PLAIN.replace(LINK, "")),
        rss(PLAIN.replace("https://dala.example", "")),
        rss("<title>Pass <b>closed</b></title>" + PLAIN.partition("</title>")[2]),
        rss(f"<content:encoded>First</content:encoded>{PLAIN}"),
        rss(f"{PLAIN}<author>Aida (aida@dala.org)</author>"),
        rss(f"{PLAIN}<author>{'Aida ' * 100}</author>"),
        rss(f"{PLAIN}<dc:creator>J\u00c3\u00a9r\u00c3\u00b4me</dc:creator>"),
        rss(f"{PLAIN}{''.join(f'<category>{number}</category>' for number in range(501))}"),
        rss(PLAIN.replace("<link>", "<link uri='at://x'>")),
        rss(f"{PLAIN}<atom:updated>2026-11-22T08:00:00Z</atom:updated>"),
        rss(PLAIN, "<title>One</title><title>Two</title>"),
        rss(PLAIN).replace(b"2.0", b"0.92"),
        rss(PLAIN).replace(b"<item>", b"<item xml:lang='ru'>"),
        rss(PLAIN).replace(b"closed.", "closed \x93so\x94.".encode()),
        b"<!DOCTYPE rss [<!ENTITY e 'x'>]>" + rss(PLAIN),
        rss(PLAIN).replace(b"</item>", b""),
        atom(f"{ENTRY}<summary type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></summary>"),
        atom(f"{ENTRY}<content src='https://dala.example/1.html'/>"),
        atom(f"{ENTRY}<summary>x</summary>", "xml:base='https://other.example/'"),
        atom(f"{ENTRY}<link href='https://dala.example/2'/><summary>x</summary>"),
        b"<opml/>",
        b"no markup",
    ],
)
def test_at_the_first_doubt_feedparser_reads_the_whole(body: bytes) -> None:
    assert wellformed.read(mend_references(decode(body, "application/xml").text)) is None


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_the_sample_worlds_feeds_come_out_the_same_either_way(shape: str) -> None:
    for outlet in outlets():
        if outlet.shape == shape:
            body = SHAPES[shape](outlet, "https://world.example", NOW).body
            text = mend_references(decode(body, "application/xml").text)
            plainly = parse.parse_plainly(text, 1000)
            if plainly is not None:
                assert plainly == parse.parse_with_feedparser(text, "here", "rss", 1000)


TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=60)


@given(TEXTS, TEXTS, TEXTS)
def test_whatever_stands_in_the_fields_the_two_ways_agree(title: str, text: str, author: str) -> None:
    def data(value: str) -> str:
        return f"<![CDATA[{value.replace(']]>', '')}]]>"

    item = (
        f"<title>{data(title)}</title>{LINK}<description>{data(text)}</description>"
        f"<dc:creator>{data(author)}</dc:creator><category>{data(title)}</category>"
    )
    plainly, ruling = both_ways(rss(item))
    assert plainly is None or plainly == ruling


def test_a_doubtful_feed_is_read_all_the_same() -> None:
    body = rss(f"{PLAIN}<author>Aida (aida@dala.org)</author>")
    assert (
        parse.parse(body, "application/rss+xml", "https://dala.example/feed", 10).entries[0].author == "Aida"
    )
