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
from aggregator.publish import automatic
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


def test_every_page_is_there_in_every_language(render: Render, many: list[Story]) -> None:
    in_each = ["404", "about", "country/kg", "country/kz", "country/tj", "feeds", "index", "sources"]
    once = ["404.html", "icon.svg", "index.html", "robots.txt", "sources.opml", "style.css"]
    pages = render(many, languages=("en", "ru"))
    assert sorted(pages) == sorted(
        [*(f"{code}/{path}.html" for code in ("en", "ru") for path in in_each), *once]
    )


def test_the_page_at_the_root_is_that_of_the_sites_language(render: Render, many: list[Story]) -> None:
    pages = render(many, languages=("en", "ru"), language="ru")
    assert pages["index.html"] == pages["ru/index.html"] != pages["en/index.html"]
    canonical = html.fromstring(pages["index.html"]).find(".//link[@rel='canonical']")
    assert canonical.get("href") == "https://news.example.org/region/ru/"


def test_every_page_leads_to_itself_in_the_other_languages(render: Render, many: list[Story]) -> None:
    for path, page in everything_of(render(many, languages=("en", "ru"))).items():
        below = path.removeprefix("en/").removeprefix("ru/").removesuffix("index.html")
        switch = [
            (one.get("hreflang"), one.get("href")) for one in page.findall(".//nav[@class='switch']//a")
        ]
        assert switch == [("en", f"/region/en/{below}"), ("ru", f"/region/ru/{below}")], path
        if "404" not in path:
            alternates = [one.get("href") for one in page.iter("link") if one.get("hreflang") in ("en", "ru")]
            assert alternates == [f"https://news.example.org/region/{code}/{below}" for code in ("en", "ru")]


def test_one_language_alone_needs_no_switch(render: Render) -> None:
    page = everything_of(render([]))["en/index.html"]
    assert page.find(".//nav[@class='switch']") is None
    assert not [one for one in page.iter("link") if one.get("hreflang") == "en"]


@pytest.mark.parametrize("language", ["en", "fr", "ru", "de"])
def test_every_page_has_the_marks_that_assistive_technology_needs(
    language: str, render: Render, many: list[Story]
) -> None:
    for path, page in everything_of(render(many, language=language)).items():
        assert page.get("lang") == language, path
        assert page.get("dir") == "ltr", path
        assert len(page.findall(".//h1")) == 1, path
        assert [len(page.findall(f"body/{one}")) for one in ("main", "header", "footer")] == [1, 1, 1], path
        assert page.find(".//a").get("href") == "#main", path
        assert all(nav.get("aria-label") for nav in page.iter("nav")), path
        assert page.findtext(".//title", "").strip(), path
        ids = [one.get("id") for one in page.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), path
        levels = [int(one.tag[1]) for one in page.iter("h1", "h2", "h3")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), path


def test_no_page_runs_anything_or_asks_anybody_else(render: Render, many: list[Story]) -> None:
    for path, page in everything_of(render(many)).items():
        assert [one.tag for one in page.iter("script", "iframe", "object", "embed", "style")] == [], path
        assert all(one.get("action").startswith("/region/en/") for one in page.iter("form")), path
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
    article = everything_of(render([told], language="fr"))["fr/index.html"].find(".//article")
    assert article.get("dir") == "rtl"
    assert article.find(".//h3").get("lang") == "fa"
    words = " ".join(article.text_content().split())
    assert "Kazakhstan Iran بازگشایی کتابخانه" in words
    assert "روزنامهٔ هریرود fa média en exil 22 nov., 13:30" in words


def test_a_right_to_left_interface_turns_the_page(render: Render, many: list[Story]) -> None:
    assert everything_of(render(many, language="fa"))["fa/index.html"].get("dir") == "rtl"


