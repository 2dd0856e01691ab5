"""Words as the index has them, and what is typed into a search box."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.store.search_document import (
    BREAK,
    DOCUMENT_WORDS,
    IndexedEntry,
    IndexedStory,
    as_tsvector,
    document,
    entry_words,
)
from aggregator.store.search_facets import EVERYTHING, Facet, days, facet, topic
from aggregator.store.search_letters import bare, fold, kazakh, uzbek
from aggregator.store.search_query import MOST_CHARACTERS, MOST_WORDS, Asked, as_fts5, as_tsquery, understand
from aggregator.store.search_words import ALL_READERS, LONGEST_WORD, words_of


def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


FORMS = [
    ("ru", "Астана Астаны Астане Астану Астаной"),
    ("ru", "Токаев Токаева Токаеву Токаевым Токаеве"),
    ("ru", "город города городов городами городах"),
    ("ru", "Россия России Россию Россией"),
    ("ru", "Ош Оша Оше Ошем"),
    ("ru", "заявил заявила заявили заявился"),
    ("ru", "ёлка елка ёлки"),
    ("en", "minister ministers Minister's"),
    ("en", "talks talked talking"),
    ("fr", "école Ecoles écoles"),
    ("fr", "kazakhe kazakhes"),
    ("de", "Kasachstans Kasachstan"),
    ("tr", "Kazakistan KAZAKİSTAN kazakıstan"),
    ("kk", "Қазақстан Qazaqstan"),
    ("kk", "Шымкент Shymkent Şymkent"),
    ("kk", "жаңалық jańalyq jañalyq"),
    ("uz", "Ўзбекистон Oʻzbekiston O'zbekiston O‘zbekiston Özbekiston"),
    ("uz", "шаҳар shahar"),
    ("uz", "ер yer"),
    ("fa", "كابل کابل"),
    ("fa", "می‌شود میشود مِی‌شَوَد"),
    ("fa", "۲۰۲۶ ٢٠٢٦ 2026"),
    ("ps", "ښځې ښځی"),
    ("tg", "Тоҷикӣ тоҷики"),
    ("ky", "Бишкек БИШКЕК"),
]


@pytest.mark.parametrize(("language", "forms"), FORMS)
def test_forms_of_one_word_are_one_word_of_the_index(language, forms):
    assert len({words_of(form, language)[0] for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ru", "суд", "судьба"),
        ("ru", "вода", "завод"),
        ("ru", "ток", "Токаев"),
        ("en", "port", "portrait"),
        ("kk", "қала", "қалам"),
        ("fa", "شهر", "شهرداری"),
    ],
)
def test_other_words_stay_other_words(language, one, other):
    assert words_of(one, language) != words_of(other, language)


def test_words_bear_the_mark_of_their_language_and_foreign_ones_that_of_none():
    assert words_of("Reuters о воде", "ru") == ["x_reuters", "ru_о", "ru_вод"]
    assert words_of("Токаев in town", "en") == ["x_токаев", "en_in", "en_town"]
    assert words_of("суу жок", "ky") == words_of("суу жок", "und") == ["x_суу", "x_жок"]


def test_apostrophes_part_words_only_where_they_are_no_letters():
    assert words_of("l'accord", "fr") == ["fr_l", "fr_accord"]
    assert words_of("Qurʼon gʻoz", "uz") == ["uz_quron", "uz_goz"]


def test_accents_that_teach_and_soft_hyphens_are_not_read():
    assert words_of("за́мок за\u00adмок", "ru") == ["ru_замок", "ru_замок"]


def test_long_words_count_as_far_as_their_beginning():
    (word,) = words_of("ы" * 5000, "mn")
    assert word == "x_" + "ы" * LONGEST_WORD


@given(st.text())
def test_whatever_a_text_holds_its_words_need_no_quoting(text):
    for reader in ALL_READERS:
        for word in reader.read(fold(text)):
            mark, _, rest = word.partition("_")
            assert f"{mark}_" in (reader.mark, "x_")
            assert rest
            assert not set(rest) & set(" _'\"\\:*&|!()<>\0")


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_alphabets_become_plain_latin():
    assert kazakh("әңгіме") == "angime"
    assert uzbek("ғўза") == "goza"
    assert bare("tehran") == "tehran"


# ------------------------------------------------------------------------------------------------ typed


def present(typed):
    """Of each term that must be there, the row that readers of English look for."""
    return [
        next(row.words for row in term if row.words[-1].startswith(("en_", "x_")))
        for term in understand(typed).present
    ]


def test_words_phrases_and_exclusions_are_told_apart():
    asked = understand('water "state visits" -football -"free kick"')
    assert present('water "state visits"') == [("en_water",), ("en_state", "en_visit")]
    assert (len(asked.present), len(asked.absent), asked.hopeless) == (2, 2, False)


@pytest.mark.parametrize("quotes", ['""', "“”", "«»", "„“"])
def test_quotes_of_all_kinds_hold_a_phrase(quotes):
    assert present(f"{quotes[0]}state visit{quotes[1]}") == [("en_state", "en_visit")]


def test_what_is_joined_by_signs_is_looked_for_as_a_phrase():
    assert present("COVID-19's end")[0] == ("en_covid", "en_19", "en_s")


def test_a_quote_that_is_not_closed_reaches_to_the_end():
    assert present('water "state visit') == [("en_water",), ("en_state", "en_visit")]


@pytest.mark.parametrize("typed", ["", "   ", "\t\n"])
def test_nothing_typed_is_no_criterion(typed):
    assert understand(typed) == Asked()


@pytest.mark.parametrize("typed", ['"', "---", "!!!", '""', "🚀", "- -", "\0", "\ud800"])
def test_what_no_text_can_hold_is_hopeless(typed):
    assert understand(typed) == Asked(hopeless=True)


def test_a_dash_excludes_only_where_a_word_begins():
    assert len(understand("north-south").absent) == 0
    assert len(understand("north - south").absent) == 0
    assert len(understand("north -south").absent) == 1
    assert len(understand("north –south").absent) == 1


def test_only_so_many_words_and_characters_are_looked_for():
    assert len(understand(" ".join(f"w{number}" for number in range(30))).present) == MOST_WORDS
    (phrase,) = present('"' + " ".join(f"w{number}" for number in range(30)) + '"')
    assert len(phrase) == MOST_WORDS
    assert understand(" " * MOST_CHARACTERS + "late") == Asked()


def test_the_last_word_may_be_the_beginning_of_a_longer_one():
    def begins(term):
        return {row.words[-1] for row in term if row.begins}

    first, last = understand("water tasht").present
    assert begins(first) == {"kk_water", "uz_water", "x_water"}
    assert {"en_tasht", "de_tasht"} <= begins(last)
    (quoted,) = understand('"tasht"').present
    assert begins(quoted) == {"kk_tasht", "uz_tasht", "x_tasht"}
    (short,) = understand("ta").present
    assert begins(short) == set()
    (unwanted,) = understand("-tasht").absent
    assert begins(unwanted) == begins(quoted)


def test_a_beginning_makes_the_longer_words_it_covers_needless():
    (term,) = understand("talks").present
    english = [(row.words, row.begins) for row in term if row.words[0].startswith("en_")]
    assert english == [(("en_talk",), False), (("en_talks",), True)]
    (term,) = understand("talk").present
    assert [row.begins for row in term if row.words[0].startswith("en_")] == [True]


def test_expressions_name_terms_facets_and_exclusions():
    asked = Asked(understand('"ош"').present, understand('-"суд"').absent)
    fts5, tsquery = (
        render(asked, [["d_2026*", "d_20270101"]], EVERYTHING) for render in (as_fts5, as_tsquery)
    )
    assert fts5 == (
        '(("x_ош" OR "ru_ош" OR "kk_osh" * OR "uz_osh" *) AND ("d_2026" * OR "d_20270101")) '
        'NOT ("ru_суд" OR "kk_sud" * OR "uz_sud" * OR "x_суд" *)'
    )
    assert tsquery == (
        "((('x_ош') | ('ru_ош') | ('kk_osh':*) | ('uz_osh':*)) & (('d_2026':*) | ('d_20270101'))) "
        "& !(('ru_суд') | ('kk_sud':*) | ('uz_sud':*) | ('x_суд':*))"
    )
    assert as_fts5(Asked(), [], EVERYTHING) == '"a_"'
    assert as_tsquery(Asked(), [], EVERYTHING) == "'a_'"


# ------------------------------------------------------------------------------------------------ facets


def test_facets_are_words_that_texts_do_not_have():
    assert facet(Facet.COUNTRY, "KZ") != facet(Facet.LANGUAGE, "KZ")
    assert facet(Facet.SOURCE, "a b'c") == facet(Facet.SOURCE, "a b'c")
    assert facet(Facet.TOPIC, "\ud800").isascii()


def test_a_topic_is_the_same_however_it_is_spelt():
    assert topic("Économie  locale") == topic("economie locale") != topic("economie")


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-11-22", "2026-11-22", ["d_20261122"]),
        ("2026-10-30", "2026-12-02", ["d_20261030", "d_20261031", "d_202611*", "d_20261201", "d_20261202"]),
        ("2024-12-31", "2026-01-31", ["d_20241231", "d_2025*", "d_202601*"]),
        ("2026-11-23", "2026-11-22", []),
    ],
)
def test_days_are_months_and_years_where_these_are_whole(since, until, words):
    assert list(days(at(since), at(until))) == words


# ------------------------------------------------------------------------------------------------ documents


def entry(title="Title", text="", relation="lead", language="en", categories=()):
    return IndexedEntry(relation, "s_1", language, entry_words(language, title, text, categories))


def test_a_document_has_the_titles_first_and_breaks_between_texts():
    made = document(
        IndexedStory(
            7,
            at("2026-11-22"),
            ("KZ",),
            [entry("One", "a b", categories=("Water",)), entry("Two", relation="copy")],
        )
    )
    texts = ["en_one", BREAK, "en_two", BREAK, "en_water", BREAK, "en_a", "en_b", BREAK, BREAK]
    assert made[:12] == [*texts, EVERYTHING, "d_20261122"]
    assert set(made[12:]) == {facet(Facet.COUNTRY, "KZ"), "s_1", facet(Facet.LANGUAGE, "en"), topic("water")}


def test_what_only_repeats_an_entry_tells_a_story_in_no_language():
    made = document(IndexedStory(7, at("2026-11-22"), (), [entry(), entry(relation="copy", language="de")]))
    assert facet(Facet.LANGUAGE, "en") in made
    assert facet(Facet.LANGUAGE, "de") not in made


def test_a_document_is_bounded_and_keeps_its_facets():
    long = " ".join(f"w{number}" for number in range(3000))
    made = document(IndexedStory(7, at("2026-11-22"), (), [entry(text=long) for _ in range(20)]))
    assert DOCUMENT_WORDS <= len(made) < DOCUMENT_WORDS + 10
    assert made[-1] == facet(Facet.LANGUAGE, "en")


def test_postgresql_gets_each_word_once_with_its_first_places():
    assert as_tsvector(["en_a", BREAK, "en_b", "en_a"]) == "'en_a':1,4 'en_b':3"
    assert as_tsvector([BREAK, *["en_a"] * 1000]).count(",") == 255
