"""How the front page is arranged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from aggregator.model import Ranked, Story
from aggregator.publish.front import (
    ELSEWHERE,
    STORIES_PER_SECTION,
    TOP_STORIES,
    TOP_WINDOW,
    arrange,
    of_late,
)

REGION = ("KZ", "KG", "TJ")
AsRanked = Callable[[Iterable[Story]], list[Ranked]]


def numbers(stories: Iterable[Story]) -> list[int]:
    return [story.id for story in stories]


def test_without_stories_the_page_is_empty() -> None:
    assert of_late([]) == []
    front = arrange([], [], REGION)
    assert (front.top, front.sections) == ((), ())


def test_the_best_stand_on_top_in_the_order_of_their_rank(
    story: Callable[..., Story], as_ranked: AsRanked
) -> None:
    stories = [story(number, countries=("KG",)) for number in range(1, 10)]
    front = arrange(stories, as_ranked(stories[::-1]), REGION)
    assert numbers(front.top) == list(range(9, 9 - TOP_STORIES, -1))
    assert [(code, numbers(found)) for code, found in front.sections] == [("KG", [1, 2])]


def test_what_was_told_long_before_the_newest_is_not_on_top(story: Callable[..., Story]) -> None:
    hours = TOP_WINDOW // timedelta(hours=1)
    assert numbers(of_late([story(1), story(1 + hours), story(2 + hours)])) == [1, 1 + hours]


def test_sections_follow_the_region_and_hold_each_story_once(
    story: Callable[..., Story], as_ranked: AsRanked
) -> None:
    top = [story(1, countries=("KZ",))]
    rest = [
        story(50, countries=("TJ", "KZ")),
        story(51, countries=("KZ",)),
        story(52, countries=("FR",)),
        story(53, countries=()),
        story(54, countries=("FR", "KG")),
    ]
    sections = arrange([*top, *rest], as_ranked(top), REGION).sections
    assert [(code, numbers(found)) for code, found in sections] == [
        ("KZ", [51]),
        ("KG", [54]),
        ("TJ", [50]),
        (ELSEWHERE, [52, 53]),
    ]


def test_a_section_is_bounded(story: Callable[..., Story], as_ranked: AsRanked) -> None:
    top = [story(1, countries=("KG",))]
    stories = [*top, *(story(number) for number in range(50, 70))]
    [(code, found)] = arrange(stories, as_ranked(top), REGION).sections
    assert (code, numbers(found)) == ("KZ", list(range(50, 50 + STORIES_PER_SECTION)))
