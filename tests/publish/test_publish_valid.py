"""Whatever sources write, every document of every feed keeps the rules, and nothing in it can run."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from aggregator.ingest import clean, dates
from aggregator.model import File, Member, Place, Relation, Selection, Site, Source, Story
from aggregator.publish import archives
from aggregator.publish.feeds import Feeds
from tests.feed_rules import documents

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BASE = "https://news.example.org/region"
PHASES = [Phase.explicit, Phase.generate, Phase.shrink]
NOT_OURS = {"WrongDir", "MisusedAttribute"}
"""A source's own `lang` and `dir`, and what it says of a text in no known language, are left to it."""

SOURCES = [
    Source("plain", "The Steppe Ledger", "https://steppe.example/feed", "https://steppe.example/"),
    Source("full", "روزنامهٔ هریرود", "https://u:p@herat.example/feed?token=1", content="full"),
    Source("title", "Cols & Vallées <b>x</b>", "https://COLS.example:443/a/../flux#top", content="title"),
    Source(
        "odd", "\u202e \x00", "https://odd.example/%7eodd/%zz?q=a|b", "javascript:alert(1)", content="full"
    ),
    Source(
        "v6",
        "&lt;i&gt;Six&lt;/i&gt; <desk@six.example>",
        "http://[2001:db8::6]/feed",
        "http://[2001:db8::6]/",
    ),
    Source("local", "S&P500", "http://дала.example/лента", "//dala.example/"),
]

# ------------------------------------------------------------------------------------------ hostile input

PIECES = [
    "<script>alert(1)</script>", "<b>", "</b>", "</title>", "<![CDATA[", "]]>", "<!--", "-->", "<?xml",
    "&bogus;", "&lt;i&gt;", "&amp;lt;", "&#60;", "&#x202e;", "&copy 2026", "S&P500", "{{ 7 * 7 }}",
    "{% if %}", "\u202e", "\u2066", "\u200f", "\ud800", "\udfff", "\x00", "\x0b", "\x85", "\ufffd",
    "\ufffe", "\U0001ffff", "\u2028", "\r\n", "\t", "\xa0", "<desk@a.example>", "javascript:alert(1)",
    "5 < 6", "a <b", "سلام بر همه", "Қазақстан", "日本語", "é", "e\u0301", "🏔️", "a" * 400,
]  # fmt: skip
text = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zs", "Sm", "Po"]), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join),
)
ADDRESSES = [
    "", " ", "https://a.example/1", "https://a.example", "http://A.Example:80/x", "HTTPS://a.example/",
    "//a.example/1", "/1", "1", "?q", "#a", "javascript:alert(1)", "data:text/html,a", "ftp://a.example/",
    "mailto:a@a.example", "tel:1", "http://", "http:///x", "http://[::1]/", "http://[::1",
    "http://a..example/", "http://-a-.example/", "http://a.example./", "http://a.example:99999/",
    "http://a.example:x/", "http://u:p@a.example/", "http://a.example/a b", "http://a.example/a\nb",
    "http://a.example/%zz", "http://a.example/%", "http://a.example/<>\"'|^`{}\\",
    "http://a.example/[x]?y[]=1", 'http://a"b.example/', "http://a<b.example/", "http://a%41.example/",
    "http://a_b.example/", "http://қаз.example/жаңалық?сұрақ=1#бөлім", "http://127.0.0.1/",
    "http://localhost/", "https://a.example/" + "a" * 3000, "https://a.example/?q=%D0%B8%CC%86",
    "http://a.example/\ud800", "http://\u202ea.example/", "http://xn--a.example/",
    "http://" + "a" * 70 + ".example/", "http://0x7f.1/", "http://a.example\\@b.example/",
]  # fmt: skip
address = st.sampled_from(ADDRESSES) | text.map("https://a.example/{}".format)
MARKUP = [
    "<p>Text.</p>", "<p>open <b>both", "<table><tr><td>a<p>b</table>", "<a href='/1'>x</a>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='https://a.example/?a=1&b=2'></a>",
    "<a href='https://a.example/ x'>y <a href='#z'>w</a></a>", "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a>", "<math><mi>x</mi></math>", "<iframe src=//a.example></iframe>",
    "<p style='position:fixed' onclick=a class=b id=main>q</p>", "<h1>big</h1><h2>less</h2>",
    "<ul><p>stray</p><li>a<li>b</ul>", "<pre>\n\n a</pre>", "<p dir=rtl lang=fa>سلام</p>",
    "<p dir=wrong lang='fr_FR'>a</p>", "سلام بر همه", "<ol start=x><li>a</ol>",
    "<td colspan='9999999'>a</td>", "<!-- c --><?php a ?><![CDATA[x]]>", "&#0;&#x80;&#xd800;&bogus;&amp",
    "<blockquote cite='/x'>q</blockquote>", "<q cite='javascript:a'>q</q>", "<div>" * 150 + "deep",
    "<dl><dd>a<dt>b</dl>", "<b><i>a</b>b</i>", "<time datetime=x>t</time>",
    "<figure><figcaption>a</figure>", "<caption>a</caption>", "<tr><th>a", "<p><div>a</div></p>",
    "<span><p>a</p></span>", "<a href='mailto:a b'>m</a>", "<br/></br>", "<hr></hr>",
    "<a href='https://a.example/%zz'>p</a>", "<a href='http://[::1]/'>v6</a>",
    "<a href='https://é.example/ü'>i</a>", "<abbr title='\u202e'>t</abbr>", "<em></em>",
    "<code>a<pre>b</code>c</pre>",
]  # fmt: skip
markup = st.lists(st.sampled_from(MARKUP) | text, max_size=5).map("".join)
moment = st.sampled_from([NOW, NOW - timedelta(days=1, microseconds=1)]) | st.integers(1, 13_000).map(
    lambda days: NOW - timedelta(days=days)
)
"""As reading and storing let them through: in UTC, neither older than news nor to come."""
language = st.sampled_from(
    ["en", "fa", "kk", "uz", "und", "", "qq", "xx", "en-GB", "EN", "ckb", "prs", "kaa", "\ud800", "a" * 50]
)
script = st.sampled_from(["Latn", "Cyrl", "Arab", "Zyyy", "", "Xxxx", "latn"])
country = st.sampled_from(["KZ", "KG", "AF", "XX", "kz", "ZZ"])


