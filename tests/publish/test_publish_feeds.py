"""Merged feeds: valid, stable, and safe whatever a source writes."""

from __future__ import annotations

import locale
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from time import sleep

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import etree, html

from aggregator.model import File, Member, Place, Relation, Selection, Site, Story
from aggregator.publish import documents
from aggregator.publish.entry_writer import EntryWriter, Fragment
from aggregator.publish.feed_head import Head
from aggregator.publish.feeds import NEVER, Feeds
from aggregator.publish.fragments import updated
from aggregator.publish.presentation import show

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


def current(feeds: Feeds, selection: Selection, stories: list[Story]) -> list[File]:
    """The documents of these stories, in the order given, without archives."""
    feeds.learn(stories)
    return feeds.current(selection, places(stories), 0)


def places(stories: list[Story]) -> list[Place]:
    return [Place(story.id, story.version, story.id) for story in stories]


def render(feeds: Feeds, selection: Selection, stories: list[Story]) -> tuple[bytes, bytes]:
    atom, rss, _ = current(feeds, selection, stories)
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


def test_a_feed_whose_description_is_all_markup_is_valid(
    feeds: Feeds, rich: list[Story], atom_faults: Faults, rss_faults: Faults
) -> None:
    atom, rss = render(feeds, Selection("odd", "Odd", description="<img src=x onerror=f>"), rich)
    assert atom_faults(atom) == []
    assert rss_faults(rss) == []


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
        (Selection("everything", "x"), "feeds/all", "Steppe & Mountains"),
        (Selection("kz", "Kazakhstan"), "feeds/kz", "Kazakhstan – Steppe & Mountains"),
    ],
)
def test_a_feed_stands_where_its_self_link_says(
    selection: Selection, paths: str, title: str, feeds: Feeds, rich: list[Story]
) -> None:
    files = current(feeds, selection, rich)
    assert [file.path for file in files] == [f"{paths}.{suffix}" for suffix in ("atom", "rss", "json")]
    assert orjson.loads(files[2].content)["feed_url"] == f"https://news.example.org/region/{paths}.json"
    for file in files[:2]:
        link = etree.fromstring(file.content).find(f".//{ATOM}link[@rel='self']")
        assert link is not None
        assert link.get("href") == f"https://news.example.org/region/{file.path}"
    rss = etree.fromstring(files[1].content)
    assert rss.findtext("channel/title") == title


