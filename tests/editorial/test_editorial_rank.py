"""The order of stories on the front page and in the digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.editorial.rank import rank, score
from aggregator.model import Member, Relation, Story

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def story(
    number: int = 1, *sources: tuple[str, Relation], age: float = 10, countries: tuple[str, ...] = ("KZ",)
) -> Story:
    published = NOW - timedelta(hours=age)
    members = tuple(
        Member(index, source, relation, "", "", "", "", "en", "Latn", published)
        for index, (source, relation) in enumerate((("sun", Relation.LEAD), *sources))
    )
    return Story(number, f"tag:{number}", published, published, members, countries)


def test_more_independent_sources_count_for_more() -> None:
    alone, reported = story(), story(2, ("moon", Relation.REPORT))
    assert score(reported, NOW, {}).score > score(alone, NOW, {}).score


@pytest.mark.parametrize("relation", [Relation.SAME, Relation.COPY, Relation.EDITION, Relation.TRANSLATION])
def test_repetitions_add_nothing(relation: Relation) -> None:
    assert score(story(1, ("moon", relation)), NOW, {}).score == score(story(), NOW, {}).score


def test_a_source_reporting_twice_counts_once() -> None:
    assert score(story(1, ("sun", Relation.REPORT)), NOW, {}).score == score(story(), NOW, {}).score


def test_the_weightiest_source_gives_its_weight() -> None:
    plain = score(story(), NOW, {}).score
    assert score(story(), NOW, {"sun": 2.0}).score == 2 * plain
    pair = story(1, ("moon", Relation.REPORT))
    assert score(pair, NOW, {"sun": 0.5, "moon": 3.0}).score == score(pair, NOW, {"sun": 3.0}).score


def test_worth_halves_in_two_days_and_the_future_is_not_worth_more() -> None:
    fresh = score(story(age=0), NOW, {}).score
    assert score(story(age=48), NOW, {}).score == pytest.approx(fresh / 2)
    assert score(story(age=-5), NOW, {}).score == fresh


def test_further_countries_add_a_little_up_to_five() -> None:
    scores = [score(story(countries=("KZ",) * number), NOW, {}).score for number in range(8)]
    assert scores[0] == scores[1] < scores[2] < scores[5] == scores[7]


def test_the_best_comes_first_then_the_newest_then_the_smaller_id() -> None:
    covered = story(3, ("moon", Relation.REPORT))
    ranked = rank([story(2), story(1), covered, story(4, age=200)], NOW, {})
    assert [one.story.id for one in ranked] == [3, 1, 2, 4]


def test_the_reason_says_what_the_score_rests_on() -> None:
    told = score(story(1, ("moon", Relation.REPORT), countries=("KZ", "UZ")), NOW, {"sun": 1.5})
    assert told.reason == "independent sources: 2; source weight: 1.5; age: 10 h; countries: 2"
