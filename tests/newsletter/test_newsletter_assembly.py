"""A variant out of parts: what is left to the web, who points where, and what heads and feet say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aggregator.model import (
    Block,
    Choice,
    Frame,
    LetterPicture,
    Newsletter,
    Period,
    PlannedVariant,
    Ranked,
    Story,
)
from aggregator.newsletter.assembly import LARGEST, MOST_PICTURES, PICTURES_BYTES, SUBJECT_CHARACTERS
from aggregator.newsletter.compose import place, tellings, variants
from aggregator.newsletter.sections import section_names


def assembled(
    newsletter: Newsletter,
    week: Period,
    stories: list[Story],
    *choices: Choice,
    size: int = 10,
    carried: Mapping[int, LetterPicture] = {},
    **framed: Any,
) -> tuple[PlannedVariant, ...]:
    """Blocks are `<ID…>` in HTML, of `size` bytes, and `ID ` in text; `>ID` points to one.

    A block whose picture is among those `carried` by stories is `<cid:…>`, and without it as all others.
    """
    placed = place(newsletter, week, [Ranked(one, 1.0, 1, "") for one in stories])
    names = section_names(newsletter)
    frame = Frame(
        language="en",
        html_head="<[[tally]]|[[preheader]]>",
        html_foot="<[[sources]]>",
        text_head="[[tally]]\n",
        text_foot="[[sources]]",
        html_sections={name: f"#{name} " for name in names},
        text_sections={name: f"#{name} " for name in names},
        subject=framed.pop("subject", "[[lead]] – week 47"),
        phrases={
            "stories": tuple(f"{number}:[[number]] stories" for number in range(200)),
            "sources": ("from [[number]]",) * 200,
            "languages": ("in [[number]]",) * 200,
        },
        html_more=("",) + ("<[[number]] more>",) * 199,
        text_more=("",) + ("[[number]] more ",) * 199,
        **framed,
    )
    pictures = {one.story.id: carried.get(one.story.id) for one in placed}
    bare = {one.story.id: f"<{one.story.id}>".ljust(size, ".") for one in placed}
    blocks = [
        Block(
            story_id=one.story.id,
            entry_id=one.story.lead.entry_id,
            section=one.section,
            html=f"<cid:{picture.cid}>" if (picture := pictures[one.story.id]) else bare[one.story.id],
            text=f"{one.story.id} ",
            html_pointer=f">{one.story.id}",
            text_pointer=f">{one.story.id}",
            sources=(one.story.lead.source_id,),
            languages=(one.story.lead.language,),
            picture=picture,
            html_bare=bare[one.story.id] if picture else "",
        )
        for one in placed
    ]
    told = tellings(newsletter, placed, choices or [Choice("en")], {})
    return variants(newsletter, told, [frame], {"en": blocks})


def english(newsletter: Newsletter, **changed: Any) -> Newsletter:
    return replace(newsletter, names={"en": "News"}, **changed)


def test_a_story_of_two_countries_stands_under_one_and_is_pointed_to_from_the_other(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = assembled(english(weekly), week, [make_story("KZ", "KG"), make_story("KG")])
    assert variant.text[1] == "#KZ 1 #KG 2 >1"
    assert variant.html[1].count(">1") == 1


def test_nobody_is_pointed_to_a_country_that_he_did_not_choose(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    chosen = assembled(
        english(weekly),
        week,
        [make_story("KZ", "KG"), make_story("KZ")],
        Choice("en", countries=("KZ",)),
        Choice("en"),
    )
    assert [one.text[1] for one in chosen] == ["#KZ 1 2 ", "#KZ 1 2 #KG >1"]


def test_choices_that_lead_to_the_same_letter_share_a_variant(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    choices = (Choice("en"), Choice("en", countries=("KZ", "UZ")), Choice("en", countries=("KZ",)))
    (variant,) = assembled(english(weekly), week, [make_story("KZ")], *choices)
    assert variant.choices == choices


def test_a_country_of_which_only_a_top_story_tells_points_up_to_it(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ"), make_story("KG"), make_story("KG")]
    (variant,) = assembled(english(weekly, top=2), week, stories)
    assert variant.text[1] == "#top 1 2 #KZ >1#KG 3 "


def test_a_regional_story_belongs_to_all_its_countries_and_is_pointed_to_from_none(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = assembled(english(weekly), week, [make_story("KZ", "KG", "UZ")])
    assert variant.text[1] == "#regional 1 "


def test_a_country_has_at_most_three_pointers(weekly: Newsletter, week: Period, make_story: Any) -> None:
    stories = [make_story("KZ", "KG") for _ in range(5)]
    (variant,) = assembled(english(weekly, per_source=9), week, stories)
    assert variant.text[1] == "#KZ 1 2 3 4 5 #KG >1>2>3"


def test_a_country_without_stories_says_so_where_the_operator_wants_it(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", "KG", "UZ"), make_story("KG")]
    (variant,) = assembled(english(weekly), week, stories, html_none="<none>", text_none="none ")
    assert variant.text[1] == "#regional 1 #KG 2 #TJ none "
    assert variant.html[1].count("<none>") == 1
    (chosen,) = assembled(
        english(weekly), week, stories, Choice("en", countries=("KG",)), html_none="<none>", text_none="none "
    )
    assert "none" not in chosen.text[1]


def test_what_makes_a_letter_too_large_is_left_to_the_web_from_the_longest_sections(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ") for _ in range(12)] + [make_story("KG") for _ in range(3)]
    newsletter = english(weekly, top=2, per_country=99, per_source=99)
    (variant,) = assembled(newsletter, week, stories, size=8000)
    assert len("".join(variant.html).encode()) <= LARGEST
    assert variant.text[1].endswith(" more #KG 13 14 15 ")
    left = int(re.findall(r"(\d+) more", variant.text[1])[0])
    assert f"<{left} more>" in variant.html[1]
    assert len(variant.story_ids) == len(variant.entry_ids) == 15 - left
    assert variant.html[0].startswith(f"<{15 - left}:{15 - left} stories")


def test_a_letter_that_fits_leaves_nothing_to_the_web(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = assembled(
        english(weekly, per_source=9), week, [make_story("KZ") for _ in range(6)], size=900
    )
    assert "more" not in variant.html[1] + variant.text[1]


def test_the_head_counts_and_the_foot_names_what_the_letter_holds(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", source="a<b"), make_story("KG", source="x[[unsubscribe]]", language="ru")]
    (variant,) = assembled(english(weekly), week, stories)
    assert variant.text[0] == "2:2 stories from 2 in 2\n"
    assert variant.text[2] == "a<b, x[ [ unsubscribe]]"
    assert variant.html[2] == "<a&lt;b · x&#91;&#91;unsubscribe]]>"


def test_large_numbers_take_the_form_of_the_number_without_its_hundreds(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ") for _ in range(321)]
    (variant,) = assembled(english(weekly, per_country=999, per_source=999), week, stories)
    assert variant.text[0].startswith("121:321 stories")


def test_the_subject_leads_with_the_first_story_and_the_preheader_goes_on(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", title="Lead " * 30), make_story("KZ"), make_story("KG"), make_story("UZ")]
    (variant,) = assembled(english(weekly), week, stories)
    assert len(variant.subject) <= SUBJECT_CHARACTERS
    lead, _, dates = variant.subject.partition(" – ")
    assert lead.endswith("…")
    assert dates == "week 47"
    assert variant.html[0].endswith("|Story 2 · Story 3>")


def test_the_first_headline_keeps_some_room_beside_whatever_a_template_adds(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story("KZ", title="Lead " * 30)]
    (variant,) = assembled(english(weekly), week, stories, subject="[[lead]] " + "and more " * 9)
    assert variant.subject.startswith("Lead Lead Lead Lead Lead Lead… and")


def test_a_generic_subject_gives_no_story_away_and_neither_does_the_preheader(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    (variant,) = assembled(english(weekly), week, [make_story("KZ"), make_story("KG")], subject="News, May")
    assert variant.subject == "News, May"
    assert "Story" not in variant.html[0]


def carrying(
    weekly: Newsletter, week: Period, make_story: Any, *contents: bytes
) -> tuple[tuple[str, ...], list[str]]:
    """Of top stories with these pictures, named a, b, …: which a letter carries, and its blocks."""
    stories = [make_story("KZ") for _ in contents]
    pictures = dict(zip("abcdefgh", contents, strict=False))
    carried = {
        one.id: LetterPicture(name, content)
        for one, (name, content) in zip(stories, pictures.items(), strict=True)
    }
    (variant,) = assembled(english(weekly, top=8), week, stories, carried=carried)
    return tuple(one.cid for one in variant.pictures), re.findall(r"<([^>]+)>", variant.html[1])


def test_a_letter_carries_its_first_pictures_and_the_other_stories_show_none(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    assert MOST_PICTURES == 3
    found = carrying(weekly, week, make_story, b"1", b"2", b"3", b"4")
    assert found == (("a", "b", "c"), ["cid:a", "cid:b", "cid:c", "4"])


def test_a_picture_that_would_be_too_much_with_the_others_is_left_out_for_a_smaller_one(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    half = b"x" * (PICTURES_BYTES // 2)
    found = carrying(weekly, week, make_story, half, b"y" + half, half[:-1] + b"z", b"4")
    assert found == (("a", "c"), ["cid:a", "2", "cid:c", "4"])


def test_two_stories_with_one_picture_carry_it_once(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories, picture = [make_story("KZ"), make_story("KZ")], LetterPicture("a", b"x" * PICTURES_BYTES)
    carried = {one.id: picture for one in stories}
    (variant,) = assembled(english(weekly, top=2), week, stories, carried=carried)
    assert (variant.pictures, variant.html[1].count("<cid:a>")) == ((picture,), 2)


def test_who_is_not_told_the_first_story_carries_pictures_of_those_told(
    weekly: Newsletter, week: Period, make_story: Any
) -> None:
    stories = [make_story(code) for code in ("KG", "KZ", "KZ", "KZ")]
    carried = {one.id: LetterPicture(f"p{one.id}", b"%d" % one.id) for one in stories}
    choices = (Choice("en"), Choice("en", countries=("KZ",)))
    everything, kazakhstan = assembled(english(weekly, top=4), week, stories, *choices, carried=carried)
    assert [one.cid for one in everything.pictures] == ["p1", "p2", "p3"]
    assert [one.cid for one in kazakhstan.pictures] == ["p2", "p3", "p4"]