def test_coverage_names_some_and_counts_the_rest(
    render: Render, story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    told = story(1, *(member("dala", 10 + one, language="kk") for one in range(10)))
    page = everything_of(render([told]))["en/index.html"]
    words = " ".join(page.find(".//p[@class='coverage']").text_content().split())
    assert words == "Also covered by" + " Дала хабары kk" * 8 + " and 2 more"


def test_a_country_page_holds_its_newest_stories_and_its_feed(
    render: Render, story: Callable[..., Story]
) -> None:
    stories = [story(number, countries=("KZ" if number % 2 else "KG",)) for number in range(1, 100)]
    pages = everything_of(render(stories))
    assert len(list(pages["en/country/kz.html"].iter("article"))) == STORIES_PER_COUNTRY
    assert [one.get("href") for one in pages["en/country/kz.html"].findall(".//p[@class='subscribe']/a")] == [
        f"/region/feeds/kz.{suffix}" for suffix in ("atom", "rss", "json")
    ]
    assert pages["en/country/kg.html"].find(".//p[@class='subscribe']") is None


def test_a_country_that_others_crowd_out_of_the_newest_has_its_own(
    environment: Callable[[str], Environment], site: Site, story: Callable[..., Story]
) -> None:
    newest, own = [story(1, countries=("KZ",))], {"KG": [story(7, countries=("KG",))]}
    files = Pages(environment, site, SELECTIONS).render(newest, [], (), NOW, of_countries=own)
    pages = {file.path: file.content.decode() for file in files}
    assert "part 7" in pages["en/country/kg.html"]
    assert "part 1" in pages["en/country/kz.html"]


def test_coverage_is_a_picture_that_says_in_words_what_it_shows(
    environment: Callable[[str], Environment], site: Site, story: Callable[..., Story]
) -> None:
    noon = NOW.replace(minute=0)
    coverage = {"KZ": {noon: 2, noon - timedelta(days=3): 5}, "KG": {noon - timedelta(days=200): 1}}
    told = [story(number) for number in range(1, 12)]
    files = Pages(environment, site, SELECTIONS).render(told, [], (), NOW, coverage)
    pages = {file.path: html.fromstring(file.content.decode()) for file in files if "html" in file.path}
    words = "7 stories since May 25, 2026; most on November 19, 2026: 5."
    picture = pages["en/country/kz.html"].find(".//figure/svg")
    assert picture.get("role") == "img"
    assert picture.findtext("title") == "Coverage by day: Kazakhstan"
    assert picture.findtext("desc") == words
    assert pages["en/country/kz.html"].findtext(".//figcaption") == words
    assert "No stories since" in pages["en/country/kg.html"].findtext(".//figcaption")
    spark = pages["en/index.html"].find(".//svg[@class='spark']")
    assert spark.findtext("title") == "Kazakhstan: 7 stories in 30 days"


def test_what_did_not_change_is_not_rendered_again(
    environment: Callable[[str], Environment], site: Site, many: list[Story]
) -> None:
    pages = Pages(environment, site, SELECTIONS)
    first = {file.path: file for file in pages.render(many, [], (), NOW)}
    changed = [one for one in many if one.countries != ("TJ",)]
    again = {file.path: file for file in pages.render(changed, [], (), NOW)}
    assert again["en/country/kz.html"] is first["en/country/kz.html"]
    assert again["en/country/tj.html"] != first["en/country/tj.html"]


def test_pages_without_stories_say_so(render: Render) -> None:
    pages = render([])
    assert "No stories yet." in pages["en/index.html"]
    assert "Nothing about this country yet." in pages["en/country/kg.html"]


def test_the_feed_directory_names_criteria_and_addresses(render: Render) -> None:
    page = everything_of(render([]))["en/feeds.html"]
    lines = [" ".join(one.text_content().split()) for one in page.find(".//ul[@class='directory']")]
    assert lines == [
        "Steppe & Mountains All of it. All stories Atom RSS JSON",
        "Voices Kazakh Дала хабары gone Atom RSS JSON",
    ]
    rows = [[cell.text_content() for cell in row] for row in page.find(".//table[@class='crossed']/tbody")]
    assert rows == [["Kazakhstan", "Atom"]]
    assert "/region/feeds/all.atom" in [one.get("href") for one in page.iter("a")]


def test_every_feed_is_announced_on_the_front_page(render: Render) -> None:
    page = everything_of(render([]))["en/index.html"]
    announced = [one.get("href") for one in page.findall(".//link[@type='application/atom+xml']")]
    assert announced == ["/region/feeds/all.atom", "/region/feeds/voices.atom", "/region/feeds/kz.atom"]


def test_automatic_feeds_stand_in_a_table_of_countries_and_languages(
    environment: Callable[[str], Environment], site: Site
) -> None:
    selections = [
        *SELECTIONS[:1],
        automatic.top(site, environment),
        *automatic.selections(site, ["kk", "ru"], environment),
    ]
    files = Pages(environment, site, selections).render([], [], (), NOW)
    page = html.fromstring(next(one.content for one in files if one.path == "en/feeds.html").decode())
    table = page.find(".//table[@class='crossed']")
    assert [one.text_content() for one in table.find("thead/tr")] == [
        "Country",
        "All languages",
        "Kazakh",
        "Russian",
    ]
    rows = {
        row[0].text_content(): [one.get("href") for one in row.findall("td/a")] for row in table.find("tbody")
    }
    assert rows["All countries"] == [f"/region/feeds/{name}.atom" for name in ("all", "in-kk", "in-ru")]
    assert rows["Tajikistan"] == [f"/region/feeds/{name}.atom" for name in ("tj", "tj-in-kk", "tj-in-ru")]
    titles = [one.text for one in page.findall(".//ul[@class='directory']/li/h3")]
    assert titles == ["Top stories", "Steppe & Mountains"]


def test_the_directory_of_sources_says_how_each_stands(render: Render, site: Site) -> None:
    steppe, dala = (
        site.sources["steppe"],
        replace(site.sources["dala"], language="kk", homepage="javascript:1"),
    )
    statuses = (
        SourceStatus(steppe, SourceState.OK, "", last_success=NOW),
        SourceStatus(dala, SourceState.TIMEOUT, "no answer\nwithin <30 s>", failures=2),
    )
    page = everything_of(render([], statuses))["en/sources.html"]
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.find(".//tbody")]
    assert rows == [
        ["The Steppe Ledger", "not judged", "–", "works", "Nov 22, 2026, 2:30 PM"],
        ["Дала хабары", "state media", "Kazakh", "does not answer in time", "never"],
    ]
    links = [one.get("href") for one in page.find(".//tbody").iter("a")]
    assert links == ["/region/en/source/steppe", "/region/en/source/dala"]


