"""The public site: complete, accessible, light, and inert whatever a source writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from lxml import html

from aggregator.model import Member, Ranked, Selection, Site, SourceState, SourceStatus, Story
from aggregator.publish.feeds import Feeds
from aggregator.publish.pages import STORIES_PER_COUNTRY, Pages

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SELECTIONS = [
    Selection("everything", "Everything", "All of it."),
    Selection("kz", "Kazakhstan", countries=("KZ",)),
    Selection("voices", "Voices", languages=("kk",), sources=("dala", "gone")),
]
LARGEST_PAGE = 150_000

Render = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def render(
    environment: Callable[[str], Environment], site: Site, as_ranked: Callable[..., list[Ranked]]
) -> Render:
    def pages(
        stories: list[Story], statuses: tuple[SourceStatus, ...] = (), **changes: object
    ) -> dict[str, str]:
        pages = Pages(environment, replace(site, **changes), SELECTIONS)  # type: ignore[arg-type]
        files = pages.render(stories, as_ranked(stories), statuses, NOW)
        return {file.path: file.content.decode() for file in files}

    return pages


@pytest.fixture(scope="session")
def many(story: Callable[..., Story], member: Callable[..., Member]) -> list[Story]:
    """A full front page in several languages and both directions, with long texts and much coverage."""
    voices = [("steppe", "en", "Latn"), ("dala", "kk", "Cyrl"), ("herat", "fa", "Arab")]
    countries = [("KZ",), ("KG", "UZ"), ("TJ",), ("FR",), ()]
    stories = []
    for number in range(1, 201):
        source, language, script = voices[number % 3]
        others = [
            member(one, 1000 * number + at, language="ru", script="Cyrl")
            for at, one in enumerate(["dala", "cols", "herat"] * 3)
        ]
        words = {"en": "water ", "kk": "өзен суы ", "fa": "آب رودخانه "}[language]
        fields = {
            "source_id": source,
            "language": language,
            "script": script,
            "title": words * 15,
            "text": words * 200,
        }
        stories.append(story(number, *others, countries=countries[number % 5], **fields))
    return stories


def everything_of(pages: dict[str, str]) -> dict[str, html.HtmlElement]:
    return {path: html.fromstring(page) for path, page in pages.items() if path.endswith(".html")}


def test_every_page_is_there(render: Render, many: list[Story]) -> None:
    assert sorted(render(many)) == [
        "404.html",
        "country/kg.html",
        "country/kz.html",
        "country/tj.html",
        "feeds.html",
        "icon.svg",
        "index.html",
        "robots.txt",
        "sources.html",
        "sources.opml",
        "style.css",
    ]


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_every_page_has_the_marks_that_assistive_technology_needs(
    language: str, render: Render, many: list[Story]
) -> None:
    for path, page in everything_of(render(many, language=language)).items():
        assert page.get("lang") == language, path
        assert page.get("dir") == "ltr", path
        assert len(page.findall(".//h1")) == 1, path
        assert [len(page.findall(f".//{one}")) for one in ("main", "header", "footer")] == [1, 1, 1], path
        assert page.find(".//a").get("href") == "#main", path
        assert all(nav.get("aria-label") for nav in page.iter("nav")), path
        assert page.findtext(".//title", "").strip(), path
        ids = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), path
        levels = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_no_page_runs_anything_or_asks_anybody_else(render: Render, many: list[Story]) -> None:
    for path, page in everything_of(render(many)).items():
        assert [one.tag for one in page.iter("script", "iframe", "object", "embed", "form", "style")] == [], (
            path
        )
        loaded = [one.get("href") for one in page.iter("link") if one.get("rel") in ("stylesheet", "icon")]
        assert all(one.startswith("/region/") for one in loaded), path
        assert [one for one in page.iter() if one.get("src") or one.get("style")] == [], path


def test_full_pages_stay_light(render: Render, many: list[Story]) -> None:
    sizes = {path: len(page.encode()) for path, page in render(many).items()}
    assert {path: size for path, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_equal_stories_give_equal_bytes_at_any_time(
    environment: Callable[[str], Environment],
    site: Site,
    many: list[Story],
    as_ranked: Callable[..., list[Ranked]],
) -> None:
    pages, ranked = Pages(environment, site, SELECTIONS), as_ranked(many)
    assert pages.render(many, ranked, (), NOW) == pages.render(many, ranked, (), NOW + timedelta(days=400))


def test_a_story_is_told_in_its_own_language_and_direction(
    render: Render, story: Callable[..., Story]
) -> None:
    told = story(
        1, source_id="herat", language="fa", script="Arab", title="بازگشایی کتابخانه", countries=("KZ", "IR")
    )
    article = everything_of(render([told], language="fr"))["index.html"].find(".//article")
    assert article.get("dir") == "rtl"
    assert article.find("h3").get("lang") == "fa"
    words = " ".join(article.text_content().split())
    assert "Kazakhstan Iran بازگشایی کتابخانه" in words
    assert "روزنامهٔ هریرود fa média en exil 22 novembre 2026" in words


def test_a_right_to_left_interface_turns_the_page(render: Render, many: list[Story]) -> None:
    assert everything_of(render(many, language="fa"))["index.html"].get("dir") == "rtl"


def test_coverage_names_some_and_counts_the_rest(
    render: Render, story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    told = story(1, *(member("dala", 10 + one, language="kk") for one in range(10)))
    page = everything_of(render([told]))["index.html"]
    words = " ".join(page.find(".//p[@class='coverage']").text_content().split())
    assert words == "Also covered by" + " Дала хабары kk" * 8 + " and 2 more"


def test_a_country_page_holds_its_newest_stories_and_its_feed(
    render: Render, story: Callable[..., Story]
) -> None:
    stories = [story(number, countries=("KZ" if number % 2 else "KG",)) for number in range(1, 100)]
    pages = everything_of(render(stories))
    assert len(list(pages["country/kz.html"].iter("article"))) == STORIES_PER_COUNTRY
    assert [one.get("href") for one in pages["country/kz.html"].findall(".//p[@class='subscribe']/a")] == [
        "/region/feeds/kz.atom",
        "/region/feeds/kz.rss",
    ]
    assert pages["country/kg.html"].find(".//p[@class='subscribe']") is None


def test_pages_without_stories_say_so(render: Render) -> None:
    pages = render([])
    assert "No stories yet." in pages["index.html"]
    assert "Nothing about this country yet." in pages["country/kg.html"]


def test_the_feed_directory_names_criteria_and_addresses(render: Render) -> None:
    page = everything_of(render([]))["feeds.html"]
    lines = [" ".join(one.text_content().split()) for one in page.find(".//ul[@class='directory']")]
    assert lines == [
        "Steppe & Mountains All of it. All stories Atom RSS",
        "Kazakhstan Kazakhstan Atom RSS",
        "Voices Kazakh Дала хабары gone Atom RSS",
    ]
    assert "/region/feeds/all.atom" in [one.get("href") for one in page.iter("a")]


def test_every_feed_is_announced_on_the_front_page(render: Render) -> None:
    page = everything_of(render([]))["index.html"]
    announced = [one.get("href") for one in page.findall(".//link[@rel='alternate']")]
    assert announced == ["/region/feeds/all.atom", "/region/feeds/kz.atom", "/region/feeds/voices.atom"]


def test_the_directory_of_sources_says_how_each_stands(render: Render, site: Site) -> None:
    steppe, dala = (
        site.sources["steppe"],
        replace(site.sources["dala"], language="kk", homepage="javascript:1"),
    )
    statuses = (
        SourceStatus(steppe, SourceState.OK, "", last_success=NOW),
        SourceStatus(dala, SourceState.TIMEOUT, "no answer\nwithin <30 s>", failures=2),
    )
    page = everything_of(render([], statuses))["sources.html"]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.find(".//tbody")]
    assert rows == [
        ["The Steppe Ledger", "–", "–", "works", "Nov 22, 2026, 2:30 PM"],
        ["Дала хабары", "state media", "Kazakh", "does not answer in time no answer within <30 s>", "never"],
    ]
    assert [one.get("href") for one in page.find(".//tbody").iter("a")] == ["https://steppe.example/"]


@pytest.mark.parametrize("state", list(SourceState))
def test_every_state_has_plain_words(state: SourceState, render: Render, site: Site) -> None:
    status = SourceStatus(site.sources["steppe"], state, "")
    cell = everything_of(render([], (status,), language="fr"))["sources.html"].find(".//tbody/tr/td[3]")
    assert cell.text_content().strip()
    assert cell.text_content().strip() != state.value


def test_every_link_within_the_site_leads_somewhere(
    render: Render, environment: Callable[[str], Environment], site: Site, many: list[Story]
) -> None:
    pages = render(many)
    feeds = [file.path for one in SELECTIONS for file in Feeds(environment, site).render(one, many, NOW)]
    there = {f"/region/{path}" for path in [*pages, *feeds]} | {"/region/"}
    links = {one.get("href", "") for page in everything_of(pages).values() for one in page.iter("a", "link")}
    inner = {link.partition("?")[0] for link in links if link.startswith("/")}
    assert inner - there == set()
    assert there - inner - {"/region/index.html", "/region/404.html", "/region/robots.txt"} == set()


def test_robots_are_kept_from_personal_pages(render: Render) -> None:
    assert render([])["robots.txt"].splitlines() == [
        "User-agent: *",
        "Disallow: /region/u/",
        "Disallow: /region/caught/",
    ]


def test_the_style_is_linked_by_its_content(render: Render) -> None:
    page = everything_of(render([]))["index.html"]
    assert re.fullmatch(
        r"/region/style\.css\?v=[0-9a-f]{8}", page.find(".//link[@rel='stylesheet']").get("href")
    )


hostile = st.one_of(
    st.text(st.characters(), max_size=80),
    st.text(st.characters(categories=["Cs", "Cc", "Cf"]), max_size=20),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "' onmouseover=alert(1) '",
            "{{ 7 * 7 }}{% raw %}",
            "javascript:alert(1)",
            "\u202emorf",
            "</article></main><h1>",
            "x" * 4000,
        ]
    ),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(title=hostile, text=hostile, url=hostile, language=hostile)
def test_nothing_that_a_source_writes_becomes_markup(
    render: Render,
    story: Callable[..., Story],
    member: Callable[..., Member],
    title: str,
    text: str,
    url: str,
    language: str,
) -> None:
    fields = {"title": title, "text": text, "url": url, "language": language}
    plain = everything_of(render([story(1, member("dala", 2, url="https://a.example/"), title="t", text="")]))
    pages = everything_of(render([story(1, member("dala", 2, url="https://a.example/"), **fields)]))
    for path, page in pages.items():
        assert {one.tag for one in page.iter()} <= {one.tag for one in plain[path].iter()} | {"p", "a"}
        assert [name for one in page.iter() for name in one.attrib if name.startswith("on")] == []
        assert all(one.get("href").startswith(("http", "/", "#", "mailto:")) for one in page.iter("a"))
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.text_content())


def test_an_article_for_subscribers_says_so_in_the_pages_language(
    render: Render, story: Callable[..., Story]
) -> None:
    for language, word in (("en", "subscribers"), ("fr", "abonnés"), ("ru", "для подписчиков")):
        page = everything_of(render([story(paywalled=True)], language=language))["index.html"]
        assert [mark.text_content() for mark in page.findall(".//span[@class='paywall']")] == [word]
    assert not everything_of(render([story()]))["index.html"].findall(".//span[@class='paywall']")
