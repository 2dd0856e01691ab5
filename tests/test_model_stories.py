"""Which entry tells a story to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Member, Picture, PictureFile, Relation, Story

PICTURE = Picture(PictureFile("small.jpg", 640, 360), PictureFile("large.jpg", 1280, 720))
AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def story(*members: tuple[Relation, str]) -> Story:
    told = tuple(
        Member(number, f"s{number}", relation, "", "", "", "", language, "Latn", AT)
        for number, (relation, language) in enumerate(members)
    )
    return Story(1, "tag:1", AT, AT, told, picture=PICTURE)


def heads(told: Story) -> list[int]:
    return [member.entry_id for member in told.members]


@pytest.mark.parametrize(
    ("members", "head"),
    [
        ([(Relation.LEAD, "kk"), (Relation.REPORT, "ru")], 1),
        ([(Relation.LEAD, "kk"), (Relation.REPORT, "ru"), (Relation.EDITION, "ru")], 2),
        ([(Relation.LEAD, "kk"), (Relation.REPORT, "ru"), (Relation.TRANSLATION, "ru")], 2),
        ([(Relation.LEAD, "kk"), (Relation.TRANSLATION, "ru"), (Relation.EDITION, "ru")], 2),
        ([(Relation.LEAD, "kk"), (Relation.COPY, "ru"), (Relation.REPORT, "ru")], 2),
        ([(Relation.LEAD, "ru"), (Relation.EDITION, "ru")], 0),
        ([(Relation.LEAD, "kk"), (Relation.COPY, "ru"), (Relation.SAME, "ru")], 0),
        ([(Relation.LEAD, "kk"), (Relation.REPORT, "fr")], 0),
    ],
)
def test_the_head_is_in_the_language_and_of_the_best_standing(
    members: list[tuple[Relation, str]], head: int
) -> None:
    assert story(*members).told_in(["ru"]).lead.entry_id == head


def test_of_equal_standing_the_weightier_source_tells_it_then_the_earliest() -> None:
    told = story((Relation.LEAD, "kk"), (Relation.REPORT, "ru"), (Relation.REPORT, "ru"))
    assert heads(told.told_in(["ru"])) == [1, 0, 2]
    assert heads(told.told_in(["ru"], {"s2": 2.0})) == [2, 0, 1]
    assert heads(told.told_in(["ru"], {"s1": 0.5})) == [2, 0, 1]
    lead, first, second = told.members
    paid = replace(told, members=(lead, replace(first, paywalled=True), second))
    assert heads(paid.told_in(["ru"])) == [2, 0, 1]
    assert heads(paid.told_in(["ru"], {"s1": 2.0})) == [1, 0, 2]


def test_the_leads_picture_does_not_go_with_anothers_words() -> None:
    told = story((Relation.LEAD, "kk"), (Relation.REPORT, "ru"))
    assert told.told_in(["ru"]).picture is None
    assert told.told_in(["kk"]).picture == told.picture


def test_a_copy_alone_does_not_make_a_story_told_in_its_language() -> None:
    told = story((Relation.LEAD, "kk"), (Relation.COPY, "ru"), (Relation.REPORT, "fr"))
    assert not told.is_told_in(["ru"])
    assert told.is_told_in(["ru", "fr"])
    assert told.is_told_in(["kk"])
    assert told.is_told_in([])


def test_the_former_lead_comes_back_when_its_language_is_preferred() -> None:
    told = story((Relation.LEAD, "kk"), (Relation.REPORT, "ru"), (Relation.EDITION, "fr"))
    assert told.told_in(["ru"]).told_in(["kk", "fr"]).lead.relation is Relation.LEAD


@given(
    st.lists(st.tuples(st.sampled_from(Relation), st.sampled_from(["ru", "kk", "fr"])), max_size=6),
    st.lists(st.sampled_from(["ru", "kk", "fr"]), max_size=2),
)
def test_nobody_is_lost_and_the_rest_keep_their_order(
    others: Sequence[tuple[Relation, str]], languages: list[str]
) -> None:
    told = story((Relation.LEAD, "tg"), *others)
    seen = told.told_in(languages)
    assert heads(seen)[1:] == [number for number in heads(told) if number != seen.lead.entry_id]
    assert bool(languages and told.is_told_in(languages)) == (seen.lead.language in languages)
