"""The order of stories on the front page and in the digest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial.rank import SEVERAL_COUNTRIES, TWICE, Voices, rank
from aggregator.model import Member, Ranked, Relation, Story

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOBODY = Voices()
TOP = 3


def story(
    number: int = 1,
    *sources: tuple[str, Relation],
    age: float = 10,
    countries: tuple[str, ...] = ("KZ",),
    lead: str = "sun",
) -> Story:
    published = NOW - timedelta(hours=age)
    members = tuple(
        Member(index, source, relation, "", "", "", "", "en", "Latn", published)
        for index, (source, relation) in enumerate(((lead, Relation.LEAD), *sources))
    )
    return Story(number, f"tag:{number}", published, published, members, countries)


def worth(one: Story, voices: Voices = NOBODY, **fields: object) -> float:
    (ranked,) = rank([one], NOW, voices, **fields)  # type: ignore[arg-type]
    return ranked.score


def ids(ranked: Sequence[Ranked]) -> list[int]:
    return [one.story.id for one in ranked]


# ------------------------------------------------------------------------------------------------ worth


def test_more_independent_sources_count_for_more() -> None:
    assert worth(story(2, ("moon", Relation.REPORT))) > worth(story())


@pytest.mark.parametrize("relation", [Relation.SAME, Relation.COPY, Relation.EDITION, Relation.TRANSLATION])
def test_repetitions_add_nothing(relation: Relation) -> None:
    assert worth(story(1, ("moon", relation))) == worth(story())


def test_a_source_reporting_twice_counts_once() -> None:
    assert worth(story(1, ("sun", Relation.REPORT))) == worth(story())


def test_reports_of_one_outlets_editions_count_once() -> None:
    editions = Voices(outlets={"sun": "sky.example", "soleil": "sky.example"})
    assert worth(story(1, ("soleil", Relation.REPORT)), editions) == worth(story())
    assert worth(story(1, ("soleil", Relation.REPORT))) > worth(story())


def test_a_translation_that_is_shown_first_is_no_further_source() -> None:
    told = story(1, ("moon", Relation.TRANSLATION))
    assert worth(replace(told, members=told.members[::-1])) == worth(told)


def test_the_weightiest_source_gives_its_weight() -> None:
    plain = worth(story())
    assert worth(story(), Voices({"sun": 2.0})) == 2 * plain
    pair = story(1, ("moon", Relation.REPORT))
    assert worth(pair, Voices({"sun": 0.5, "moon": 3.0})) == worth(pair, Voices({"sun": 3.0}))


def test_worth_halves_with_the_half_life() -> None:
    fresh = worth(story(age=0))
    assert worth(story(age=48)) == pytest.approx(fresh / 2)
    assert worth(story(age=48), half_life=timedelta(hours=24)) == pytest.approx(fresh / 4)


def test_a_date_ahead_of_its_telling_makes_no_story_fresher() -> None:
    told = story(age=10)
    ahead = replace(told.lead, published=NOW + timedelta(hours=1))
    assert worth(replace(told, members=(ahead,))) == worth(told)


def test_further_countries_add_a_little_up_to_five() -> None:
    scores = [
        worth(story(countries=("KZ", "KG", "UZ", "TJ", "TM", "AF", "MN")[:number])) for number in range(8)
    ]
    assert scores[0] == scores[1] < scores[2] < scores[5] == scores[7]


def test_only_countries_that_count_add_to_it() -> None:
    counted = worth(story(countries=("KZ", "US")), countries=["KZ", "KG"])
    assert counted == worth(story(countries=("KZ",))) < worth(story(countries=("KZ", "US")))


# ------------------------------------------------------------------------------------------------ order


def test_the_best_comes_first_then_the_newest_then_the_smaller_id() -> None:
    covered = story(3, ("moon", Relation.REPORT))
    ranked = rank([story(2), story(1), covered, story(4, age=200)], NOW, NOBODY)
    assert ids(ranked) == [3, 1, 2, 4]


def test_a_third_story_of_a_country_waits_for_those_of_others() -> None:
    kazakh = [story(number, lead=f"s{number}", age=1) for number in (1, 2, 3)]
    tajik = story(4, lead="s4", age=60, countries=("TJ",))
    ranked = rank([*kazakh, tajik], NOW, NOBODY, top=TOP)
    assert ids(ranked) == [1, 2, 4, 3]
    assert ranked[-1].reason.endswith(", not among the first: KZ has 2 of their places")


def test_a_third_story_of_a_publisher_waits_for_those_of_others() -> None:
    voices = Voices(outlets={"sun": "sky.example", "soleil": "sky.example"})
    ours = [
        story(number, lead=lead, age=1, countries=(country,))
        for number, lead, country in ((1, "sun", "KZ"), (2, "soleil", "KG"), (3, "sun", "TJ"))
    ]
    ranked = rank([*ours, story(4, lead="moon", age=60, countries=("UZ",))], NOW, voices, top=TOP)
    assert ids(ranked) == [1, 2, 4, 3]
    assert "sky.example has 2 of their places" in ranked[-1].reason


def test_where_nothing_else_is_left_one_country_has_all_places() -> None:
    stories = [story(number, lead=f"s{number}") for number in range(1, 6)]
    assert ids(rank(stories, NOW, NOBODY, top=TOP)) == [1, 2, 3, 4, 5]


def test_stories_of_the_region_are_no_single_countrys() -> None:
    region = ("KZ", "KG", "UZ")
    assert len(region) == SEVERAL_COUNTRIES
    stories = [story(number, lead=f"s{number}", age=1, countries=region) for number in (1, 2, 3)]
    assert ids(rank([*stories, story(4, lead="s4", age=90)], NOW, NOBODY, top=TOP)) == [1, 2, 3, 4]


def test_what_is_about_no_country_that_counts_has_a_place_only_when_nothing_else_is_left() -> None:
    foreign = story(1, ("moon", Relation.REPORT), age=0, countries=("FR",))
    local = [story(number, lead=f"s{number}", age=70) for number in (2, 3, 4)]
    ranked = rank([foreign, *local], NOW, NOBODY, countries=["KZ"], top=TOP)
    assert ids(ranked) == [2, 3, 4, 1]
    assert ranked[-1].reason.endswith(", not among the first: about no country that counts")
    assert ids(rank([foreign, *local], NOW, NOBODY, countries=["KZ"], top=4)) == [2, 3, 4, 1]


def test_the_reason_shows_how_the_score_is_made() -> None:
    kept = [
        story(1, age=0),
        story(2, ("moon", Relation.REPORT), ("star", Relation.REPORT), age=7, lead="sun"),
    ]
    first, second = rank(kept, NOW, Voices({"sun": 1.2}), top=TOP)
    assert first.reason == "coverage 3 independent sources ×2.6, weight 1.2, 7 h old ×0.90, about KZ ×1.0"
    assert first.score == pytest.approx((1 + 1.58496) * 1.2 * 0.5 ** (7 / 48), rel=1e-4)
    assert second.reason == (
        "coverage 1 independent source ×1.0, weight 1.2, 0 h old ×1.00, about KZ ×1.0, "
        "second story of KZ ×0.8, second story of sun ×0.8"
    )
    assert second.score == pytest.approx(1.2 * 0.8 * 0.8)


def test_a_story_about_nothing_says_so() -> None:
    (ranked,) = rank([story(countries=())], NOW, NOBODY, top=TOP)
    assert "about no country that counts ×1.0" in ranked.reason


def test_places_beyond_the_seventh_are_counted_too() -> None:
    ranked = rank([story(number) for number in range(1, 10)], NOW, NOBODY, top=9)
    assert "seventh story of KZ" in ranked[6].reason
    assert "9th story of KZ" in ranked[8].reason


# ------------------------------------------------------------------------------------------------ always

SOURCES = ("sun", "moon", "star", "comet", "mars")
COUNTRIES = ("KZ", "KG", "UZ", "TJ", "TM", "FR")
VOICES = Voices({"sun": 2.0, "mars": 0.5}, {"star": "sky", "comet": "sky"})


@st.composite
def news(draw: st.DrawFn) -> list[Story]:
    """Up to fifteen stories, several alike."""
    told = []
    for number in range(1, draw(st.integers(0, 15)) + 1):
        others = draw(st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(Relation)), max_size=4))
        about = draw(st.lists(st.sampled_from(COUNTRIES), max_size=4, unique=True))
        lead, age = draw(st.sampled_from(SOURCES)), draw(st.sampled_from([0, 1, 6, 30, 100]))
        told.append(story(number, *others, age=age, countries=tuple(about), lead=lead))
    return told


def ranked_news(stories: Sequence[Story], now: datetime = NOW) -> list[Ranked]:
    return rank(stories, now, VOICES, countries=COUNTRIES[:-1], top=TOP)


@given(news(), st.randoms(use_true_random=False))
def test_no_story_is_lost_and_the_order_given_does_not_count(stories: list[Story], random: object) -> None:
    ranked = ranked_news(stories)
    assert sorted(ids(ranked)) == [one.id for one in stories]
    random.shuffle(stories)  # type: ignore[attr-defined]
    assert ranked_news(stories) == ranked


@given(news(), st.integers(0, 1000))
def test_the_order_does_not_depend_on_the_hour(stories: list[Story], later: int) -> None:
    assert ids(ranked_news(stories, NOW + timedelta(hours=later))) == ids(ranked_news(stories))


@given(news(), st.data())
def test_more_coverage_never_ranks_a_story_lower(stories: list[Story], data: st.DataObject) -> None:
    if not stories:
        return
    covered = data.draw(st.sampled_from(stories))
    another = replace(
        covered.lead,
        entry_id=99,
        source_id=data.draw(st.sampled_from([*SOURCES, "new"])),
        relation=Relation.REPORT,
    )
    more = [replace(one, members=(*one.members, another)) if one is covered else one for one in stories]
    assert ids(ranked_news(more)).index(covered.id) <= ids(ranked_news(stories)).index(covered.id)


@given(news())
def test_where_there_is_choice_no_country_and_no_publisher_has_a_third_place(stories: list[Story]) -> None:
    choice = [
        story(100 + number, lead=f"s{number}", age=300, countries=(country,))
        for number, country in enumerate(COUNTRIES[:-1])
    ]
    first = ranked_news([*stories, *choice])[:TOP]
    single = [one for one in (counted(ranked.story) for ranked in first) if len(one) < SEVERAL_COUNTRIES]
    outlets = [VOICES.outlets.get(one.story.lead.source_id, one.story.lead.source_id) for one in first]
    assert all(single)
    assert max(Counter(one[0] for one in single).values(), default=0) <= TWICE
    assert max(Counter(outlets).values()) <= TWICE


def counted(one: Story) -> list[str]:
    return [country for country in one.countries if country in COUNTRIES[:-1]]
