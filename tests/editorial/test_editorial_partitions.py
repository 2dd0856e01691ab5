"""Pairwise and B-cubed figures of one division of things beside another."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial.partitions import BCubed, b_cubed, pairwise, pairwise_across
from aggregator.editorial.scoring import Counts

FOUND = ["x", "x", "x", "y", "y"]
RIGHT = ["a", "a", "b", "b", "c"]

DIVISIONS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from("kr")), max_size=25)


def test_pairs_are_counted_as_by_hand() -> None:
    # Found: 12 13 23 45. Right: 12 34.
    assert pairwise(FOUND, RIGHT) == Counts(right=1, wrong=3, missed=1)


def test_b_cubed_is_that_of_bagga_and_baldwin() -> None:
    figures = b_cubed(FOUND, RIGHT)
    assert figures.precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2) / 5)
    assert figures.recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1) / 5)
    assert figures.precision is not None
    assert figures.recall is not None
    harmonic = 2 / (1 / figures.precision + 1 / figures.recall)
    assert figures.f1 == pytest.approx(harmonic)


def test_their_example_of_one_large_and_two_small_groups() -> None:
    """Twelve things in groups of 5, 2 and 5: joining the small one to a large one costs less than joining the
    two large ones, although both are one link (Bagga and Baldwin 1998, figures 1 and 2)."""
    right = "a" * 5 + "b" * 2 + "c" * 5
    small = b_cubed("x" * 5 + "y" * 7, right)
    large = b_cubed("x" * 5 + "y" * 2 + "x" * 5, right)
    assert (small.recall, large.recall) == (1, 1)
    assert small.precision == pytest.approx(16 / 21)
    assert large.precision == pytest.approx(7 / 12)


def test_of_nothing_there_are_no_figures() -> None:
    nothing = b_cubed([], [])
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert pairwise([], []) == Counts()


def test_figures_of_several_sets_add_up_to_those_of_all() -> None:
    first, second = b_cubed(FOUND, RIGHT), b_cubed([1, 1], [1, 2])
    both = b_cubed([*FOUND, 1, 1], [*RIGHT, 1, 2])
    assert (first + second).f1 == pytest.approx(both.f1)
    assert first + BCubed() == first


@given(DIVISIONS)
def test_pairs_are_those_that_counting_one_by_one_finds(things: list[tuple[int, int, str]]) -> None:
    right = wrong = missed = 0
    for (found, group, _), (other_found, other_group, _) in combinations(things, 2):
        right += found == other_found and group == other_group
        wrong += found == other_found and group != other_group
        missed += found != other_found and group == other_group
    found, groups = [one[0] for one in things], [one[1] for one in things]
    assert pairwise(found, groups) == Counts(right, wrong, missed)


@given(DIVISIONS)
def test_pairs_of_two_kinds_and_those_of_one_are_all_pairs(things: list[tuple[int, int, str]]) -> None:
    found, right, kinds = ([one[part] for one in things] for part in range(3))
    within = [
        pairwise([one[0] for one in things if one[2] == kind], [one[1] for one in things if one[2] == kind])
        for kind in "kr"
    ]
    across = pairwise_across(found, right, kinds)
    assert within[0] + within[1] + across == pairwise(found, right)


@given(st.lists(st.integers(0, 5), min_size=1))
def test_equal_divisions_are_perfect_whatever_their_groups_are_called(groups: list[int]) -> None:
    figures = b_cubed([f"g{group}" for group in groups], groups)
    assert (figures.precision, figures.recall, figures.f1) == pytest.approx((1, 1, 1))
    assert pairwise(groups, groups).wrong == pairwise(groups, groups).missed == 0


@given(DIVISIONS)
def test_precision_of_the_one_is_recall_of_the_other(things: list[tuple[int, int, str]]) -> None:
    found, right = [one[0] for one in things], [one[1] for one in things]
    there, back = b_cubed(found, right), b_cubed(right, found)
    assert there.precisions == pytest.approx(back.recalls)
    assert 0 <= there.precisions <= len(things) + 1e-9