def test_the_operators_message_about_a_source_is_not_published(render: Render, site: Site) -> None:
    status = SourceStatus(
        site.sources["dala"], SourceState.HTTP_ERROR, "403 at https://dala.example/?token=abc"
    )
    assert not [path for path, page in render([], (status,)).items() if "token" in page]


@pytest.mark.parametrize("state", list(SourceState))
def test_every_state_has_plain_words(state: SourceState, render: Render, site: Site) -> None:
    status = SourceStatus(site.sources["steppe"], state, "")
    cell = everything_of(render([], (status,), language="fr"))["fr/sources.html"].find(".//tbody/tr/td[3]")
    assert cell.text_content().strip()
    assert cell.text_content().strip() != state.value


def test_every_link_within_the_site_leads_to_a_file_or_to_what_is_made_on_request(
    render: Render, environment: Callable[[str], Environment], site: Site, many: list[Story]
) -> None:
    pages = render(many)
    feeds = [file.path for one in SELECTIONS for file in Feeds(environment, site).current(one, [], 0)]
    there = {f"/region/{path}" for path in [*pages, *feeds]} | {"/region/en/"}
    links = {one.get("href", "") for page in everything_of(pages).values() for one in page.iter("a", "link")}
    inner = {link.partition("?")[0].partition("#")[0] for link in links if link.startswith("/")}
    on_request = re.compile(r"/region/en/(story/\d+|source/[a-z]+|search|archive|letters)")
    assert {link for link in inner - there if not on_request.fullmatch(link)} == set()
    unlinked = {"/region/en/index.html", "/region/index.html", "/region/robots.txt"}
    assert {one for one in there - inner - unlinked if "404" not in one} == set()


def test_robots_are_kept_from_what_is_personal_or_made_on_request(render: Render) -> None:
    assert render([], languages=("en", "ru"))["robots.txt"].splitlines() == [
        "User-agent: *",
        *(
            f"Disallow: /region/{path}"
            for path in (
                *("u/", "caught/", "search", "feeds/source/", "feeds/topic/", "feeds/search", "feeds/*+"),
                *("en/search", "en/feed/", "ru/search", "ru/feed/"),
            )
        ),
    ]


def test_the_style_is_linked_by_its_content(render: Render) -> None:
    page = everything_of(render([]))["en/index.html"]
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
        page = everything_of(render([story(paywalled=True)], language=language))[f"{language}/index.html"]
        assert [mark.text_content() for mark in page.findall(".//span[@class='paywall']")] == [word]
    assert not everything_of(render([story()]))["en/index.html"].findall(".//span[@class='paywall']")
