"""Merged feeds: valid, stable, and safe whatever a source writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import etree, html

from aggregator.model import Member, Relation, Selection, Site, Story
from aggregator.publish.feeds import NEVER, Feeds

ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
Faults = Callable[[bytes], list[str]]


@pytest.fixture(scope="session")
def feeds(environment: Callable[[str], Environment], site: Site) -> Feeds:
    return Feeds(environment, site)


@pytest.fixture(scope="session")
def rich(story: Callable[..., Story], member: Callable[..., Member]) -> list[Story]:
    """Stories in two directions, with and without links, countries and coverage."""
    return [
        story(
            2,
            member("dala", 5, language="kk", script="Cyrl", relation=Relation.TRANSLATION),
            member("cols", 6, language="fr", relation=Relation.REPORT),
            countries=("KZ", "KG"),
            title="Canal <b>reopened</b> & shared",
        ),
        story(
            1, source_id="herat", language="fa", script="Arab", title="بازگشایی کتابخانه", countries=("AF",)
        ),
        story(3, source_id="gone", url="", language="und", countries=()),
    ]


def render(
    feeds: Feeds, selection: Selection, stories: list[Story], now: datetime = NOW
) -> tuple[bytes, bytes]:
    atom, rss = feeds.render(selection, stories, now)
    return atom.content, rss.content


def test_both_formats_are_valid(
    feeds: Feeds, everything: Selection, rich: list[Story], atom_faults: Faults, rss_faults: Faults
) -> None:
    atom, rss = render(feeds, everything, rich)
    assert atom_faults(atom) == []
    assert rss_faults(rss) == []


def test_a_feed_without_stories_is_valid(
    feeds: Feeds, everything: Selection, atom_faults: Faults, rss_faults: Faults
) -> None:
    atom, rss = render(feeds, everything, [])
    assert atom_faults(atom) == []
    assert rss_faults(rss) == []
    assert etree.fromstring(atom).findtext(f"{ATOM}updated") == NEVER.isoformat()


def test_a_feed_of_one_language_tells_its_stories_in_it(feeds: Feeds, rich: list[Story], site: Site) -> None:
    def publishers(*languages: str) -> list[str | None]:
        atom, _ = render(feeds, Selection("one", "One", languages=languages), rich[:1])
        return [
            entry.findtext(f"{ATOM}author/{ATOM}name")
            for entry in etree.fromstring(atom).iter(f"{ATOM}entry")
        ]

    ledger, dala, cols = (site.sources[one].name for one in ("steppe", "dala", "cols"))
    assert publishers() == publishers("en", "fr") == publishers("de") == [ledger]
    assert publishers("fr") == [cols]
    assert publishers("fr", "kk") == [dala]


@pytest.mark.parametrize(
    ("selection", "paths", "title"),
    [
        (Selection("everything", "x"), ["feeds/all.atom", "feeds/all.rss"], "Steppe & Mountains"),
        (Selection("kz", "Kazakhstan"), ["feeds/kz.atom", "feeds/kz.rss"], "Kazakhstan – Steppe & Mountains"),
    ],
)
def test_a_feed_stands_where_its_self_link_says(
    selection: Selection, paths: list[str], title: str, feeds: Feeds, rich: list[Story]
) -> None:
    files = feeds.render(selection, rich, NOW)
    assert [file.path for file in files] == paths
    for file in files:
        link = etree.fromstring(file.content).find(f".//{ATOM}link[@rel='self']")
        assert link is not None
        assert link.get("href") == f"https://news.example.org/region/{file.path}"
    rss = etree.fromstring(files[1].content)
    assert rss.findtext("channel/link") == "https://news.example.org/region/"
    assert rss.findtext("channel/title") == title


def test_equal_stories_give_equal_bytes_at_any_time(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    assert render(feeds, everything, rich) == render(feeds, everything, rich, NOW + timedelta(days=400))


def test_updated_is_that_of_the_newest_story(feeds: Feeds, everything: Selection, rich: list[Story]) -> None:
    newest = max(story.updated_at for story in rich)
    assert (
        etree.fromstring(render(feeds, everything, rich)[0]).findtext(f"{ATOM}updated") == newest.isoformat()
    )


def test_stories_stand_in_the_order_given_under_their_own_ids(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    atom, rss = (etree.fromstring(one) for one in render(feeds, everything, rich))
    expected = [story.uri for story in rich]
    assert [one.text for one in atom.findall(f"{ATOM}entry/{ATOM}id")] == expected
    assert [one.text for one in rss.findall("channel/item/guid")] == expected


def test_an_entry_says_who_where_when_and_about_what(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    atom, rss = (etree.fromstring(one) for one in render(feeds, everything, rich))
    entry, item = atom.find(f"{ATOM}entry"), rss.find("channel/item")
    assert entry is not None
    assert item is not None
    assert entry.findtext(f"{ATOM}title") == "Canal <b>reopened</b> & shared"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "The Steppe Ledger"
    assert entry.findtext(f"{ATOM}source/{ATOM}id") == "https://steppe.example/feed"
    assert entry.findtext(f"{ATOM}published") == rich[0].lead.published.isoformat()
    assert [dict(one.attrib) for one in entry.findall(f"{ATOM}category")] == [
        {"term": "KZ", "scheme": "urn:iso:std:iso:3166", "label": "Kazakhstan"},
        {"term": "KG", "scheme": "urn:iso:std:iso:3166", "label": "Kyrgyzstan"},
    ]
    alternate = entry.find(f"{ATOM}link[@rel='alternate']")
    assert alternate is not None
    assert (alternate.get("href"), alternate.get("hreflang")) == ("https://steppe.example/2", "en")
    related = [one.get("href") for one in entry.findall(f"{ATOM}link[@rel='related']")]
    assert related == ["https://dala.example/5", "https://cols.example/6"]
    assert item.findtext("link") == "https://steppe.example/2"
    assert item.findtext("source") == "The Steppe Ledger"
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "The Steppe Ledger"


def test_an_entry_of_a_source_read_no_more_or_without_link_stands_without_them(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    entry = etree.fromstring(render(feeds, everything, rich)[0]).findall(f"{ATOM}entry")[2]
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "gone"
    assert entry.find(f"{ATOM}source") is None
    assert entry.find(f"{ATOM}link") is None
    assert entry.get(XML_LANG) is None


def test_language_and_direction_are_marked(feeds: Feeds, everything: Selection, rich: list[Story]) -> None:
    entry = etree.fromstring(render(feeds, everything, rich)[0]).findall(f"{ATOM}entry")[1]
    assert entry.get(XML_LANG) == "fa"
    assert '<div lang="fa" dir="rtl">' in entry.findtext(f"{ATOM}content", "")


def test_full_text_keeps_its_markup_and_an_excerpt_has_none(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    contents = [
        one.text or "" for one in etree.fromstring(render(feeds, everything, rich)[0]).iter(f"{ATOM}content")
    ]
    assert "<b>water</b>" in contents[1]
    assert "<b>" not in contents[0]


def test_coverage_ends_the_content_with_language_and_link(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    content = html.fromstring(
        etree.fromstring(render(feeds, everything, rich)[0]).findtext(f".//{ATOM}content", "")
    )
    lines = [(one[0].get("href"), " ".join(one.text_content().split())) for one in content.iter("li")]
    assert lines == [
        ("https://dala.example/5", "Дала хабары (Kazakh)"),
        ("https://cols.example/6", "Cols & Vallées (French)"),
    ]


def test_coverage_is_worded_in_the_language_of_the_site(
    environment: Callable[[str], Environment], site: Site, everything: Selection, rich: list[Story]
) -> None:
    atom, _ = render(Feeds(environment, replace(site, language="ru")), everything, rich)
    assert "Об этом также пишут" in atom.decode()
    assert "французский" in atom.decode()


def test_a_feed_in_one_language_says_so(feeds: Feeds, rich: list[Story]) -> None:
    _, rss = render(feeds, Selection("kk", "Қазақша", languages=("kk",)), rich)
    assert etree.fromstring(rss).findtext("channel/language") == "kk"


hostile = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf", "Co", "Cn"]),
        st.sampled_from("<>&\"'\u202e\u2066\ufffe]]>{%}"),
    ),
    max_size=60,
)
tempting = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "]]>",
        "&bogus;",
        "{{ 7 * 7 }}",
        "\u202emorf",
        "x" * 5000,
        "javascript:alert(1)",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    title=hostile | tempting,
    text=hostile | tempting,
    url=hostile | tempting | st.builds("https://a.example/{}".format, hostile),
    language=hostile | st.sampled_from(["fa", "kk", "und", ""]),
    script=hostile | st.sampled_from(["Arab", "Zyyy"]),
)
def test_whatever_a_source_writes_the_feeds_stay_valid_and_inert(
    feeds: Feeds,
    everything: Selection,
    story: Callable[..., Story],
    member: Callable[..., Member],
    atom_faults: Faults,
    rss_faults: Faults,
    title: str,
    text: str,
    url: str,
    language: str,
    script: str,
) -> None:
    fields = {"title": title, "text": text, "url": url, "language": language, "script": script}
    told = story(1, member("dala", 2, **fields), **fields)
    atom, rss = render(feeds, everything, [told])
    assert atom_faults(atom) == []
    assert rss_faults(rss) == []
    for content in etree.fromstring(atom).iter(f"{ATOM}content"):
        tree = html.fromstring(content.text or "")
        assert {one.tag for one in tree.iter()} <= {"div", "p", "ul", "li", "a", "bdi"}
        assert all(one.get("href", "http").startswith("http") for one in tree.iter("a"))


def test_an_article_for_subscribers_says_so_in_both_formats(
    feeds: Feeds, everything: Selection, story: Callable[..., Story]
) -> None:
    free = render(feeds, everything, [story()])
    paid = render(feeds, everything, [story(paywalled=True)])
    assert [b"subscribers" in content for content in (*free, *paid)] == [False, False, True, True]