@st.composite
def members(draw: st.DrawFn, number: int) -> Member:
    body = draw(markup).encode("utf-8", "replace").decode()
    cleaned = clean.body(body, "https://a.example/news/")
    return Member(
        entry_id=number,
        source_id=draw(st.sampled_from([*(source.id for source in SOURCES), "gone"])),
        relation=Relation.LEAD
        if number % 100 == 0
        else draw(st.sampled_from([Relation.COPY, Relation.REPORT])),
        url=draw(address),
        title=draw(text),
        text=draw(text),
        html=cleaned.html,
        language=draw(language),
        script=draw(script),
        published=draw(moment),
        date_guessed=draw(st.booleans()),
        paywalled=draw(st.booleans()),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Story]:
    """A batch told in one go: all at the same time."""
    told = NOW - timedelta(days=draw(st.integers(0, 700)))
    return [
        Story(
            number,
            f"tag:example.org,2026-11-22:story/{number}",
            told,
            told,
            tuple(draw(members(100 * number + at)) for at in range(draw(st.integers(1, 4)))),
            tuple(draw(st.lists(country, max_size=3, unique=True))),
            draw(st.sampled_from([(), ("region:CA",)])),
            version=number,
        )
        for number in range(1, 1 + draw(st.integers(0, 4)))
    ]


selection = st.builds(
    Selection,
    id=st.sampled_from(["everything", "top", "kz", "in-ru", "voices"]),
    title=st.sampled_from(["Kazakhstan", "Qazaqstan & <Co>", "افغانستان"]),
    description=st.sampled_from(["", "All of it.", "Fewer <b>tags</b> & more"]),
    languages=st.sampled_from([(), ("en",), ("fa",), ("kk", "uz")]),
)

# ------------------------------------------------------------------------------------------ the feeds


@pytest.fixture(scope="module")
def feeds(environment: Callable[[str], Environment], site: Site) -> Feeds:
    return Feeds(environment, hostile(site))


def hostile(site: Site) -> Site:
    return replace(
        site,
        sources={source.id: source for source in SOURCES},
        hubs=("https://hub.example/",),
        languages=("en", "ru"),
    )


def written(feeds: Feeds, selection: Selection, batch: Sequence[Story]) -> list[File]:
    """The current documents of a selection, and an archive document of it."""
    newest = [Place(story.id, story.version, at) for at, story in reversed(list(enumerate(batch)))]
    feeds.learn(batch)
    current = feeds.current(selection, newest, archived=2)
    feeds.learn(batch)
    return [*current, feeds.archive(selection, 1, newest[::-1], archived=2)]


def faults(files: Sequence[File]) -> list[str]:
    return [
        f"{file.path}: {fault}"
        for file in files
        for fault in documents.faults(file.path, file.content, BASE, NOW)
        if fault.rule not in NOT_OURS
    ]


@settings(
    max_examples=50, derandomize=True, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck)
)
@given(selection=selection, batch=stories())
def test_whatever_sources_write_every_document_is_valid(
    feeds: Feeds, selection: Selection, batch: list[Story]
) -> None:
    assert faults(written(feeds, selection, batch)) == []


def one(number: int = 1, *others: Member, **fields: Any) -> Story:
    lead = Member(
        entry_id=number * 1000,
        source_id="full",
        relation=Relation.LEAD,
        url=f"https://a.example/{number}",
        title="Canal reopened",
        text="Water again.",
        html="<p>Water again.</p>",
        language="en",
        script="Latn",
        published=NOW - timedelta(hours=1),
    )
    told = NOW - timedelta(minutes=5)
    uri = f"tag:example.org,2026:story/{number}"
    return Story(number, uri, told, told, (replace(lead, **fields), *others), ("KZ",), version=number)


