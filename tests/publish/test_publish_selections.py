"""Which story stands in which selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from aggregator.model import Member, Placement, Relation, Selection, Story
from aggregator.publish.selections import EVERYTHING, TOP, matches, place


@pytest.mark.parametrize(
    ("criteria", "held"),
    [
        ({}, True),
        ({"countries": ("KG", "KZ")}, True),
        ({"countries": ("KG",)}, False),
        ({"countries": ("region:CA",)}, True),
        ({"countries": ("region:SAHEL",)}, False),
        ({"languages": ("kk",)}, True),
        ({"languages": ("fr",)}, False),
        ({"sources": ("dala",)}, True),
        ({"sources": ("cols",)}, False),
        ({"countries": ("KZ",), "languages": ("fr",)}, False),
    ],
)
def test_every_criterion_must_be_met_by_any_member(
    criteria: dict[str, tuple[str, ...]],
    held: bool,
    story: Callable[..., Story],
    member: Callable[..., Member],
) -> None:
    told = story(1, member("dala", 2, language="kk"), countries=("KZ", "RU"))
    told = replace(told, regions=("region:CA",))
    assert matches(Selection("one", "One", **criteria), told) is held  # type: ignore[arg-type]


def test_each_selection_and_everything_are_placed(story: Callable[..., Story]) -> None:
    stories = [story(1, countries=("KZ",)), story(2, countries=("TJ",))]
    placements = place([Selection("kz", "Kazakhstan", countries=("KZ",))], stories)
    assert placements == {
        "kz": Placement(frozenset({1}), frozenset({2})),
        EVERYTHING: Placement(frozenset({1, 2}), frozenset()),
    }


def test_everything_admits_all_even_when_it_is_configured(story: Callable[..., Story]) -> None:
    placements = place([Selection(EVERYTHING, "Mine", countries=("KG",))], [story(1)])
    assert placements == {EVERYTHING: Placement(frozenset({1}), frozenset())}


def test_a_copy_alone_puts_no_story_in_a_feed_of_its_language(
    story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    told = story(1, member("dala", 2, language="kk", relation=Relation.COPY))
    assert not matches(Selection("kk", "Qazaqsha", languages=("kk",)), told)
    assert matches(Selection("en", "English", languages=("en",)), told)


def test_the_top_stories_are_ranked_and_never_placed(story: Callable[..., Story]) -> None:
    assert place([Selection(TOP, "Top")], [story(1)]).keys() == {EVERYTHING}


def test_many_selections_are_placed_as_each_alone(
    story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    stories = [
        replace(
            story(number, member("dala", 900, language="kk"), countries=("KZ", "KG")[: number % 3]),
            regions=("region:CA",)[: number % 2],
        )
        for number in range(1, 7)
    ]
    selections = [
        Selection("a", "A", countries=("KG", "region:CA"), languages=("en", "fr")),
        Selection("b", "B", countries=("KZ",), sources=("dala",)),
        Selection("c", "C", languages=("ru",)),
    ]
    placed = place(selections, stories)
    for one in selections:
        held = {told.id for told in stories if matches(one, told)}
        assert placed[one.id] == Placement(frozenset(held), frozenset(range(1, 7)) - held)