def test_equal_stories_give_equal_bytes_at_any_time(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    first = render(feeds, everything, rich)
    sleep(0.002)
    assert render(feeds, everything, rich) == first


def test_updated_is_that_of_the_newest_story(feeds: Feeds, everything: Selection, rich: list[Story]) -> None:
    newest = max(story.updated_at for story in rich)
    atom = etree.fromstring(render(feeds, everything, rich)[0])
    assert datetime.fromisoformat(atom.findtext(f"{ATOM}updated", "")).replace(microsecond=0) == newest


def test_stories_told_in_one_batch_have_each_a_time_of_its_own(
    feeds: Feeds, everything: Selection, rich: list[Story]
) -> None:
    batch = [replace(one, told_at=NOW, updated_at=NOW) for one in rich]
    atom = etree.fromstring(render(feeds, everything, batch)[0])
    times = [datetime.fromisoformat(one.text or "") for one in atom.iterfind(f"{ATOM}entry/{ATOM}updated")]
    assert len({*times}) == len(batch)
    assert {time.replace(microsecond=0) for time in times} == {NOW}


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
    assert entry.findtext(f"{ATOM}title") == "Canal reopened & shared"
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


# ------------------------------------------------------------------------- documents made of kept entries

KZ = Selection("kz", "Kazakhstan", countries=("KZ",))
HISTORY = "{http://purl.org/syndication/history/1.0}"


def links(document: bytes, parent: str = ".") -> dict[str, str]:
    root = etree.fromstring(document)
    found = root.find(parent).findall(f"{ATOM}link")  # type: ignore[union-attr]
    return {one.get("rel", ""): one.get("href", "") for one in found}


@pytest.fixture
def with_hubs(environment: Callable[[str], Environment], site: Site) -> Feeds:
    return Feeds(environment, replace(site, hubs=("https://hub.example/",), languages=("en", "ru")))


def test_a_document_of_kept_entries_is_what_feedgen_writes_of_all_at_once(
    environment: Callable[[str], Environment], site: Site, rich: list[Story]
) -> None:
    """Byte for byte, in both formats, for every head."""
    writer = EntryWriter(environment, site)
    told = [(story, updated(story, story)) for story in rich]
    shown = [show(story, site.sources, when) for story, when in told]
    fragments = writer.write(told)
    for history in ("", "archive", "complete"):
        head = Head(
            "tag:example.org,2026:feed/kz",
            "Kazakhstan & more",
            "All of it.",
            "en",
            "https://news.example.org/en/",
            "A feed -- for readers.",
            "https://news.example.org/feeds/kz",
            NOW,
            hubs=("https://hub.example/",),
            history=history,  # type: ignore[arg-type]
            archives=(("prev-archive", "https://news.example.org/feeds/kz/2.atom"),),
        )
        for suffix in ("atom", "rss"):
            feed = documents.feed(head, site, suffix)  # type: ignore[arg-type]
            for story in shown:
                feed.add_entry(writer.entry(story, writer.content(story)), order="append")
            whole = feed.atom_str() if suffix == "atom" else feed.rss_str()
            assert getattr(documents, suffix)(head, site, fragments) == whole
            assert b"<!-- A feed -%2D for readers. https://news.example.org/en/ -->" in whole


def test_only_what_is_missing_has_to_be_learned(
    feeds: Feeds, environment: Callable[[str], Environment], site: Site, rich: list[Story]
) -> None:
    fresh = Feeds(environment, site)
    assert fresh.missing(places(rich)) == [story.id for story in rich]
    fresh.learn(rich)
    assert fresh.missing(places(rich)) == []
    assert [file.content for file in fresh.current(KZ, places(rich), 0)] == [
        file.content for file in current(feeds, KZ, rich)
    ]


def test_feeds_outlive_a_cache_that_is_too_small_for_them(
    environment: Callable[[str], Environment], site: Site, feeds: Feeds, rich: list[Story]
) -> None:
    small = Feeds(environment, site, cache_bytes=1)
    assert [file.content for file in current(small, KZ, rich)] == [
        file.content for file in current(feeds, KZ, rich)
    ]
    assert small.missing(places(rich)) == [story.id for story in rich]


def test_current_documents_name_the_archive_and_the_hubs(with_hubs: Feeds, rich: list[Story]) -> None:
    with_hubs.learn(rich)
    atom, rss, json = (file.content for file in with_hubs.current(KZ, places(rich), 7))
    for found in (links(atom), links(rss, "channel")):
        assert found["hub"] == "https://hub.example/"
        assert found["prev-archive"] == "https://news.example.org/region/feeds/kz/7.atom"
        assert found.keys().isdisjoint({"next-archive", "current", "next", "first"})
    assert orjson.loads(json)["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert "prev-archive" not in links(with_hubs.current(KZ, places(rich), 0)[0].content)


@pytest.mark.parametrize(
    ("document", "archived", "neighbours"),
    [
        (1, 2, {"next-archive": 2}),
        (2, 3, {"prev-archive": 1, "next-archive": 3}),
        (3, 3, {"prev-archive": 2}),
    ],
)
def test_an_archive_document_names_its_neighbours_and_the_current_one(
    document: int, archived: int, neighbours: dict[str, int], with_hubs: Feeds, rich: list[Story]
) -> None:
    with_hubs.learn(rich)
    file = with_hubs.archive(KZ, document, places(rich), archived)
    root = etree.fromstring(file.content)
    below = "https://news.example.org/region/feeds/kz"
    assert file.path == f"feeds/kz/{document}.atom"
    assert root.find(f"{HISTORY}archive") is not None
    assert links(file.content) == {
        "self": f"{below}/{document}.atom",
        "current": f"{below}.atom",
        "alternate": "https://news.example.org/region/en/country/kz.html",
        **{relation: f"{below}/{number}.atom" for relation, number in neighbours.items()},
    }
    assert root.findtext(f"{ATOM}id") == "tag:example.org,2026:feed/kz", "that of the feed it belongs to"


def test_top_stories_are_a_complete_feed_without_an_archive(with_hubs: Feeds, rich: list[Story]) -> None:
    with_hubs.learn(rich)
    atom, rss, _ = (file.content for file in with_hubs.current(Selection("top", "Top"), places(rich), 9))
    assert etree.fromstring(atom).find(f"{HISTORY}complete") is not None
    assert etree.fromstring(rss).find(f"channel/{HISTORY}complete") is not None
    assert {"prev-archive", "next-archive"}.isdisjoint(links(atom))


@pytest.mark.parametrize(
    ("selection", "page"),
    [
        (Selection("everything", "x"), "en/"),
        (Selection("top", "x"), "en/"),
        (KZ, "en/country/kz.html"),
        (Selection("de", "Germany", countries=("DE",)), "en/feed/de"),
        (Selection("in-ru", "Russian", languages=("ru",)), "ru/feed/in-ru"),
        (Selection("kz-in-fa", "x", countries=("KZ",), languages=("fa",)), "en/feed/kz-in-fa"),
        (Selection("mine", "Mine", languages=("en", "ru")), "en/feed/mine"),
    ],
)
def test_a_feed_leads_to_the_page_that_shows_the_same(
    selection: Selection, page: str, with_hubs: Feeds, rich: list[Story]
) -> None:
    atom, rss, json = (file.content for file in current(with_hubs, selection, rich))
    address = f"https://news.example.org/region/{page}"
    assert links(atom)["alternate"] == address
    assert etree.fromstring(rss).findtext("channel/link") == address
    assert orjson.loads(json)["home_page_url"] == address


def test_a_feed_that_was_renamed_keeps_its_id(feeds: Feeds, rich: list[Story]) -> None:
    renamed = replace(KZ, id="steppe", was=("kz", "kazakhstan"))
    for selection in (KZ, renamed):
        atom, _ = render(feeds, selection, rich)
        assert etree.fromstring(atom).findtext(f"{ATOM}id") == "tag:example.org,2026:feed/kz"


def test_an_entry_keeps_its_id_when_its_title_changes(feeds: Feeds, rich: list[Story]) -> None:
    story = rich[0]
    retitled = replace(story, version=9, members=(replace(story.lead, title="New"), *story.members[1:]))
    for one in (story, retitled):
        assert etree.fromstring(render(feeds, KZ, [one])[0]).findtext(f".//{ATOM}entry/{ATOM}id") == story.uri


def test_an_entry_names_its_language_in_rss_too(feeds: Feeds, rich: list[Story]) -> None:
    _, rss = render(feeds, KZ, rich)
    items = etree.fromstring(rss).iter("item")
    assert [one.findtext("{http://purl.org/dc/elements/1.1/}language") for one in items] == ["en", "fa", None]


def test_what_is_written_from_right_to_left_says_so_wherever_it_stands(
    feeds: Feeds, story: Callable[..., Story]
) -> None:
    """A plain excerpt in RSS could not: the description is the content then, which can."""
    _, rss = render(
        feeds, KZ, [story(source_id="herat", language="fa", script="Arab", text="کانال بازگشایی شد")]
    )
    item = etree.fromstring(rss).find("channel/item")
    assert item is not None
    assert 'dir="rtl"' in item.findtext("description", "")
    assert item.find("{http://purl.org/rss/1.0/modules/content/}encoded") is None


def test_a_browser_is_given_a_style_sheet_that_explains(
    environment: Callable[[str], Environment], site: Site, rich: list[Story]
) -> None:
    feeds = Feeds(environment, replace(site, language="fr"))
    atom, rss = render(feeds, KZ, rich)
    for document in (atom, rss):
        assert b'<?xml-stylesheet type="text/css" href="/region/feed.css"?>' in document
    sheet = feeds.style_sheet()
    assert sheet.path == "feed.css"
    assert 'content: "Ceci est un flux' in sheet.content.decode()


def test_dates_are_in_utc_and_never_ahead_of_us(feeds: Feeds, story: Callable[..., Story]) -> None:
    ahead = story(1, published=NOW + timedelta(minutes=50))
    odd = story(2, published=datetime(2026, 11, 20, 5, tzinfo=timezone(timedelta(hours=5, minutes=45))))
    atom = etree.fromstring(render(feeds, KZ, [ahead, odd])[0])
    assert [one.text for one in atom.iter(f"{ATOM}published")] == [
        ahead.told_at.isoformat(),
        "2026-11-19T23:15:00+00:00",
    ]


def test_several_threads_may_write_at_once(feeds: Feeds, rich: list[Story]) -> None:
    """feedgen sets the locale of the process while it writes: it must be as it was."""
    before, expected = locale.setlocale(locale.LC_ALL), render(feeds, KZ, rich)
    with ThreadPoolExecutor(8) as pool:
        written = [*pool.map(lambda _: render(feeds, KZ, rich), range(40))]
    assert all(one == expected for one in written)
    assert locale.setlocale(locale.LC_ALL) == before


def test_a_document_ends_where_it_would_grow_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(atom: int, json: int) -> Fragment:
        return Fragment(b"a" * atom, b"", b"j" * json, NOW)

    monkeypatch.setattr(documents, "BYTES", 100)
    entries = [entry(40, 1), entry(1, 60), entry(1, 1)]
    assert documents.fitting(entries) == entries[:2]
    assert documents.fitting(entries[1:]) == entries[1:]
    assert documents.fitting([]) == []
