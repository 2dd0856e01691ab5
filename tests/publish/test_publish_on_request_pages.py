"""Pages made on request: a story, a source, search, the archive, letters, a feed for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from jinja2 import Environment
from lxml import html

from aggregator.model import (
    File,
    FoundStories,
    IssueCover,
    Member,
    PastIssue,
    Picture,
    PictureFile,
    Placed,
    Ranked,
    Relation,
    Selection,
    Site,
    SourceState,
    SourceStatus,
    Story,
)
from aggregator.publish import automatic
from aggregator.publish.day_pages import archive_page, day_page, week_page
from aggregator.publish.feed_page import feed_page
from aggregator.publish.letters import letter_page, letters_page
from aggregator.publish.pages import Pages
from aggregator.publish.refusals import gone_page, missing_page, refused_page
from aggregator.publish.search_page import search_page
from aggregator.publish.site_templates import SiteTemplates
from aggregator.publish.source_page import source_page
from aggregator.publish.story_page import ACCOUNTS, story_page
from tests import site_rules

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 22)
LANGUAGES = ("en", "fr", "ru", "de")
COUNTS = {NOW.replace(minute=0) - timedelta(days=day): 5 + day for day in (0, 1, 3, 40, 700)}
PICTURE = Picture(PictureFile("img/ab/s.jpg", 640, 427), PictureFile("img/cd/l.jpg", 1280, 853))
COVER = IssueCover(
    newsletter="weekly",
    names={"en": "The week", "ru": "Неделя"},
    track="weekly-1",
    period="2026-W46",
    first_day=date(2026, 11, 9),
    last_day=date(2026, 11, 15),
    stories=12,
    went_out=NOW,
)


@pytest.fixture(scope="module")
def selections(site: Site, environment: Callable[[str], Environment]) -> list[Selection]:
    own = Selection("voices", "Voices of the <steppe>", "What is <b>said</b>.", sources=("dala",))
    return [
        Selection("everything", "Everything"),
        automatic.top(site, environment),
        own,
        *automatic.selections(site, ["en", "kk"], environment),
    ]


@pytest.fixture(scope="module")
def templates(
    site: Site, environment: Callable[[str], Environment], selections: list[Selection]
) -> SiteTemplates:
    return SiteTemplates(environment, replace(site, languages=LANGUAGES), selections)


@pytest.fixture(scope="module")
def wide(story: Callable[..., Story], member: Callable[..., Member]) -> Story:
    """Told in three languages, both directions and every relation."""
    voices = [("steppe", "en", "Latn"), ("dala", "kk", "Cyrl"), ("herat", "fa", "Arab"), ("gone", "und", "")]
    others = [
        member(voices[n % 4][0], 100 + n, relation=one, language=voices[n % 4][1], script=voices[n % 4][2])
        for n, one in enumerate(Relation)
    ]
    guessed = member("cols", 200, relation=Relation.REPORT, date_guessed=True, paywalled=True)
    return replace(story(3, *others, guessed, countries=("KZ", "FR")), picture=PICTURE)


@pytest.fixture(scope="module")
def all_pages(
    templates: SiteTemplates, wide: Story, story: Callable[..., Story], selections: list[Selection]
) -> list[File]:
    """One of each kind in each language, full ones and empty ones."""
    many = [
        wide,
        *(story(number, countries=("KZ", "KG", "TJ", "FR")[number % 4 :][:1]) for number in range(4, 60)),
    ]
    found, nothing = FoundStories(tuple(many), next=7), FoundStories(())
    ranked = [Ranked(one, 1.0, 1, "") for one in many[:7]]
    placed = tuple(
        Placed(name, one, "")
        for name, one in zip(["top", "KZ", "KZ", "regional", "elsewhere"], many, strict=False)
    )
    status = SourceStatus(templates.site.sources["dala"], SourceState.OK, "token=abc", entries=1234)
    asked = {"q": 'w"<b>', "country": "KZ,KG", "source": "nobody", "topic": "T", "since": "x", "before": "44"}
    files = []
    for language in LANGUAGES:
        files += [
            story_page(templates, language, wide),
            story_page(templates, language, story(90)),
            source_page(templates, language, status, found),
            source_page(templates, language, replace(status, source=templates.site.sources["cols"]), nothing),
            search_page(templates, language, {}, None),
            replace(search_page(templates, language, asked, found), path=f"{language}/search-found"),
            replace(search_page(templates, language, asked, nothing), path=f"{language}/search-nothing"),
            replace(
                search_page(templates, language, asked, None, refused=True), path=f"{language}/search-refused"
            ),
            archive_page(templates, language, COUNTS),
            archive_page(templates, language, COUNTS, 2024),
            day_page(templates, language, TODAY, found, COUNTS),
            day_page(templates, language, date(2020, 1, 1), nothing, COUNTS),
            week_page(templates, language, date(2026, 11, 16), many, ranked, COUNTS),
            week_page(templates, language, date(2020, 1, 6), [], [], {}),
            letters_page(templates, language, [COVER]),
            letter_page(templates, language, PastIssue(COVER, placed, COVER, COVER)),
            feed_page(templates, language, selections[2], many),
            feed_page(templates, language, Selection("search?q=a%20b", "“a b”"), []),
            missing_page(templates, language),
            gone_page(templates, language, "story"),
            refused_page(templates, language, "feed"),
        ]
    return files


def parsed(file: File) -> html.HtmlElement:
    return html.fromstring(file.content.decode())


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_every_page_keeps_the_rules_of_the_site(
    all_pages: list[File], site: Site, environment: Callable[[str], Environment], selections: list[Selection]
) -> None:
    pages = Pages(environment, replace(site, languages=LANGUAGES), selections).render([], [], (), NOW)
    named = {f"{one.path.removesuffix('.html')}.html": one.content for one in all_pages}
    files = {one.path: one.content for one in pages} | named
    files |= {one.path: b"" for one in (PICTURE.small, PICTURE.large)}
    files |= {f"feeds/voices.{suffix}": b"" for suffix in ("atom", "rss", "json")}
    assert len(named) == len(all_pages)
    assert site_rules.Site(files, site.base_url).faults() == {}


def test_every_page_leads_to_itself_in_the_other_languages(all_pages: list[File]) -> None:
    for file in all_pages:
        switch = parsed(file).findall(".//nav[@class='switch']//a")
        below = {one.get("href").removeprefix(f"/region/{one.get('hreflang')}/") for one in switch}
        assert [one.get("hreflang") for one in switch] == list(LANGUAGES), file.path
        assert len(below) == 1, file.path
        own = file.path.partition("/")[2]
        expected = "" if own in ("400.html", "410.html") else own.partition("-")[0]  # no address of their own
        assert next(iter(below)).startswith(expected), file.path
        assert bool(next(iter(below))) is bool(expected), file.path


def test_what_is_searched_for_survives_a_change_of_language(templates: SiteTemplates) -> None:
    page = parsed(search_page(templates, "en", {"q": "вода & soil", "before": "9", "odd": "1"}, None))
    link = page.find(".//nav[@class='switch']//a[@hreflang='fr']").get("href")
    assert link == "/region/fr/search?q=%D0%B2%D0%BE%D0%B4%D0%B0%20%26%20soil&before=9"


def test_a_story_tells_who_told_it_when_and_how(templates: SiteTemplates, wide: Story) -> None:
    page = parsed(story_page(templates, "en", wide))
    assert words(page.find(".//p[@class='sum']")).startswith("8 accounts · 5 sources · 4 languages · ")
    lines = page.findall(".//ol[@class='accounts']/li")
    assert len(lines) == 8
    times = [one.find(".//time").get("datetime") for one in lines]
    assert times == sorted(times)
    labels = {one.get("class"): words(one.find(".//span[@class='relation']")) for one in lines}
    assert labels == {
        "lead": "leads this story",
        "same": "the same article again",
        "copy": "the same text, republished",
        "edition": "the same newsroom in another language",
        "translation": "translation",
        "report": "report of its own",
    }
    persian = next(one for one in lines if one.find("div").get("dir") == "rtl")
    assert persian.find(".//h3").get("lang") == "fa"
    assert words(persian.find(".//span[@class='profile']")) == "media in exile"
    (guessed,) = (one for one in lines if one.find(".//span[@class='guessed']") is not None)
    assert "subscribers" in words(guessed)
    picture = page.find(".//figure[@class='spread']/svg")
    assert picture.get("role") == "img"
    assert "Kazakh: " in picture.findtext("desc")
    assert len(picture.findall("circle")) == 7, "a guessed time has no place in it"


def test_a_story_told_once_needs_no_picture(templates: SiteTemplates, story: Callable[..., Story]) -> None:
    page = parsed(story_page(templates, "en", story(5)))
    assert page.find(".//figure") is None
    assert "Nobody else has told it so far." in words(page)


def test_the_accounts_of_a_story_are_bounded(
    templates: SiteTemplates, story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    crowd = [
        member("dala", number, title="x" * 290, language="ru", script="Cyrl") for number in range(10, 300)
    ]
    file = story_page(templates, "ru", story(1, *crowd))
    page = parsed(file)
    assert len(page.findall(".//ol[@class='accounts']/li")) == ACCOUNTS
    assert "291 публикация" in words(page)
    assert "и ещё 191" in words(page)
    assert len(file.content) < site_rules.LARGEST


def test_a_source_tells_its_stories_by_its_own_entries(templates: SiteTemplates, wide: Story) -> None:
    status = SourceStatus(templates.site.sources["dala"], SourceState.STALE, "silent since …token=abc", 1)
    file = source_page(templates, "fr", status, FoundStories((wide,), next=31))
    page = parsed(file)
    assert words(page.find(".//h1")) == "Дала хабары"
    card = words(page.find(".//dl"))
    assert "média d’État" in card
    assert "fonctionne, mais se tait depuis longtemps" in card
    assert b"token" not in file.content
    article = page.find(".//article")
    assert article.find(".//h3").get("lang") == "kk"
    assert article.find(".//img") is None, "the picture is another publisher's"
    assert page.find(".//p[@class='paging']/a").get("href") == "/region/fr/search?source=dala&before=31"


def test_the_search_form_keeps_what_was_asked(templates: SiteTemplates, wide: Story) -> None:
    asked = {
        "q": 'a "b c"',
        "country": "KG",
        "language": "xx",
        "source": "dala",
        "since": "2026-11-01",
        "topic": "Вода",
    }
    page = parsed(search_page(templates, "en", asked, FoundStories((wide,), next=12)))
    form = page.find(".//form[@role='search']")
    assert (form.get("action"), form.get("method")) == ("/region/en/search", "get")
    assert {name: value for name, value in form.form_values() if value} == {**asked}
    older = page.find(".//p[@class='paging']/a").get("href")
    assert older.startswith("/region/en/search?q=a%20%22b%20c%22&country=KG")
    assert older.endswith("&before=12")
    feed = page.find(".//div[@class='heading']/a").get("href")
    assert feed.startswith("/region/feeds/search.atom?q=a%20%22b%20c%22&country=KG")
    assert page.find(".//meta[@name='robots']").get("content") == "noindex, follow"


def test_a_search_says_when_it_found_nothing_or_was_not_understood(templates: SiteTemplates) -> None:
    for found, refused, said in (
        (FoundStories(()), False, "Nothing was found."),
        (None, True, "This search cannot be understood."),
    ):
        page = parsed(search_page(templates, "en", {"q": "x"}, found, refused=refused))
        assert words(page.find(".//p[@role='status']")).startswith(said)
    assert parsed(search_page(templates, "en", {}, None)).find(".//p[@role='status']") is None


def test_the_archive_is_a_calendar_whose_days_and_weeks_lead_to_their_stories(
    templates: SiteTemplates,
) -> None:
    page = parsed(archive_page(templates, "en", COUNTS))
    months = [words(one) for one in page.findall(".//section//h2")]
    assert months == ["November 2026", "October 2026", "December 2024"]
    links = [one.get("href") for one in page.find(".//table").iter("a")]
    assert links == [
        "/region/en/week/2026-W47",
        "/region/en/day/2026-11-19",
        "/region/en/day/2026-11-21",
        "/region/en/day/2026-11-22",
    ]
    cell = page.find(".//table//a[@href='/region/en/day/2026-11-22']")
    assert (words(cell), cell.getparent().get("class")) == ("225", "level-1"), "the 22nd, 5 stories"
    assert [words(one) for one in page.findall(".//nav[@class='years']//a")] == [
        "Latest months",
        "2026",
        "2024",
    ]


def test_the_calendar_of_a_year_holds_that_year_alone(templates: SiteTemplates) -> None:
    file = archive_page(templates, "en", COUNTS, 2024)
    assert file.path == "en/archive/2024"
    assert [words(one) for one in parsed(file).findall(".//section//h2")] == ["December 2024"]


def test_an_archive_without_stories_says_so(templates: SiteTemplates) -> None:
    assert "No stories yet." in words(parsed(archive_page(templates, "en", {})))


def test_a_day_leads_to_its_neighbours_and_to_the_rest_of_its_stories(
    templates: SiteTemplates, story: Callable[..., Story]
) -> None:
    told = (story(1, countries=("FR", "KG")), story(2, countries=("KZ",)), story(3, countries=("FR",)))
    page = parsed(day_page(templates, "en", TODAY, FoundStories(told, next=4), COUNTS))
    assert words(page.find(".//h1")) == "Sunday, November 22, 2026"
    assert [words(one) for one in page.findall(".//section//h2")] == ["Kazakhstan", "Kyrgyzstan", "Elsewhere"]
    turning = [one.get("href") for one in page.findall(".//nav[@class='turning']//a")]
    assert turning == ["/region/en/day/2026-11-21", "/region/en/week/2026-W47", "/region/en/archive"]
    rest = page.find(".//p[@class='paging']/a").get("href")
    assert rest == "/region/en/search?since=2026-11-22&until=2026-11-22&before=4"


def test_a_week_shows_what_was_told_most_widely_and_each_of_its_days(
    templates: SiteTemplates, story: Callable[..., Story], as_ranked: Callable[..., list[Ranked]]
) -> None:
    told = [story(number, countries=("KZ",)) for number in range(1, 10)]
    page = parsed(week_page(templates, "en", date(2026, 11, 16), told, as_ranked(told[3:]), COUNTS))
    assert words(page.find(".//h1")) == "Week 47"
    days = page.findall(".//ul[@class='week']/li")
    assert [words(one) for one in days][-2:] == ["Sat Nov 21 6", "Sun Nov 22 5"]
    assert [one.find("a") is None for one in days] == [True, True, True, False, True, False, False]
    titles = [words(one) for one in page.findall(".//section//h3")]
    assert titles[0] == "Canal reopened, part 4"
    assert len(titles) == len(set(titles)) == 9
    before = page.find(".//li[@class='before']/a").get("href")
    assert before == "/region/en/week/2026-W42"


def test_letters_are_named_in_the_readers_language_or_else_in_their_own(templates: SiteTemplates) -> None:
    for language, name in (("ru", "Неделя"), ("fr", "The week")):
        page = parsed(letters_page(templates, language, [COVER]))
        link = page.find(".//ol//a")
        assert words(link) == name
        assert link.get("href") == f"/region/{language}/letters/weekly/weekly-1/2026-W46"
    assert "No issue has gone out yet." in words(parsed(letters_page(templates, "en", [])))


def test_a_letter_tells_its_stories_in_its_sections(
    templates: SiteTemplates, story: Callable[..., Story]
) -> None:
    placed = tuple(
        Placed(name, story(number), "the operator's")
        for number, name in enumerate(["top", "KZ", "KZ", "regional"], 1)
    )
    file = letter_page(templates, "en", PastIssue(COVER, placed, replace(COVER, period="2026-W45")))
    page = parsed(file)
    assert file.path == "en/letters/weekly/weekly-1/2026-W46"
    assert [words(one) for one in page.findall(".//section//h2")] == [
        "Top stories",
        "Kazakhstan",
        "The whole region",
    ]
    assert len(list(page.iter("article"))) == 4
    assert "the operator's" not in words(page)
    assert page.find(".//li[@class='before']/a").get("href").endswith("/2026-W45")
    assert "Its stories are told no more." in words(
        parsed(letter_page(templates, "en", PastIssue(COVER, ())))
    )


def test_a_feed_for_people_says_what_it_is_and_has_an_address_to_copy(
    templates: SiteTemplates, selections: list[Selection], story: Callable[..., Story]
) -> None:
    file = feed_page(templates, "en", selections[2], [story(number) for number in range(50)])
    page = parsed(file)
    assert file.path == "en/feed/voices"
    address = page.find(".//input")
    assert address.get("value") == "https://news.example.org/region/feeds/voices.atom"
    assert address.get("readonly") is not None
    formats = [one.get("href") for one in page.findall(".//p[@class='addresses']/a")]
    assert formats == [f"/region/feeds/voices.{suffix}?raw" for suffix in ("atom", "rss", "json")]
    assert len(list(page.iter("article"))) == 30
    assert page.find(".//meta[@name='robots']") is not None


def test_a_feed_for_people_tells_stories_in_the_feeds_language(
    templates: SiteTemplates, wide: Story, selections: list[Selection]
) -> None:
    kazakh = next(one for one in selections if one.id == "in-kk")
    assert parsed(feed_page(templates, "en", kazakh, [wide])).find(".//article//h3").get("lang") == "kk"


def test_automatic_feeds_are_named_in_the_language_of_the_page(
    templates: SiteTemplates, selections: list[Selection]
) -> None:
    for name, title in (
        ("tj-in-kk", "Tadschikistan (Kasachisch)"),
        ("top", "Das Wichtigste"),
        ("everything", "Steppe & Mountains"),
        ("voices", "Voices of the <steppe>"),
    ):
        selection = next(one for one in selections if one.id == name)
        assert words(parsed(feed_page(templates, "de", selection, [])).find(".//h1")) == title


@pytest.mark.parametrize(
    ("selection_id", "path", "address"),
    [
        ("everything", "feed/all", "feeds/all.atom"),
        ("kz+tj-in-en+ru", "feed/kz+tj-in-en+ru", "feeds/kz+tj-in-en+ru.atom"),
        ("source/dala", "feed/source/dala", "feeds/source/dala.atom"),
        ("topic/clean water", "feed/topic/clean%20water", "feeds/topic/clean%20water.atom"),
        ("search?q=a%20b", "feed/search", "feeds/search.atom?q=a%20b"),
    ],
)
def test_a_feed_made_on_request_has_its_own_address(
    selection_id: str, path: str, address: str, templates: SiteTemplates
) -> None:
    file = feed_page(templates, "en", Selection(selection_id, "T"), [])
    assert file.path == f"en/{path}"
    page = parsed(file)
    assert page.find(".//input").get("value") == f"https://news.example.org/region/{address}"
    raw = page.find(".//p[@class='addresses']/a").get("href")
    assert raw == f"/region/{address}{'&' if '?' in address else '?'}raw"


@pytest.mark.parametrize("what", ["story", "feed", "source"])
def test_what_was_withdrawn_says_so_and_helps_on(what: str, templates: SiteTemplates) -> None:
    pages = [words(parsed(gone_page(templates, language, what)).find(".//h1")) for language in LANGUAGES]  # type: ignore[arg-type]
    assert len(set(pages)) == len(LANGUAGES)


def test_a_refusal_says_what_would_work(templates: SiteTemplates) -> None:
    assert "six countries" in words(parsed(refused_page(templates, "en", "feed")))
    page = parsed(refused_page(templates, "en", "address"))
    assert "search form" in words(page)
    assert page.find(".//form").get("action") == "/region/en/search"
    assert [one.get("href") for one in page.findall(".//ul[@class='ways']//a")] == [
        f"/region/en/{path}" for path in ("", "archive", "feeds.html", "sources.html")
    ]
