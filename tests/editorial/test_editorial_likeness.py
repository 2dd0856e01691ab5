"""How likely two entries report one event: in one language and across languages."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial import lexicon, sketches
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.likeness import NEVER, Weighed, compare, score
from aggregator.editorial.stories import THRESHOLD, Thing
from aggregator.editorial.terms import TermReader
from aggregator.model import DescribedEntry, Description
from tests.editorial.reports import DAM, OTHER_NEWS, Told, drawn, other_news, report

READER = TermReader(lexicon.shipped(("en", "ru", "fa")))
PHRASES = (
    "Asel Tokmakova",
    "bridge",
    "12",
    "2024",
    "2025",
    "earthquake",
    "parliament",
    "Токаев",
    "землетрясение",
    "زلزله",
    "Osh Osh Osh",
    "meadow",
)
ENTRIES = st.tuples(
    st.lists(st.sampled_from(PHRASES), max_size=5).map(" ".join),
    st.lists(st.sampled_from(PHRASES), max_size=8).map(" and ".join),
    st.sampled_from(["en", "ru", "fa"]),
    st.frozensets(st.sampled_from(["KG", "KZ", "UZ"]), max_size=2),
)
Drawn = tuple[str, str, str, frozenset[str]]


def weighed(*told: Drawn) -> list[Weighed]:
    entries = [
        DescribedEntry(
            report(Told("", "")).entry, Description(lang, "Latn", terms=READER.read(title, text, lang))
        )
        for title, text, lang, _ in told
    ]
    out = sketches.draw(entries, Frequencies())
    return [
        Weighed(one.description.terms, lang, countries)
        for one, (_, _, lang, countries) in zip(out, told, strict=True)
    ]


def pair(one: str, other: str, languages: str = "en en") -> tuple[Weighed, Weighed]:
    """Two entries given as title and text, parted by a bar."""
    first, second = languages.split()
    told = [
        (*entry.split("|"), language, frozenset[str]()) for entry, language in ((one, first), (other, second))
    ]
    return tuple(weighed(*told))  # type: ignore[return-value, arg-type]


REPORTS = drawn([*(report(told, language) for language, told in DAM.items()), *other_news()])
DAMS = {one.entry.source_id: Thing(one).weighed for one in REPORTS[: len(DAM)]}
OTHERS = [Thing(one).weighed for one in REPORTS[len(DAM) :]]


@pytest.mark.parametrize(("one", "other"), list(combinations(DAM, 2)))
def test_independent_reports_of_one_event_are_alike_in_any_two_languages(one: str, other: str) -> None:
    assert score(DAMS[one], DAMS[other]) > THRESHOLD


def test_reports_of_other_events_are_not_alike() -> None:
    assert max(score(one, other) for one, other in product(DAMS.values(), OTHERS)) < THRESHOLD
    assert max(score(one, other) for one, other in combinations(OTHERS, 2)) < THRESHOLD


def test_news_of_one_person_and_country_is_not_one_event() -> None:
    laws = OTHERS[4]
    assert laws.countries == DAMS["ru"].countries == {"KG"}
    assert score(DAMS["ru"], laws) < THRESHOLD


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_likeness_is_the_same_either_way_round(one: Drawn, other: Drawn) -> None:
    first, second = weighed(one, other)
    assert score(first, second) == pytest.approx(score(second, first))
    assert compare(first, second) == pytest.approx(compare(second, first))


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_every_figure_lies_between_nothing_and_all(one: Drawn, other: Drawn) -> None:
    assert all(0 <= figure <= 1 for figure in compare(*weighed(one, other)))


@settings(deadline=None)
@given(ENTRIES, ENTRIES)
def test_nothing_is_more_like_a_titled_entry_of_its_language_than_itself(one: Drawn, other: Drawn) -> None:
    title, text, language, countries = one
    first, second = weighed((f"Zhumgal {title}", text, language, countries), (*other[:2], language, other[3]))
    assert score(first, second) <= score(first, first) + 1e-6


@pytest.mark.parametrize("languages", ["en en", "en ru"])
def test_what_says_nothing_is_like_nothing(languages: str) -> None:
    assert score(*pair("|", "|", languages)) == NEVER
    assert score(*pair("|", "Flood in Osh|A flood", languages)) == NEVER
    assert set(compare(*pair("|", "|", languages))) == {0.0}


def test_a_name_that_stands_everywhere_is_no_evidence_for_two_short_titles() -> None:
    crowd = [("Токаев", f"слово{number}а", "ru", frozenset[str]()) for number in range(300)]
    *_, one, other = weighed(
        *crowd, ("Tokayev speaks", "", "en", frozenset()), ("Токаев", "", "ru", frozenset())
    )
    assert score(one, other) == NEVER
    rare, same = weighed(
        ("Tokmakova visits Zhumgal 417", "", "en", frozenset()),
        ("Токмакова 417 Жумгал", "", "ru", frozenset()),
    )
    assert score(rare, same) > NEVER


def test_what_is_told_in_both_titles_counts_more_than_what_only_the_texts_say() -> None:
    titles = pair("Bridge falls in Zhumgal|Nobody came", "Bridge gone in Zhumgal|Sheep wait")
    texts = pair("Nobody came|Bridge falls in Zhumgal", "Sheep wait|Bridge gone in Zhumgal")
    assert score(*titles) > score(*texts)


def test_countries_in_common_speak_for_one_event_and_other_countries_against_it() -> None:
    told = [("Bridge falls in Zhumgal", "The bridge of Zhumgal fell", "en")] * 2
    figures = [
        score(*weighed(*((*one, frozenset(codes)) for one, codes in zip(told, countries, strict=True))))
        for countries in ([["KG"], ["KG"]], [["KG"], []], [["KG"], ["UZ"]])
    ]
    assert figures == sorted(figures, reverse=True)
    assert len(set(figures)) == 3


def test_other_years_speak_against_one_event() -> None:
    one, same = pair("Budget of Zhumgal 2024|bridges", "Budget of Zhumgal 2024|sheep")
    _, other = pair("|", "Budget of Zhumgal 2025|sheep")
    assert compare(one, same).other_years == 0
    assert compare(one, other).other_years == 1
    assert score(one, same) > score(one, other)


def test_across_languages_words_that_look_alike_do_not_count() -> None:
    one, other = pair("meadow rivulet|pasture", "meadow rivulet|pasture", "en tr")
    assert score(one, other) == NEVER
    assert score(*pair("meadow rivulet|pasture", "meadow rivulet|pasture")) > NEVER


def test_an_entry_mentions_the_countries_that_it_is_about() -> None:
    one = Weighed(b"", "en", ["KG"], ["KZ"])
    assert (one.countries, one.named) == ({"KG"}, {"KG", "KZ"})


def test_titles_are_compared_by_their_share() -> None:
    one, other = pair("Bridge falls|x", "Bridge falls in Zhumgal valley today|x")
    figures = compare(one, other)
    assert figures.title_most == pytest.approx(1)
    assert figures.title_least < 1


def test_the_reports_that_these_tests_tell_are_in_the_languages_they_say() -> None:
    assert [one.language for one in DAMS.values()] == list(DAM)
    assert len(OTHERS) == len(OTHER_NEWS)
