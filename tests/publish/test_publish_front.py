"""How the front page is arranged."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.model import Member, Story
from aggregator.publish.front import (
    ELSEWHERE,
    STORIES_PER_SECTION,
    TOP_PER_COUNTRY,
    TOP_STORIES,
    arrange,
)

REGION = ("KZ", "KG", "TJ")


def numbers(stories: tuple[Story, ...]) -> list[int]:
    return [story.id for story in stories]


def test_without_stories_the_page_is_empty() -> None:
    front = arrange([], REGION)
    assert (front.top, front.sections) == ((), ())


def test_the_most_widely_covered_leads_and_the_newest_among_equals(
    story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    wide = story(3, member("dala", 30), member("herat", 31), countries=("TJ",))
    echo = story(2, member("steppe", 20), member("steppe", 21), countries=("KG",))
    front = arrange([story(1), echo, wide], REGION)
    assert numbers(front.top) == [3, 1, 2]


def test_one_country_does_not_fill_the_top(story: Callable[..., Story]) -> None:
    stories = [story(number) for number in range(1, 10)]
    front = arrange(stories, REGION)
    assert numbers(front.top) == list(range(1, TOP_PER_COUNTRY + 1))


def test_the_top_is_bounded(story: Callable[..., Story]) -> None:
    codes = [f"{one}{two}" for one in "ABC" for two in "XYZ"]
    stories = [story(number, countries=(code,)) for number, code in enumerate(codes, 1)]
    assert len(arrange(stories, REGION).top) == TOP_STORIES


def test_an_old_story_is_not_on_top_however_widely_covered(
    story: Callable[..., Story], member: Callable[..., Member]
) -> None:
    old = story(40, member("dala", 50), member("herat", 51), countries=("KG",))
    front = arrange([story(1), old], REGION)
    assert numbers(front.top) == [1]
    assert [(code, numbers(found)) for code, found in front.sections] == [("KG", [40])]


def test_sections_follow_the_region_and_hold_each_story_once(story: Callable[..., Story]) -> None:
    top = [story(1, countries=("KZ",))]
    rest = [
        story(50, countries=("TJ", "KZ")),
        story(51, countries=("KZ",)),
        story(52, countries=("FR",)),
        story(53, countries=()),
        story(54, countries=("FR", "KG")),
    ]
    sections = arrange([*top, *rest], REGION).sections
    assert [(code, numbers(found)) for code, found in sections] == [
        ("KZ", [51]),
        ("KG", [54]),
        ("TJ", [50]),
        (ELSEWHERE, [52, 53]),
    ]


def test_a_section_is_bounded(story: Callable[..., Story]) -> None:
    stories = [story(1, countries=("KG",)), *(story(number) for number in range(50, 70))]
    [(code, found)] = arrange(stories, REGION).sections
    assert (code, numbers(found)) == ("KZ", list(range(50, 50 + STORIES_PER_SECTION)))
