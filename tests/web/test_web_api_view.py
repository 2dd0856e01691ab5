"""What the API tells of stories, sources and feeds: cleaned, and no more than their publishers allow."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import FoundStories, Relation, Selection
from aggregator.model.publications import FULL_TEXT_CHARACTERS
from aggregator.publish import text
from aggregator.web.api_query import StoryParameters
from aggregator.web.api_view import View
from tests.web.api_world import (
    BASE,
    MIRROR,
    SITE,
    STEPPE,
    TOLD_BY_THREE,
    WIRE,
    FakeLibrary,
    member,
    story,
)


@pytest.fixture
def view() -> View:
    return View(SITE, text, "/api/v1")


def test_an_excerpt_is_all_that_is_told_of_a_text_unless_its_source_says_otherwise(view: View) -> None:
    entry = view.entry(TOLD_BY_THREE, TOLD_BY_THREE.members[0])
    assert entry.html is None
    assert entry.excerpt is not None
    assert len(entry.excerpt) <= 300


def test_the_full_text_is_told_where_its_source_lets_us(view: View) -> None:
    assert view.entry(TOLD_BY_THREE, TOLD_BY_THREE.members[1]).html == "<p>همه</p>"


def test_of_a_source_that_gives_its_titles_only_no_word_of_a_text_is_told(view: View) -> None:
    for entry in (view.entry(TOLD_BY_THREE, TOLD_BY_THREE.members[2]), bare := nameless(view)):
        assert (entry.html, entry.excerpt) == (None, None)
    assert bare.title == "Wire"


def nameless(view: View):
    one = story(8, member(800, WIRE, title=""))
    return view.entry(one, one.lead)


def test_a_source_that_is_read_no_more_is_told_by_its_id_and_in_excerpts(view: View) -> None:
    one = story(8, member(800, "former"))
    entry = view.entry(one, one.lead)
    assert (entry.source.id, entry.source.name, entry.source.homepage) == ("former", "former", None)
    assert entry.html is None
    assert entry.excerpt
    assert view.story(one).picture is None


def test_full_texts_stand_in_no_list(view: View) -> None:
    lists = view.story(TOLD_BY_THREE).model_dump_json() + view.page(
        FoundStories((TOLD_BY_THREE,)), StoryParameters()
    ).model_dump_json(by_alias=True)
    assert "همه" not in lists


@pytest.mark.parametrize(
    ("length", "is_told"), [(FULL_TEXT_CHARACTERS, True), (FULL_TEXT_CHARACTERS + 1, False)]
)
def test_a_full_text_without_measure_is_told_as_an_excerpt(view: View, length: int, is_told: bool) -> None:
    one = story(8, member(800, MIRROR, html="x" * length))
    assert (view.entry(one, one.lead).html is not None) == is_told


def test_pictures_are_told_where_the_source_lets_us_copy_them(view: View) -> None:
    told = view.story(TOLD_BY_THREE)
    assert told.picture is not None
    assert told.picture.large.url == f"{BASE}/img/aa/large.jpg"
    assert view.story(story(8, member(800, WIRE))).picture is None


def test_the_headline_is_in_a_language_that_was_asked_for(view: View) -> None:
    asked = StoryParameters(language=["fa"])
    (told,) = view.page(FoundStories((TOLD_BY_THREE,)), asked).stories
    assert (told.headline.id, told.headline.language, told.headline.direction) == (101, "fa", "rtl")
    assert told.picture is None, "the picture is the lead's"
    (plain,) = view.page(FoundStories((TOLD_BY_THREE,)), StoryParameters()).stories
    assert (plain.headline.id, plain.headline.relation) == (100, Relation.LEAD)
    assert (plain.entry_count, plain.source_count) == (3, 3)


def test_the_last_page_has_no_next(view: View) -> None:
    assert view.page(FoundStories(()), StoryParameters()).next is None


def test_an_address_that_is_none_is_not_told(view: View) -> None:
    for address in ("", "javascript:alert(1)", "/relative", "https://[broken"):
        one = story(8, member(800, url=address))
        assert view.entry(one, one.lead).url is None
    one = story(8, member(800, url="https://user:secret@steppe.example/a b"))
    assert "secret" not in view.entry(one, one.lead).model_dump_json()


def test_nothing_of_the_operator_is_told_of_a_source(view: View) -> None:
    told = view.sources(FakeLibrary().statuses())
    assert [(one.id, one.state) for one in told.sources] == [
        ("steppe", "http-error"),
        ("mirror", "never polled"),
    ]
    everything = told.model_dump_json()
    for secret in ("hunter2", "hush", "403", "failures"):
        assert secret not in everything
    steppe = told.sources[0]
    assert (steppe.name, steppe.profile, steppe.country, steppe.content) == (
        STEPPE.name,
        "independent",
        "KZ",
        "excerpt",
    )
    assert steppe.feeds.json_feed == f"{BASE}/feeds/source/steppe.json"
    assert steppe.stories_url == f"{BASE}/api/v1/stories?source=steppe"


def test_feeds_are_told_by_the_names_of_their_files_with_all_formats(view: View) -> None:
    told = view.feeds(FakeLibrary().selections()).feeds
    assert [one.name for one in told] == ["all", "kz-in-ru", "voices"]
    assert told[0].files.model_dump() == {
        "atom": f"{BASE}/feeds/all.atom",
        "rss": f"{BASE}/feeds/all.rss",
        "json_feed": f"{BASE}/feeds/all.json",
    }
    assert (told[1].countries, told[1].languages, told[1].description) == (
        ["KZ", "region:CA"],
        ["ru"],
        "In Russian",
    )
    assert told[2].sources == ["steppe", "mirror"]
    assert view.feeds({"kz": Selection("kz", "")}).feeds[0].title == "kz"


hostile = st.text(alphabet=st.characters(codec=None), max_size=80) | st.sampled_from(
    ["\ud800", "\0", "\u202e", "</script><script>alert(1)</script>", "]]>", "https://a.example/\n", "﷽" * 500]
)


@given(title=hostile, words=hostile, url=hostile, author=hostile, language=hostile, script=hostile)
def test_whatever_a_source_sends_is_told_as_json(
    title: str, words: str, url: str, author: str, language: str, script: str
) -> None:
    one = story(
        8,
        member(
            800,
            MIRROR,
            title=title,
            text=words,
            html=words,
            url=url,
            author=author,
            language=language,
            script=script,
        ),
    )
    view = View(SITE, text, "/api/v1")
    for told in (view.story(one), view.entry(one, one.lead)):
        entry = json.loads(told.model_dump_json().encode())
        entry = entry.get("headline", entry)
        assert entry["title"]
        assert len(entry["title"]) <= 300
        assert entry["url"] is None or entry["url"].isascii()
        assert entry["direction"] in ("ltr", "rtl")
        assert not any(ord(letter) < 32 for letter in entry["title"] + (entry["author"] or ""))


def test_the_names_of_the_configuration_are_cleaned_as_well() -> None:
    site = replace(SITE, title="A\nB\ud800", description="")
    root = View(site, text, "/api/v1").root("https://x.example/", "https://x.example/openapi.json")
    assert (root.title, root.description) == ("A B", None)
