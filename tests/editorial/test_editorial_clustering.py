"""Things that match belong together, as long as most of the others match too."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import clustering
from aggregator.editorial.clustering import MOST_COMPARED, Cluster, Clusters, Conflict

THRESHOLD = 0.5
STRANGERS = -9.0
Scores = Mapping[tuple[int, int], float]


def _scored(many: int, chance: random.Random) -> tuple[int, Scores]:
    return many, {pair: chance.uniform(-3, 3) for pair in combinations(range(many), 2)}


MATRICES = st.builds(_scored, st.integers(1, 7), st.integers(0, 2**32).map(random.Random))
"""Some things and a score for each pair of them."""


def clustered(
    many: int,
    scores: Scores,
    homes: Mapping[int, int] | None = None,
    brought_up: Sequence[tuple[int, int]] | None = None,
) -> Clusters:
    def score(one: int, other: int) -> float:
        return scores.get((min(one, other), max(one, other)), STRANGERS)

    grown = Clusters(
        [Cluster([number], (homes or {}).get(number)) for number in range(many)], score, THRESHOLD
    )
    pairs = scores if brought_up is None else brought_up
    grown.link((score(*pair), *pair) for pair in pairs)
    return grown


def members(grown: Clusters) -> list[list[int]]:
    return sorted(sorted(cluster.members) for cluster in grown.together())


def by_brute_force(many: int, scores: Scores) -> list[list[int]]:
    """Average linkage as the books have it."""
    groups = [[number] for number in range(many)]

    def linkage(pair: tuple[list[int], list[int]]) -> float:
        found = [scores[min(one, other), max(one, other)] for one in pair[0] for other in pair[1]]
        return sum(found) / len(found)

    while len(groups) > 1:
        best = max(combinations(groups, 2), key=linkage)
        if linkage(best) < THRESHOLD:
            break
        groups = [group for group in groups if group not in best] + [best[0] + best[1]]
    return sorted(map(sorted, groups))


def test_what_matches_is_together_and_what_does_not_is_apart() -> None:
    scores = {(0, 1): 2.0, (0, 2): 0.4, (1, 2): 0.4}
    assert members(clustered(3, scores)) == [[0, 1], [2]]


def test_a_match_of_just_the_threshold_is_one() -> None:
    assert members(clustered(2, {(0, 1): THRESHOLD})) == [[0, 1]]


def test_the_last_pair_that_is_left_must_match_on_average_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "COUNTING", 1.0)
    assert members(clustered(3, {(0, 1): 2.0, (1, 2): 1.0})) == [[0, 1], [2]]


def test_a_chain_of_matches_does_not_draw_strangers_together() -> None:
    chain = {(number, number + 1): 3.0 - number / 10 for number in range(9)}
    assert max(map(len, members(clustered(10, chain)))) <= 3


def test_one_that_matches_a_single_one_of_many_stays_outside() -> None:
    scores = dict.fromkeys(combinations(range(5), 2), 4.0) | {(4, 5): 5.0 - 4.0}
    assert members(clustered(6, scores)) == [[0, 1, 2, 3, 4], [5]]


def test_pairs_that_nobody_brought_up_count_too() -> None:
    scores = {(0, 1): 2.0, (1, 2): 1.0, (0, 2): 2.0}
    assert members(clustered(3, scores, brought_up=[(0, 1), (1, 2)])) == [[0, 1, 2]]


def test_the_best_match_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "COUNTING", 1.0)
    assert members(clustered(3, {(0, 1): 2.0, (1, 2): 3.0})) == [[0], [1, 2]]


@given(MATRICES)
def test_clusters_are_those_of_average_linkage(matrix: tuple[int, Scores]) -> None:
    counting, clustering.COUNTING = clustering.COUNTING, 1.0
    try:
        assert members(clustered(*matrix)) == by_brute_force(*matrix)
    finally:
        clustering.COUNTING = counting


@given(MATRICES, st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_come_does_not_matter(
    matrix: tuple[int, Scores], shuffler: random.Random
) -> None:
    many, scores = matrix
    pairs = list(scores)
    shuffler.shuffle(pairs)
    assert members(clustered(many, scores, brought_up=pairs)) == members(clustered(many, scores))


@given(MATRICES, st.dictionaries(st.integers(0, 6), st.integers(1, 3)))
def test_things_with_different_homes_are_never_together(
    matrix: tuple[int, Scores], homes: dict[int, int]
) -> None:
    many, scores = matrix
    homes = {number: home for number, home in homes.items() if number < many}
    grown = clustered(many, scores, homes)
    assert sorted(number for cluster in grown.together() for number in cluster.members) == list(range(many))
    for cluster in grown.together():
        assert {homes[number] for number in cluster.members if number in homes} <= {cluster.home}


def test_a_match_between_two_homes_is_a_conflict() -> None:
    grown = clustered(3, {(0, 1): 2.0, (1, 2): 1.0}, {0: 7, 2: 8})
    assert members(grown) == [[0, 1], [2]]
    assert [(one.one, one.other) for one in grown.conflicts] in ([], [(1, 2)])
    both = clustered(3, {(0, 1): 2.0, (1, 2): 1.9, (0, 2): 1.8}, {0: 7, 2: 8})
    assert Conflict(1, 2, pytest.approx(1.85, abs=0.06)) in both.conflicts  # type: ignore[arg-type]


def test_a_cluster_keeps_its_home_whoever_joins_whom() -> None:
    grown = clustered(2, {(0, 1): 2.0}, {1: 7})
    assert [(cluster.home, sorted(cluster.members)) for cluster in grown.together()] == [(7, [0, 1])]


def test_what_certainly_belongs_together_is_joined_unless_the_homes_differ() -> None:
    grown = Clusters([Cluster([0], 1), Cluster([1]), Cluster([2], 2)], lambda *_: STRANGERS, THRESHOLD)
    assert grown.join(0, 1)
    assert grown.join(1, 0)
    assert not grown.join(1, 2)
    assert members(grown) == [[0, 1], [2]]


def test_large_clusters_are_compared_by_a_few_of_their_members() -> None:
    asked: set[tuple[int, int]] = set()

    def score(one: int, other: int) -> float:
        asked.add((one, other))
        return 1.0

    many = 300
    grown = Clusters([Cluster(list(range(many))), Cluster(list(range(many, 2 * many)))], score, THRESHOLD)
    grown.link([(1.0, 0, many)])
    assert len(members(grown)) == 1
    assert len(asked) <= MOST_COMPARED**2
