"""Searching stories: the same answers on every database, and an index that follows what is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from aggregator.model import (
    Rearrangement,
    Redescribed,
    Reforming,
    Relation,
    Reseating,
    Revision,
    StoryQuery,
    Tag,
)
from aggregator.store.engine import writing
from aggregator.store.rejudging import RejudgingStore
from aggregator.store.search import MOST_FOUND, StorySearch

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def search(known_sources):
    return StorySearch(known_sources.engine)


@pytest.fixture
def tell(known_sources, make):
    """Tells a story per call: its entries by their fields, the lead first."""

    def entry(guid, title, language="en", *, about=(), **fields):
        described = make.described(guid, title=title, countries=dict.fromkeys(about, 1.0), **fields)
        spoken = replace(described.description, language=language)
        return replace(described, description=spoken)

    def told(*entries, at=make.now, old=False, relation=Relation.REPORT):
        founding = make.founding(*(entry(**one) for one in entries), old=old)
        followers = tuple(replace(one, relation=relation) for one in founding.followers)
        known_sources.entries.commit(make.batch(replace(founding, followers=followers), at=at))

    told.entry = entry
    return told


def titles(search, words="", **criteria):
    return [story.lead.title for story in search.found(StoryQuery(words, **criteria)).stories]


# ------------------------------------------------------------------------------------------------ words


def test_words_are_found_in_titles_texts_and_categories_the_last_told_first(search, tell):
    tell({"guid": "1", "title": "Water in the valley"})
    tell({"guid": "2", "title": "A dry summer", "text": "There is no water."})
    tell({"guid": "3", "title": "A report", "categories": ("Water & climate",)})
    tell({"guid": "4", "title": "Football"})
    assert titles(search, "water") == ["A report", "A dry summer", "Water in the valley"]
    assert titles(search, "WATER valley") == ["Water in the valley"]
    assert titles(search, "water football") == []


@pytest.mark.parametrize(
    ("title", "language", "typed"),
    [
        ("В Астане открыли школу", "ru", "астана школы"),
        ("Слова Токаева о воде", "ru", "Токаев вода"),
        ("Қазақстанда жаңа жол ашылды", "kk", "қазақстан"),
        ("Қазақстанда жаңа жол ашылды", "kk", "qazaqstan jol"),
        ("Qazaqstanda jańa jol ashyldy", "kk", "Қазақстан жаңа"),
        ("Ўзбекистонда янги йўл", "uz", "O‘zbekiston yo'l"),
        ("Oʻzbekistonning yangi yoʻli", "uz", "Ўзбекистон йўл"),
        ("Бишкекте жаңы мектеп", "ky", "бишкек мектеп"),
        ("Мактаби нав дар Душанбе сохта шуд", "tg", "душанбе мактаб"),
        ("Aşgabatda täze ýol açyldy", "tk", "asgabat yol"),
        ("گزارش تازه از كابل", "fa", "کابل"),
        ("می‌گوید آب نیست", "fa", "میگوید"),
        ("د کابل ښار نوې لار", "ps", "کابل ښار"),
        ("Les écoles rouvrent", "fr", "ecole"),
        ("Neue Schulen in Kasachstan", "de", "schule kasachstans"),
        ("Kazakistan'da yeni okullar", "tr", "kazakistan okul"),
        ("Ёлка на площади", "ru", "елка"),
    ],
)
def test_words_are_found_in_their_forms_and_spellings(search, tell, title, language, typed):
    tell({"guid": "1", "title": title, "language": language})
    tell({"guid": "2", "title": "Something else", "language": language})
    assert titles(search, typed) == [title]


def test_a_name_in_foreign_letters_is_found_in_a_text_of_any_language(search, tell):
    tell({"guid": "1", "title": "Договор с Reuters", "language": "ru"})
    tell({"guid": "2", "title": "The word «Токаев» explained", "language": "en"})
    assert titles(search, "reuters") == ["Договор с Reuters"]
    assert titles(search, "токаев") == ["The word «Токаев» explained"]


def test_each_word_may_stand_in_another_entry_of_the_story(search, tell):
    tell(
        {"guid": "1", "title": "Fire in the bazaar"},
        {"guid": "2", "title": "Пожар на рынке", "language": "ru"},
    )
    tell({"guid": "3", "title": "Fire in the mine"})
    assert titles(search, "fire пожар") == ["Fire in the bazaar"]
    assert titles(search, "fire -пожар") == ["Fire in the mine"]


def test_phrases_stand_in_one_text_in_their_order(search, tell):
    tell({"guid": "1", "title": "State visit", "text": "begins today"})
    tell({"guid": "2", "title": "A visit to the state"})
    assert titles(search, '"state visits"') == ["State visit"]
    assert titles(search, '"visit begins"') == []
    assert titles(search, "state-visit") == ["State visit"]


def test_what_is_excluded_alone_leaves_all_the_rest(search, tell):
    tell({"guid": "1", "title": "Water"})
    tell({"guid": "2", "title": "Football cup"})
    assert titles(search, "-football") == ["Water"]
    assert titles(search, '-"football cup"') == ["Water"]
    assert titles(search, '-"cup football"') == ["Football cup", "Water"]


def test_the_last_word_is_found_by_its_beginning_and_the_others_as_they_are(search, tell):
    tell({"guid": "1", "title": "Tashkent port"})
    tell({"guid": "2", "title": "A portrait of Tashkent"})
    assert titles(search, "tashk") == ["A portrait of Tashkent", "Tashkent port"]
    assert titles(search, "port tashk") == ["Tashkent port"]
    assert titles(search, '"port"') == ["Tashkent port"]
    assert titles(search, "ta") == []


TYPED = [
    '"', '""', "'", "';--", "\\", "a AND", "NOT", "NEAR(a b)", "words:water", "^water", "water*", "(", ")",
    "a:*", "!water", "a & b | c", "<->", "\0", "\ud800", "-", "--", '-"', "+", "{", "}", "*", "😀", "_", "__",
    "x_a", "a_", "%", "?", ":q", "%s", "water\n", "и" * 500, '"' * 300, "a " * 300, "-a " * 50, "ﷺ", "İ", "ß",
]  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_whatever_is_typed_is_answered(search, tell, typed):
    tell({"guid": "1", "title": "Water"})
    assert titles(search, typed) in ([], ["Water"])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.one_of(st.sampled_from(" \"-*()&|!:'\\_aяқ"), st.characters()), max_size=220))
def test_no_text_is_an_error(search, typed):
    assert search.found(StoryQuery(typed)).stories == ()


@pytest.mark.parametrize("typed", ["water*", "words:water", "^water", "(water)", "water\n", "WATER!"])
def test_signs_that_databases_know_mean_nothing(search, tell, typed):
    tell({"guid": "1", "title": "A few words: water"})
    assert titles(search, typed) == ["A few words: water"]


# ------------------------------------------------------------------------------------------------ criteria


def test_countries_and_groups_are_those_of_the_story(search, tell, make, known_sources):
    tell({"guid": "1", "title": "One", "about": ("KZ",)})
    tell({"guid": "2", "title": "Two", "about": ("UZ", "KG")})
    region = make.described("3", title="Three", countries={})
    region = replace(region, description=replace(region.description, regions=(Tag("region:CA", 1.0),)))
    known_sources.entries.commit(make.batch(make.founding(region)))
    assert titles(search, countries=("KG",)) == ["Two"]
    assert titles(search, countries=("KZ", "UZ")) == ["Two", "One"]
    assert titles(search, countries=("region:CA", "KZ")) == ["Three", "One"]
    assert titles(search, countries=("FR",)) == []


def test_a_language_is_that_of_an_entry_that_is_more_than_a_copy(search, tell):
    tell(
        {"guid": "1", "title": "One"}, {"guid": "2", "title": "Раз", "language": "ru"}, relation=Relation.COPY
    )
    tell({"guid": "3", "title": "Two"}, {"guid": "4", "title": "Два", "language": "ru"})
    assert titles(search, languages=("ru",)) == ["Two"]
    assert titles(search, languages=("ru", "en")) == ["Two", "One"]
    assert titles(search, "раз", languages=("en",)) == ["One"]


def test_sources_are_those_of_any_entry_and_keep_their_stories_under_another_id(
    search, tell, known_sources, make
):
    tell(
        {"guid": "1", "title": "One"},
        {"guid": "2", "title": "Eins", "source": "oasis"},
        relation=Relation.COPY,
    )
    tell({"guid": "3", "title": "Two"})
    assert titles(search, sources=("oasis",)) == ["One"]
    assert titles(search, sources=("steppe",)) == ["Two", "One"]
    assert titles(search, sources=("unknown",)) == titles(search, sources=("a\0b", "\ud800")) == []
    renamed = make.source("meadow", was="steppe")
    known_sources.sources(renamed, make.source("oasis")).synchronise(make.now)
    assert titles(search, sources=("meadow",)) == ["Two", "One"]
    assert titles(search, sources=("steppe",)) == []
    known_sources.sources(renamed, make.source("oasis"), make.source("steppe")).synchronise(make.now)
    tell({"guid": "5", "title": "Three"})
    assert titles(search, sources=("steppe",)) == ["Three"]


def test_a_topic_is_a_category_however_it_is_spelt(search, tell):
    tell({"guid": "1", "title": "One", "categories": ("Économie locale", "Sport")})
    tell({"guid": "2", "title": "Two", "categories": ("Économie",), "text": "économie locale"})
    assert titles(search, topic="economie LOCALE") == ["One"]
    assert titles(search, topic="locale") == []
    assert titles(search, topic="a\0'b") == []


def test_times_are_those_of_telling_since_included_and_until_not(search, tell, make):
    for number in range(5):
        tell({"guid": f"{number}", "title": f"Day {number}"}, at=make.now + number * DAY)
    span = {"since": make.now + DAY, "until": make.now + 3 * DAY}
    assert titles(search, **span) == titles(search, "day", **span) == ["Day 2", "Day 1"]
    assert titles(search, since=make.now + 3 * DAY) == ["Day 4", "Day 3"]
    assert titles(search, until=make.now + DAY) == ["Day 0"]
    assert titles(search, since=make.now - 999 * DAY, until=make.now + 999 * DAY)[::4] == ["Day 4", "Day 0"]
    assert titles(search, since=make.now + 99 * DAY) == titles(search, until=make.now - 99 * DAY) == []
    assert titles(search, since=span["until"], until=span["since"]) == []


def test_times_before_anything_was_told_find_nothing(search, make):
    assert titles(search, since=make.now) == []


def test_criteria_narrow_one_another(search, tell):
    tell({"guid": "1", "title": "Water in Osh", "about": ("KG",), "categories": ("Climate",)})
    tell({"guid": "2", "title": "Water in Almaty", "about": ("KZ",), "categories": ("Climate",)})
    tell({"guid": "3", "title": "Вода в Алматы", "about": ("KZ",), "language": "ru"})
    assert titles(search, "water", countries=("KZ",), languages=("en",), topic="climate") == [
        "Water in Almaty"
    ]
    assert titles(search, countries=("KZ",)) == ["Вода в Алматы", "Water in Almaty"]
    assert titles(search, countries=("KZ",), languages=("ru",), sources=("steppe",)) == ["Вода в Алматы"]


def test_pages_follow_one_another_without_gap_or_repetition(search, tell):
    for number in range(7):
        tell({"guid": f"{number}", "title": f"Water {number}"})
    for words in ("", "water", "-fire"):
        pages, before = [], None
        while not pages or before is not None:
            found = search.found(StoryQuery(words, before=before, limit=3))
            pages.append([story.lead.title[-1] for story in found.stories])
            before = found.next
        assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert search.found(StoryQuery("water", limit=7)).next is None


@pytest.mark.parametrize(("limit", "length"), [(-5, 1), (0, 1), (10**9, MOST_FOUND)])
def test_a_page_is_never_empty_by_its_limit_nor_longer_than_allowed(
    search, known_sources, make, limit, length
):
    foundings = [
        make.founding(make.described(f"g{number}", title="Water")) for number in range(MOST_FOUND + 5)
    ]
    known_sources.entries.commit(make.batch(*foundings))
    for words in ("", "water"):
        assert len(search.found(StoryQuery(words, limit=limit)).stories) == length


@pytest.mark.parametrize("before", [-1, 0, 10**30, -(10**30)])
def test_any_number_may_be_asked_for_as_the_page_before(search, tell, before):
    tell({"guid": "1", "title": "Water"})
    for words in ("", "water"):
        assert titles(search, words, before=before) == (["Water"] if before > 0 else [])


# ------------------------------------------------------------------------------------------------ changes


def test_a_story_is_found_once_by_the_words_of_an_entry_that_joined(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Fire in Osh"})
    joining = make.joining(1, tell.entry("2", "Пожар в Оше", "ru"))
    known_sources.entries.commit(make.batch(joinings=[joining]))
    assert (
        titles(search, "пожар")
        == titles(search, "fire")
        == titles(search, languages=("ru",))
        == ["Fire in Osh"]
    )


def test_a_revised_entry_is_found_by_its_new_words_alone(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Fire in Osh"})
    for title in ("Flood in Osh", "Storm in Osh"):
        known_sources.entries.commit(
            make.batch(revisions=[Revision(1, 1, tell.entry("1", title), shown_change=True)])
        )
    assert titles(search, "fire") == titles(search, "flood") == []
    assert titles(search, "storm") == titles(search, "osh") == ["Storm in Osh"]


def test_excluded_and_old_entries_are_not_found_until_they_are_told(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Water advertisement", "excluded": "advertisement"}, old=True)
    tell({"guid": "2", "title": "Water of last year"}, old=True)
    assert titles(search, "water") == titles(search) == []
    joining = replace(make.joining(2, tell.entry("3", "Water again")), tells=True)
    known_sources.entries.commit(make.batch(joinings=[joining]))
    assert titles(search, "again") == titles(search, "last year") == ["Water of last year"]


def test_a_hidden_story_is_not_found_until_it_is_shown_again(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Water"})
    correction = known_sources.corrections.hide(1, "it is wrong", make.now)
    assert titles(search, "water") == titles(search) == []
    known_sources.corrections.withdraw(correction, make.now)
    assert titles(search, "water") == ["Water"]


def test_merged_stories_are_found_as_one_by_the_words_of_both(search, tell, known_sources):
    tell({"guid": "1", "title": "Fire in Osh"})
    tell({"guid": "2", "title": "Blaze in the south", "about": ("KG",)})
    known_sources.merge(2, into=1)
    assert titles(search, "fire") == titles(search, "blaze") == titles(search) == ["Fire in Osh"]


def test_an_untold_story_that_takes_over_a_told_one_is_found_in_its_place(search, tell, known_sources):
    tell({"guid": "1", "title": "Fire of last year"}, old=True)
    tell({"guid": "2", "title": "Blaze"})
    tell({"guid": "3", "title": "Water"})
    known_sources.merge(2, into=1)
    assert titles(search) == titles(search, "-nothing") == ["Water", "Fire of last year"]
    assert titles(search, "blaze") == ["Fire of last year"]


def test_entries_that_are_split_off_are_found_by_themselves(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Fire in Osh"}, {"guid": "2", "title": "Blaze in Jalal-Abad"})
    known_sources.corrections.split([2], "another fire", make.now + MINUTE)
    assert titles(search, "blaze") == ["Blaze in Jalal-Abad"]
    assert titles(search, "fire") == ["Fire in Osh"]
    assert titles(search, "-storm") == ["Blaze in Jalal-Abad", "Fire in Osh"]


def test_countries_that_the_operator_names_count_and_cease_to(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Water", "about": ("KZ",)})
    correction = known_sources.corrections.retag(1, ["UZ"], "it is there", make.now)
    assert (titles(search, countries=("UZ",)), titles(search, countries=("KZ",))) == (["Water"], [])
    known_sources.corrections.withdraw(correction, make.now)
    assert (titles(search, countries=("UZ",)), titles(search, countries=("KZ",))) == ([], ["Water"])


def test_what_is_described_anew_is_found_as_it_is_described_now(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Water", "language": "de", "about": ("KZ",)})
    again = Redescribed(1, tell.entry("1", "Water", "en", about=("TJ",)), tags=True, sketch=False, seen=True)
    RejudgingStore(known_sources.engine, "news.example").redescribe([again], make.now)
    assert titles(search, countries=("TJ",), languages=("en",)) == ["Water"]
    assert titles(search, countries=("KZ",)) == titles(search, languages=("de",)) == []


def test_entries_that_change_their_story_are_found_where_they_are_now(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Fire in Osh"}, {"guid": "2", "title": "Blaze in the south"})
    tell({"guid": "3", "title": "Storm"})
    moved = Reseating(2, Relation.REPORT, "same event", former=1)
    rearrangement = Rearrangement((Reforming(1, 1, ()), Reforming(2, 3, (moved,))))
    assert RejudgingStore(known_sources.engine, "news.example").rearrange([rearrangement], make.now) == 0
    assert titles(search, "blaze") == ["Storm"]
    assert titles(search, "fire -blaze") == ["Fire in Osh"]


def test_texts_that_are_dropped_later_do_not_break_what_is_found(search, tell, known_sources, make):
    tell({"guid": "1", "title": "Water", "text": "in the valley"})
    with writing(known_sources.engine) as connection:
        connection.execute(text("UPDATE entries SET text = '', html = ''"))
    assert titles(search, "valley") == ["Water"]
    known_sources.entries.commit(make.batch(joinings=[make.joining(1, tell.entry("2", "Rain"))]))
    assert titles(search, "rain water") == ["Water"]


# ------------------------------------------------------------------------------------------------ filling


def forget(known_sources, *statements):
    """Make the database look as if there had never been an index."""
    sqlite = [
        "INSERT INTO search_words (search_words) VALUES ('delete-all')",
        "DELETE FROM search_words_revisions",
    ]
    emptied = sqlite if known_sources.engine.dialect.name == "sqlite" else ["DELETE FROM search_words"]
    with writing(known_sources.engine) as connection:
        for statement in (*emptied, *statements):
            connection.execute(text(statement))


def test_an_old_database_is_indexed_in_bounded_steps_the_last_told_first(search, tell, known_sources):
    for number in range(5):
        tell({"guid": f"{number}", "title": f"Water {number}"})
    tell({"guid": "old", "title": "Water of last year"}, old=True)
    forget(known_sources)
    assert titles(search, "water") == []
    assert search.fill(2) == 2
    assert titles(search, "water") == ["Water 4", "Water 3"]
    tell({"guid": "new", "title": "Water 5"})
    assert [search.fill(2), search.fill(2), search.fill(2)] == [2, 1, 0]
    assert titles(search, "water") == [f"Water {number}" for number in (5, 4, 3, 2, 1, 0)]


def test_an_index_of_other_words_is_made_anew(search, tell, known_sources):
    tell({"guid": "1", "title": "Water"})
    while search.fill(10):
        pass
    assert titles(search, "water") == ["Water"]
    with writing(known_sources.engine) as connection:
        connection.execute(text("UPDATE meta SET value = 'other' WHERE key = 'search_version'"))
    assert search.fill(10) == 1
    assert search.fill(10) == 0
    assert titles(search, "water") == ["Water"]


def test_a_new_database_has_nothing_to_index(search):
    assert search.fill(10) == 0


def test_a_search_costs_the_same_few_statements_however_much_it_finds(search, known_sources, make, queries):
    foundings = [make.founding(make.described(f"g{number}", title="Water")) for number in range(60)]
    known_sources.entries.commit(make.batch(*foundings))
    counts = []
    for limit in (1, 59):
        queries.count = 0
        assert len(search.found(StoryQuery("water", limit=limit)).stories) == limit
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 10
