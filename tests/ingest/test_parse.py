from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from aggregator.errors import NotAFeedError
from aggregator.ingest.parse import (
    LONGEST_BODY,
    LONGEST_FIELD,
    HtmlInsteadError,
    ParsedFeed,
    UnreadableFeedError,
    parse,
)
from aggregator.model import PublishedEntry, SourceState

URL = "https://steppe.example/feed/"


def read(body: str | bytes, *, content_type: str = "application/xml", most: int = 100) -> ParsedFeed:
    return parse(body.encode() if isinstance(body, str) else body, content_type, URL, most)


def rss(items: str, channel: str = "<title>Steppe News</title><language>ru</language>") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">'
        f"<channel>{channel}{items}</channel></rss>"
    )


def only(feed: ParsedFeed) -> PublishedEntry:
    (entry,) = feed.entries
    return entry


def test_an_rss_item_keeps_its_fields_as_published() -> None:
    feed = read(
        rss(
            """<item><title>Bridge opens</title><link>https://steppe.example/1</link>
            <guid isPermaLink="false">post-1</guid><pubDate>Sat, 21 Nov 2026 10:00:00 +0500</pubDate>
            <dc:creator>A. Reporter</dc:creator><category>Kazakhstan</category><category>Roads</category>
            <description>Short</description>
            <content:encoded><![CDATA[<p>Long <b>text</b></p>]]></content:encoded>
            <media:content url="https://steppe.example/1.jpg" medium="image"/></item>"""
        )
    )
    assert feed == ParsedFeed(
        entries=(
            PublishedEntry(
                guid="post-1",
                link="https://steppe.example/1",
                title="Bridge opens",
                summary="Short",
                content="<p>Long <b>text</b></p>",
                author="A. Reporter",
                published="Sat, 21 Nov 2026 10:00:00 +0500",
                language="ru",
                categories=("Kazakhstan", "Roads"),
                image="https://steppe.example/1.jpg",
            ),
        ),
        title="Steppe News",
        language="ru",
    )


def test_an_atom_entry_is_read_with_its_own_language() -> None:
    feed = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Blog</title>
        <entry xml:lang="fr"><id>tag:steppe.example,2026:1</id><title type="text">a &lt; b</title>
        <link rel="alternate" href="https://steppe.example/1"/>
        <link rel="enclosure" href="/a.png" type="image/png"/>
        <published>2026-11-21T10:00:00Z</published><updated>2026-11-21T11:00:00Z</updated>
        <author><name>Someone</name></author>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Texte</p></div></content>
        </entry></feed>"""
    )
    entry = only(feed)
    assert (entry.guid, entry.title, entry.language) == ("tag:steppe.example,2026:1", "a &lt; b", "fr")
    assert (entry.published, entry.updated) == ("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z")
    assert (entry.author, entry.image, entry.content) == ("Someone", "/a.png", "<p>Texte</p>")


def test_rdf_is_read() -> None:
    feed = read(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>T</title></channel>
        <item rdf:about="https://steppe.example/1"><title>One</title><link>https://steppe.example/1</link>
        <dc:date>2026-11-21T10:00:00Z</dc:date></item></rdf:RDF>"""
    )
    assert only(feed).updated == "2026-11-21T10:00:00Z"


def test_a_json_feed_is_read() -> None:
    feed = read(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "kk", '
        '"items": [{"id": 7, "title": "One", "url": "https://steppe.example/1"}]}',
        content_type="application/feed+json",
    )
    assert (feed.title, feed.language, only(feed).guid, only(feed).language) == ("J", "kk", "7", "kk")


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss("")).entries == ()


def test_undeclared_windows_1251_is_read_without_mojibake() -> None:
    body = rss("<item><title>Новый мост открыли в столице республики</title></item>").encode("cp1251")
    feed = read(body)
    assert only(feed).title == "Новый мост открыли в столице республики"
    assert feed.warning == "declared as utf-8, but read as cp1251"


def test_html_entities_and_bare_ampersands_do_not_spoil_a_feed() -> None:
    feed = read(
        rss("<item><title>R&D caf&eacute;</title><link>https://steppe.example/?a=1&b=2</link></item>")
    )
    assert (only(feed).title, only(feed).link) == ("R&amp;D café", "https://steppe.example/?a=1&b=2")
    assert feed.warning == ""


def test_a_malformed_feed_is_read_with_a_warning() -> None:
    feed = read(rss("<item><title>First</title><description>a <b>c</description></item>"))
    assert only(feed).title == "First"
    assert feed.warning.startswith("malformed: SAXParseException")


def test_of_too_many_entries_the_first_are_kept_and_it_is_said() -> None:
    feed = read(rss("".join(f"<item><title>{number}</title></item>" for number in range(5))), most=3)
    assert [entry.title for entry in feed.entries] == ["0", "1", "2"]
    assert feed.warning == "2 entries beyond the first 3 were left out"


def test_every_field_is_bounded() -> None:
    entry = only(
        read(
            rss(
                f"<item><title>{'t' * 9000}</title><description>{'d' * 300_000}</description>"
                + "".join(f"<category>{number}{'c' * 9000}</category>" for number in range(60))
                + "</item>"
            )
        )
    )
    assert (len(entry.title), len(entry.summary)) == (LONGEST_FIELD, LONGEST_BODY)
    assert (len(entry.categories), len(entry.categories[0])) == (50, LONGEST_FIELD)


