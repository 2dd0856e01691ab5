"""What an issue holds, in which order, and how it is assembled for a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aggregator.model import (
    Block,
    Choice,
    Frame,
    Newsletter,
    Period,
    Placed,
    PlannedVariant,
    Ranked,
    Relation,
    Story,
)
from aggregator.newsletter.assembly import PREHEADER_CHARACTERS, SUBJECT_CHARACTERS
from aggregator.newsletter.compose import admitted, place, tellings, to_render, variants
from aggregator.newsletter.sections import section_names


def placed_in(newsletter: Newsletter, period: Period, stories: Sequence[Story]) -> tuple[Placed, ...]:
    """As if they were ranked in the order given."""
    ranked = [Ranked(one, 1.0, 1, "it is well covered") for one in admitted(newsletter, stories, {})]
    return place(newsletter, period, ranked)


def outline(placed: Sequence[Placed]) -> list[tuple[str, int]]:
    return [(one.section, one.story.id) for one in placed]


def planned(newsletter: Newsletter, placed: Sequence[Placed], *choices: Choice) -> tuple[PlannedVariant, ...]:
    """Variants over blocks and frames that only say what they are."""
    frames = [
        Frame(
            language=language,
            html_head=f"<{language}>[[preheader]]|[[unsubscribe]]",
            html_foot="</foot>[[unsubscribe]]",
            text_head="head ",
            text_foot=" foot",
            html_sections={name: f"<h2>{name}</h2>" for name in section_names(newsletter)},
            text_sections={name: f"{name}: " for name in section_names(newsletter)},
        )
        for language in newsletter.interface_languages
    ]
    told = tellings(newsletter, placed, choices, {})
    blocks = {
        language: [block(one) for one in to_render(newsletter, placed, told, language, {})]
        for language in newsletter.interface_languages
    }
    return variants(newsletter, told, frames if placed else (), blocks)


def block(placed: Placed) -> Block:
    story, lead = placed.story, placed.story.lead
    return Block(story.id, lead.entry_id, placed.section, f"<b>{story.id}</b>", f"{story.id} ")


def test_a_story_stands_under_the_first_of_its_countries_in_the_newsletters_order(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(weekly, week, [make_story("TJ", "KZ"), make_story("TJ"), make_story("UZ")])
    assert outline(placed) == [("KZ", 1), ("UZ", 3), ("TJ", 2)]


def test_three_countries_of_the_newsletter_make_a_story_regional(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(weekly, week, [make_story("KZ", "KG", "RU"), make_story("KZ", "KG", "UZ")])
    assert outline(placed) == [("regional", 2), ("KZ", 1)]


def test_what_is_about_no_country_of_the_newsletter_stands_elsewhere(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(replace(weekly, top=3), week, [make_story("MN"), make_story(), make_story("KZ")])
    assert outline(placed) == [("top", 3), ("elsewhere", 1), ("elsewhere", 2)]


def test_a_newsletter_without_countries_has_top_stories_all_the_same(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(replace(weekly, countries=(), top=1), week, [make_story("MN"), make_story("FR")])
    assert outline(placed) == [("top", 1), ("elsewhere", 2)]


def test_each_story_stands_once(weekly: Newsletter, week: Period, make_story: Any) -> None:
    stories = [make_story("KZ", "KG", "UZ"), make_story("KZ"), make_story("KG"), make_story("MN")]
    ids = [one.story.id for one in placed_in(replace(weekly, top=2), week, stories)]
    assert sorted(ids) == [1, 2, 3, 4]


def test_a_section_is_capped_in_all_and_per_source(weekly: Newsletter, week: Period, make_story: Any) -> None:
    stories = [make_story("KZ", source=source) for source in ("herald",) * 3 + ("alatoo",) * 3]
    placed = placed_in(replace(weekly, per_country=3, per_source=2), week, stories)
    assert outline(placed) == [("KZ", 1), ("KZ", 2), ("KZ", 4)]


def test_a_story_that_nobody_told_in_the_newsletters_languages_is_left_out(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    in_russian = make_story("KZ", language="ru")
    also_in_french = make_story("KZ", language="ru", also=(make_member("steppe", language="fr"),))
    placed = placed_in(replace(weekly, languages=("fr",)), week, [in_russian, also_in_french])
    assert outline(placed) == [("KZ", 2)]


def test_every_story_says_why_it_stands_where_it_does(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    late = make_story("KZ", published=week.start - timedelta(hours=2))
    first, second = placed_in(weekly, week, [make_story("KZ", "KG"), late])
    assert first.reason == ("number 1 of its section: it is well covered; published 2026-11-21 04:30 UTC")
    assert second.reason.startswith("number 2 of its section: it is well covered; published")
    assert second.reason.endswith("before this issue's period but first told in it")


def test_the_best_that_touch_a_country_of_the_newsletter_are_its_top_stories(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("MN"), make_story("KG"), make_story("KZ"), make_story("UZ")]
    assert outline(placed_in(replace(weekly, top=2), week, stories)) == [
        ("top", 2),
        ("top", 3),
        ("UZ", 4),
        ("elsewhere", 1),
    ]


def test_sections_stand_in_reading_order_and_once_each(weekly: Newsletter) -> None:
    doubled = replace(weekly, countries=("KZ", "KG", "KZ"))
    assert section_names(doubled) == ("top", "regional", "KZ", "KG", "elsewhere")


def test_a_choice_gets_the_stories_it_admits_with_their_headings(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(weekly, week, [make_story("KZ"), make_story("KG"), make_story("KG", language="ru")])
    every, only_kg, only_russian = planned(
        weekly,
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
    placed = placed_in(weekly, week, [make_story("KZ", also=(make_member("alatoo", language="ru"),))])
    (variant,) = planned(weekly, placed, Choice("en", languages=("ru",)))
    assert variant.story_ids == (1,)


def test_choices_that_lead_to_the_same_letter_share_one_variant(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(weekly, week, [make_story("KZ"), make_story("KG")])
    broad, narrow = Choice("en"), Choice("en", countries=("KZ", "KG"))
    shared, french = planned(weekly, placed, broad, narrow, Choice("fr"), broad)
    assert shared.choices == (broad, narrow)
    assert (shared.language, french.language) == ("en", "fr")
    assert french.story_ids == shared.story_ids


def test_a_choice_without_a_story_gets_no_variant(weekly: Newsletter, week: Period, make_story: Any) -> None:
    placed = placed_in(weekly, week, [make_story("KZ")])
    assert planned(weekly, placed, Choice("en", countries=("TJ",))) == ()
    assert planned(weekly, (), Choice("en")) == ()


def test_a_language_that_the_newsletter_does_not_speak_is_served_in_its_first(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = planned(weekly, placed_in(weekly, week, [make_story("KZ")]), Choice("eo"), Choice("fr"))
    assert variant.language == "fr"
    assert [choice.language for choice in variant.choices] == ["eo", "fr"]


def test_the_subject_is_the_lead_storys_title_and_the_preheader_the_next_two(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    placed = placed_in(replace(weekly, per_source=9), week, [make_story("KZ") for _ in range(4)])
    (variant,) = planned(weekly, placed, Choice("en"))
    assert variant.subject == "Story 1"
    assert variant.html[0] == "<en>Story 2 · Story 3|[[unsubscribe]]"
    assert variant.html[2] == "</foot>[[unsubscribe]]"


def test_a_letter_of_one_story_has_an_empty_preheader(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = planned(weekly, placed_in(weekly, week, [make_story("KZ")]), Choice("en"))
    assert variant.html[0] == "<en>|[[unsubscribe]]"


def test_a_long_title_is_cut_at_a_word_in_subject_and_preheader(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", title="eleven more " * 900) for _ in range(3)]
    (variant,) = planned(weekly, placed_in(replace(weekly, per_source=9), week, stories), Choice("en"))
    assert variant.subject == "eleven more eleven more eleven more eleven more eleven more…"
    assert len(variant.subject) <= SUBJECT_CHARACTERS
    assert len(variant.html[0]) <= PREHEADER_CHARACTERS + len("<en>|[[unsubscribe]]")


def test_a_title_can_neither_fill_a_slot_nor_bring_markup_into_the_head(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ"), make_story("KG", title="<b>x</b> [[unsubscribe]]")]
    (variant,) = planned(weekly, placed_in(weekly, week, stories), Choice("en"))
    assert variant.html[0] == "<en>&lt;b&gt;x&lt;/b&gt; &#91;&#91;unsubscribe]]|[[unsubscribe]]"


# ------------------------------------------------------------------------------------------- languages


def heads(variant: PlannedVariant) -> tuple[int, ...]:
    return variant.entry_ids


def test_readers_are_told_a_story_in_their_language_where_somebody_tells_it_so(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    in_french = make_member("steppe", entry_id=2, language="fr", title="Un pont", relation=Relation.EDITION)
    copied = make_member("titles", entry_id=3, language="ru", relation=Relation.COPY)
    placed = placed_in(weekly, week, [make_story("KZ", title="A bridge", also=(in_french, copied))])
    english, french, russian = planned(weekly, placed, Choice("en"), Choice("fr"), Choice("ru"))
    assert [heads(one) for one in (english, french, russian)] == [(1,), (2,), (1,)]
    assert [one.subject for one in (english, french, russian)] == ["A bridge", "Un pont", "A bridge"]


def test_the_languages_chosen_for_stories_stand_before_that_of_the_letter(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    also = tuple(
        make_member("steppe", entry_id=number, language=language, relation=Relation.REPORT)
        for number, language in ((2, "fr"), (3, "ru"))
    )
    placed = placed_in(weekly, week, [make_story("KZ", also=also)])
    plain, chosen, both = planned(
        weekly, placed, Choice("fr"), Choice("fr", languages=("ru",)), Choice("fr", languages=("en", "ru"))
    )
    assert [heads(one) for one in (plain, chosen, both)] == [(2,), (3,), (1,)]


def test_a_newsletter_of_some_languages_tells_its_stories_in_them_whatever_its_letters_speak(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    in_russian = make_member("alatoo", entry_id=2, language="ru", relation=Relation.REPORT)
    russian = replace(weekly, languages=("ru",))
    placed = placed_in(russian, week, [make_story("KZ", also=(in_russian,))])
    assert [heads(one) for one in planned(russian, placed, Choice("en"), Choice("ru"))] == [(2,), (2,)]


def test_each_story_is_rendered_once_for_every_entry_that_readers_of_a_language_are_told(
    weekly: Newsletter, week: Period, make_story: Any, make_member: Any
) -> None:
    in_russian = make_member("alatoo", entry_id=2, language="ru", relation=Relation.REPORT)
    placed = placed_in(weekly, week, [make_story("KZ", also=(in_russian,)), make_story("KG", entry_id=7)])
    told = tellings(weekly, placed, [Choice("fr", languages=("ru",)), Choice("eo")], {})
    rendered = {
        language: [
            (one.story.id, one.story.lead.entry_id) for one in to_render(weekly, placed, told, language, {})
        ]
        for language in weekly.interface_languages
    }
    assert rendered == {"fr": [(1, 1), (1, 2), (2, 7)], "en": [(1, 1), (2, 7)], "ru": [(1, 2), (2, 7)]}