EVERYTHING = Selection("everything", "Everything")


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_odd_address_of_an_article_spoils_no_feed(feeds: Feeds, url: str) -> None:
    other = replace(one(2).lead, url=url, source_id="plain", relation=Relation.REPORT)
    assert faults(written(feeds, EVERYTHING, [one(1, other, url=url)])) == []


@pytest.mark.parametrize("piece", PIECES)
def test_an_odd_text_spoils_no_feed(feeds: Feeds, piece: str) -> None:
    other = replace(one(2).lead, title=piece, url="https://b.example/", relation=Relation.REPORT)
    batch = [one(1, other, title=piece, text=piece), one(2, title=f"a {piece} b", text=f"a{piece}b", html="")]
    assert faults(written(feeds, EVERYTHING, batch)) == []


@pytest.mark.parametrize("piece", MARKUP)
def test_odd_markup_spoils_no_feed(feeds: Feeds, piece: str) -> None:
    body = clean.body(f"<p>Water again.</p>{piece}", "https://a.example/news/").html
    assert faults(written(feeds, EVERYTHING, [one(1, html=body)])) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_an_oddly_configured_source_spoils_no_feed(feeds: Feeds, source: Source) -> None:
    other = replace(one(2).lead, source_id=source.id, url="https://b.example/", relation=Relation.REPORT)
    assert faults(written(feeds, EVERYTHING, [one(1, other, source_id=source.id)])) == []


def test_a_story_of_sixty_members_and_a_story_of_nothing_are_told(feeds: Feeds) -> None:
    others = [
        replace(one(2).lead, entry_id=at, url=f"https://a.example/{at}", relation=Relation.REPORT)
        for at in range(60)
    ]
    nothing = one(
        3,
        source_id="gone",
        url="",
        title="",
        text="",
        html="",
        language="",
        script="",
        published=NOW - timedelta(hours=2),
    )
    bare = replace(nothing, countries=())
    assert faults(written(feeds, EVERYTHING, [one(1, *others), bare])) == []


@pytest.mark.parametrize(("count", "paragraphs"), [(100, 90), (100, 29), (600, 6)])
def test_feeds_of_endless_texts_stay_within_what_validators_read(
    feeds: Feeds, count: int, paragraphs: int
) -> None:
    body = ("<p>" + "сув қайта келди " * 60 + "</p>") * paragraphs
    batch = [
        one(number, html=body, text="сув " * 5000, title="сув " * 2000) for number in range(1, count + 1)
    ]
    files = written(feeds, Selection("kz", "Kazakhstan", limit=1000), batch)[:3]
    assert [f"{file.path}: {len(file.content)}" for file in files if len(file.content) > 5_000_000] == []
    assert all(b"story/%d" % count in file.content for file in files), "the newest are there"


@pytest.mark.parametrize("published", ["1990-01-01T00:00:00Z", "2026-11-22T10:20:00Z"], ids=["old", "ahead"])
def test_the_oldest_and_the_latest_date_that_is_read_spoil_no_feed(feeds: Feeds, published: str) -> None:
    """Read as a source wrote it, at the time when its story was told."""
    first_seen = NOW - timedelta(minutes=5)
    when, guessed = dates.read_date(published, zone=UTC, day_first=True, first_seen=first_seen)
    fields: dict[str, Any] = {"published": when, "date_guessed": guessed}
    other = replace(one(2).lead, language="fa", script="Arab", relation=Relation.REPORT, **fields)
    batch = [one(1, other, **fields), one(2)]
    for languages in ((), ("fa",)):
        assert faults(written(feeds, Selection("voices", "Voices", languages=languages), batch)) == []


@pytest.mark.parametrize("told", ["en", "ru", "fr", "de"])
def test_a_feed_without_stories_is_valid_in_each_language_of_the_site(
    environment: Callable[[str], Environment], site: Site, told: str
) -> None:
    feeds = Feeds(environment, replace(hostile(site), language=told))
    assert faults(written(feeds, EVERYTHING, [])) == []
    assert faults(written(feeds, Selection("top", "Top"), [one()])) == []


@pytest.mark.parametrize("count", [0, 49, 50, 99, 100, 101, 155])
def test_a_history_of_any_length_is_a_chain_of_valid_documents(feeds: Feeds, count: int) -> None:
    selection = Selection("kz", "Kazakhstan", limit=60)
    batch = [one(number) for number in range(1, count + 1)]
    places = [Place(story.id, story.version, story.id - 1) for story in batch]
    archived = archives.complete(count)
    feeds.learn(batch)
    files = feeds.current(selection, places[::-1][: archives.newest(count, selection.limit)], archived)
    for document in range(1, archived + 1):
        feeds.learn(batch)
        first, end = archives.span(document)
        files.append(feeds.archive(selection, document, places[first:end], archived))
    assert faults(files) == []
    written = {file.path: file.content for file in files}
    assert [str(fault) for fault in documents.chain_faults(written, BASE)] == []
    told = {
        name for content in written.values() for name in re.findall(rb"<id>(tag:[^<]*:story/\d+)", content)
    }
    assert len(told) == count