@pytest.mark.parametrize(
    ("item", "link"),
    [
        ("<guid>https://steppe.example/1</guid>", "https://steppe.example/1"),
        ("<guid>/news/1</guid>", "/news/1"),
        ("<guid>4711</guid>", ""),
        ("<guid>4711</guid><link>https://steppe.example/2</link>", "https://steppe.example/2"),
        (
            "<link>https://r.example/</link><feedburner:origLink>https://a.example/</feedburner:origLink>",
            "https://a.example/",
        ),
    ],
)
def test_the_link_is_the_articles_own(item: str, link: str) -> None:
    assert only(read(rss(f"<item><title>x</title>{item}</item>"))).link == link


@pytest.mark.parametrize(
    ("media", "image"),
    [
        ('<enclosure url="https://s.example/a.jpg"/>', "https://s.example/a.jpg"),
        ('<enclosure url="https://s.example/a?x=.jpg"/>', ""),
        ('<enclosure url="https://s.example/a.mp3" type="audio/mpeg"/>', ""),
        ('<media:thumbnail url="https://s.example/t.png"/>', "https://s.example/t.png"),
        ('<media:content url="https://s.example/v.mp4" medium="video"/>', ""),
        ("", ""),
    ],
)
def test_a_picture_is_told_from_sound_and_film(media: str, image: str) -> None:
    assert only(read(rss(f"<item><title>x</title>{media}</item>"))).image == image


@pytest.mark.parametrize(
    ("channel", "interval"),
    [
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>30</ttl>", timedelta(hours=1)),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(days=1),
        ),
        ("<ttl>often</ttl>", None),
        ("<ttl>99999999999</ttl>", None),
        ("", None),
    ],
)
def test_the_feeds_own_rhythm_is_told(channel: str, interval: timedelta | None) -> None:
    assert read(rss("", channel)).hints.update_interval == interval


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!doctype html><html><p>Welcome", ("HTML page", "first tag <!doctype html>", "feed link")),
        ("<head><title>Moved</title></head>", ("HTML page", "first tag <head>")),
    ],
)
def test_a_web_page_is_told_from_a_damaged_feed(body: str, said: tuple[str, ...]) -> None:
    with pytest.raises(HtmlInsteadError) as refusal:
        read(body, content_type="text/html")
    assert refusal.value.state is SourceState.HTML_INSTEAD
    assert all(word in str(refusal.value) for word in (*said, URL, "text/html", f"{len(body)} bytes"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<opml version='2.0'><body/></opml>", "OPML"),
        ("<urlset><url/></urlset>", "sitemap"),
        ("<p>some words", "first tag <p>"),
        ("<note/>", "no feed at"),
        ("some words", "no tag at all"),
        ("", "0 bytes"),
        ("\x1f\x8b\x08\x00binary", "no feed"),
        ('{"version": 1}', "no JSON Feed"),
        ("[]", "no JSON Feed"),
        ('{"version": "https://jsonfeed.org/version/1",', "damaged JSON"),
        ("[" * 100_000, "RecursionError"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_cause(body: str, said: str) -> None:
    with pytest.raises(UnreadableFeedError) as refusal:
        read(body, content_type="application/xml")
    assert refusal.value.state is SourceState.PARSE_ERROR
    assert said in str(refusal.value)
    assert "application/xml" in str(refusal.value)


def test_a_parser_that_breaks_costs_only_this_body(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise IndexError("inside")

    monkeypatch.setattr("feedparser.parse", broken)
    with pytest.raises(UnreadableFeedError, match="IndexError: inside"):
        read(rss("") + "<")


def test_refusals_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(HtmlInsteadError("a page")))
    assert isinstance(error, HtmlInsteadError)
    assert isinstance(error, NotAFeedError)
    assert (str(error), error.state) == ("a page", SourceState.HTML_INSTEAD)


def test_entity_bombs_are_inert() -> None:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE rss [<!ENTITY e0 "boom">{entities}]>' + rss("<item><title>&e9;</title></item>")[38:]
    assert len(only(read(bomb)).title) < 100


def test_a_file_name_is_not_opened(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("feeds") / "feed.xml"
    path.write_text(rss("<item><title>inside</title></item>"), encoding="utf-8")
    with pytest.raises(UnreadableFeedError):
        read(str(path))


def test_relative_addresses_of_rss_hang_on_the_channels_link() -> None:
    channel = (
        "<rss version='2.0'><channel><title>S</title><link>https://steppe.example/</link><item><title>T</title>"
        "<link>en/region/pass</link><enclosure url='img/1.jpg' type='image/jpeg'/></item></channel></rss>"
    )
    (entry,) = parse(channel.encode(), "", "https://feeds.example/en/rss", 10).entries
    assert (entry.link, entry.image) == (
        "https://steppe.example/en/region/pass",
        "https://steppe.example/img/1.jpg",
    )


def test_a_channel_link_that_is_no_address_spoils_nothing() -> None:
    channel = (
        "<rss version='2.0'><channel><title>S</title><link>http://[</link><item><title>T</title>"
        "<link>en/pass</link></item></channel></rss>"
    )
    (entry,) = parse(channel.encode(), "", "https://feeds.example/en/rss", 10).entries
    assert entry.link == "en/pass"


def test_xml_base_is_kept_for_the_links_within_a_text() -> None:
    feed = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>S</title><entry><id>1</id><title>T</title>"
        "<content type='html' xml:base='https://steppe.example/deep/'>&lt;a href='z'&gt;x&lt;/a&gt;</content>"
        "</entry></feed>"
    )
    (entry,) = parse(feed.encode(), "", "https://feeds.example/en/rss", 10).entries
    assert entry.base == "https://steppe.example/deep/"
