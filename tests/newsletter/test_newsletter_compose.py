"""What an issue holds, in which order, and how it is assembled for a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.model import Block, Choice, Frame, Newsletter, Period, Placed, PlannedVariant, Relation
from aggregator.newsletter.compose import (
    PREHEADER_CHARACTERS,
    SUBJECT_CHARACTERS,
    independent_sources,
    place,
    section_names,
    variants,
)

LANGUAGES = ("fr", "en")


def outline(placed: Sequence[Placed]) -> list[tuple[str, int]]:
    return [(one.section, one.story.id) for one in placed]


def planned(placed: Sequence[Placed], *choices: Choice) -> tuple[PlannedVariant, ...]:
    """Variants over blocks and frames that only say what they are."""
    frames = [
        Frame(
            language=language,
            html_head=f"<{language}>[[preheader]]|[[unsubscribe]]",
            html_foot="</foot>[[unsubscribe]]",
            text_head="head ",
            text_foot=" foot",
            html_sections={one.section: f"<h2>{one.section}</h2>" for one in placed},
            text_sections={one.section: f"{one.section}: " for one in placed},
        )
        for language in LANGUAGES
    ]
    blocks = {
        language: [
            Block(one.story.id, one.section, f"<b>{one.story.id}</b>", f"{one.story.id} ") for one in placed
        ]
        for language in LANGUAGES
    }
    return variants(choices, placed, frames if placed else (), blocks)


def test_a_story_stands_under_the_first_of_its_countries_in_the_newsletters_order(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(weekly, week, [make_story("TJ", "KZ"), make_story("TJ"), make_story("UZ")])
    assert outline(placed) == [("KZ", 1), ("UZ", 3), ("TJ", 2)]


def test_three_countries_of_the_newsletter_make_a_story_regional(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(weekly, week, [make_story("KZ", "KG", "RU"), make_story("KZ", "KG", "UZ")])
    assert outline(placed) == [("regional", 2), ("KZ", 1)]


def test_what_is_about_no_country_of_the_newsletter_stands_elsewhere(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(replace(weekly, top=3), week, [make_story("MN"), make_story(), make_story("KZ")])
    assert outline(placed) == [("top", 3), ("elsewhere", 1), ("elsewhere", 2)]


def test_a_newsletter_without_countries_has_top_stories_all_the_same(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(replace(weekly, countries=(), top=1), week, [make_story("MN"), make_story("FR")])
    assert outline(placed) == [("top", 1), ("elsewhere", 2)]


def test_more_independent_sources_come_first_then_more_countries_then_the_newer(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    fresh, older, wide = make_story("KZ"), make_story("KZ"), make_story("KZ", "KG")
    covered = make_story("KZ", also=(make_member("alatoo", relation=Relation.REPORT),))
    placed = place(replace(weekly, per_source=9), week, [older, wide, covered, fresh])
    assert outline(placed) == [("KZ", 4), ("KZ", 3), ("KZ", 1), ("KZ", 2)]


def test_copies_and_translations_are_no_independent_sources(make_story: Any, make_member: Any) -> None:
    also = tuple(
        make_member(f"s{relation}", relation=relation)
        for relation in Relation
        if relation is not Relation.LEAD
    )
    assert independent_sources(make_story("KZ", also=also)) == 2
    twice = (make_member("herald", relation=Relation.REPORT),)
    assert independent_sources(make_story("KZ", also=twice)) == 1


def test_top_stories_come_from_different_countries_and_sources_when_there_are_any(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [
        make_story("KZ", source="herald"),
        make_story("KZ", source="alatoo"),
        make_story("KG", source="herald"),
        make_story("UZ", source="steppe"),
    ]
    placed = place(replace(weekly, top=2), week, stories)
    assert outline(placed)[:2] == [("top", 1), ("top", 4)]


def test_top_stories_repeat_a_country_before_they_repeat_country_and_source(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [
        make_story("KZ", source="herald"),
        make_story("KZ", source="herald"),
        make_story("KZ", source="alatoo"),
    ]
    assert outline(place(replace(weekly, top=2), week, stories))[:2] == [("top", 1), ("top", 3)]
    assert outline(place(replace(weekly, top=3), week, stories)) == [("top", 1), ("top", 2), ("top", 3)]


def test_each_story_stands_once(weekly: Newsletter, week: Period, make_story: Any) -> None:
    stories = [make_story("KZ", "KG", "UZ"), make_story("KZ"), make_story("KG"), make_story("MN")]
    ids = [one.story.id for one in place(replace(weekly, top=2), week, stories)]
    assert sorted(ids) == [1, 2, 3, 4]


def test_a_section_is_capped_in_all_and_per_source(weekly: Newsletter, week: Period, make_story: Any) -> None:
    stories = [make_story("KZ", source=source) for source in ("herald",) * 3 + ("alatoo",) * 3]
    placed = place(replace(weekly, per_country=3, per_source=2), week, stories)
    assert outline(placed) == [("KZ", 1), ("KZ", 2), ("KZ", 4)]


def test_a_story_that_nobody_told_in_the_newsletters_languages_is_left_out(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    in_russian = make_story("KZ", language="ru")
    also_in_french = make_story("KZ", language="ru", also=(make_member("steppe", language="fr"),))
    placed = place(replace(weekly, languages=("fr",)), week, [in_russian, also_in_french])
    assert outline(placed) == [("KZ", 2)]


def test_every_story_says_why_it_stands_where_it_does(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    late = make_story("KZ", published=week.start - timedelta(hours=2))
    first, second, away = place(weekly, week, [late, make_story("KZ", "KG"), make_story("MN")])
    assert first.reason == (
        "number 1 of its section: independent sources 1, countries KZ KG, published 2026-11-21 04:30 UTC"
    )
    assert second.reason.startswith("number 2 of its section")
    assert second.reason.endswith("before this issue's period but first told in it")
    assert "none of the newsletter" in away.reason


def test_the_order_does_not_depend_on_the_order_in_which_stories_are_given(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", source=f"s{n % 3}", published=week.start) for n in range(8)]
    assert place(weekly, week, stories) == place(weekly, week, stories[::-1])


def test_sections_stand_in_reading_order_and_once_each(weekly: Newsletter) -> None:
    doubled = replace(weekly, countries=("KZ", "KG", "KZ"))
    assert section_names(doubled) == ("top", "regional", "KZ", "KG", "elsewhere")


def test_a_choice_gets_the_stories_it_admits_with_their_headings(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(weekly, week, [make_story("KZ"), make_story("KG"), make_story("KG", language="ru")])
    every, only_kg, only_russian = planned(
        placed,
        Choice("en"),
        Choice("en", countries=("KG",)),
        Choice("en", languages=("ru",)),
    )
    assert every.html[1] == "<h2>KZ</h2><b>1</b><h2>KG</h2><b>2</b><b>3</b>"
    assert every.text == ("head ", "KZ: 1 KG: 2 3 ", " foot")
    assert only_kg.story_ids == (2, 3)
    assert only_russian.html[1] == "<h2>KG</h2><b>3</b>"


def test_a_story_that_another_member_tells_in_the_chosen_language_is_admitted(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    placed = place(weekly, week, [make_story("KZ", also=(make_member("alatoo", language="ru"),))])
    (variant,) = planned(placed, Choice("en", languages=("ru",)))
    assert variant.story_ids == (1,)


def test_choices_that_lead_to_the_same_letter_share_one_variant(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(weekly, week, [make_story("KZ"), make_story("KG")])
    broad, narrow = Choice("en"), Choice("en", countries=("KZ", "KG"))
    shared, french = planned(placed, broad, narrow, Choice("fr"), broad)
    assert shared.choices == (broad, narrow)
    assert (shared.language, french.language) == ("en", "fr")
    assert french.story_ids == shared.story_ids


def test_a_choice_without_a_story_gets_no_variant(weekly: Newsletter, week: Period, make_story: Any) -> None:
    placed = place(weekly, week, [make_story("KZ")])
    assert planned(placed, Choice("en", countries=("TJ",))) == ()
    assert planned((), Choice("en")) == ()


def test_a_language_that_the_newsletter_does_not_speak_is_served_in_its_first(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = planned(place(weekly, week, [make_story("KZ")]), Choice("eo"), Choice("fr"))
    assert variant.language == "fr"
    assert [choice.language for choice in variant.choices] == ["eo", "fr"]


def test_the_subject_is_the_lead_storys_title_and_the_preheader_the_next_two(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = place(replace(weekly, per_source=9), week, [make_story("KZ") for _ in range(4)])
    (variant,) = planned(placed, Choice("en"))
    assert variant.subject == "Story 1"
    assert variant.html[0] == "<en>Story 2 · Story 3|[[unsubscribe]]"
    assert variant.html[2] == "</foot>[[unsubscribe]]"


def test_a_letter_of_one_story_has_an_empty_preheader(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = planned(place(weekly, week, [make_story("KZ")]), Choice("en"))
    assert variant.html[0] == "<en>|[[unsubscribe]]"


def test_a_long_title_is_cut_at_a_word_in_subject_and_preheader(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", title="eleven more " * 900) for _ in range(3)]
    (variant,) = planned(place(replace(weekly, per_source=9), week, stories), Choice("en"))
    assert variant.subject == "eleven more eleven more eleven more eleven more eleven more…"
    assert len(variant.subject) <= SUBJECT_CHARACTERS
    assert len(variant.html[0]) <= PREHEADER_CHARACTERS + len("<en>|[[unsubscribe]]")


def test_a_title_can_neither_fill_a_slot_nor_bring_markup_into_the_head(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ"), make_story("KG", title="<b>x</b> [[unsubscribe]]")]
    (variant,) = planned(place(weekly, week, stories), Choice("en"))
    assert variant.html[0] == "<en>&lt;b&gt;x&lt;/b&gt; &#91;&#91;unsubscribe]]|[[unsubscribe]]"
