"""Which of many things belong together, when it is known how well some pairs of them match.

The two clusters that match best become one, as long as most of their members match well enough on average
(average linkage: Sokal and Michener 1958), so that a chain of half-likeness does not draw strangers together.
Deterministic: equal scores are taken in the order of the things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import product
from math import inf

MOST_COMPARED = 16
"""Members of a cluster that stand for it."""
COUNTING = 0.7
"""Share of the pairs between two clusters that count, the best ones: a short notice matches few of its
like."""


@dataclass(slots=True)
class Cluster:
    """Some things that belong together."""

    members: list[int]
    """Numbers of things, in order."""
    home: int | None = None
    """What they belong to already; two clusters with different homes never become one."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair that matches although its two clusters have different homes."""

    one: int
    other: int
    score: float


@dataclass(slots=True)
class Clusters:
    """Clusters as they grow; things are numbered from 0 on."""

    clusters: list[Cluster]
    score: Callable[[int, int], float]
    """How well two things match; asked for pairs that nobody brought up, too."""
    threshold: float
    conflicts: list[Conflict] = field(default_factory=list)
    _of: dict[int, Cluster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._of = {member: cluster for cluster in self.clusters for member in cluster.members}

    def link(self, pairs: Iterable[tuple[float, int, int]]) -> None:
        """Join what belongs together, given (score, thing, thing) of the pairs that may.

        The best match comes first; as clusters grow, what their match is worth is worked out anew.
        """
        waiting = [(-score, one, other) for score, one, other in pairs if score >= self.threshold]
        heapify(waiting)
        while waiting:
            _, one, other = heappop(waiting)
            first, second = self._of[one], self._of[other]
            if first is second:
                continue
            linkage = self._linkage(first.members, second.members)
            if linkage < self.threshold:
                continue
            if linkage < self._next(waiting):
                heappush(waiting, (-linkage, one, other))
            elif not self.join(one, other):
                self.conflicts.append(Conflict(one, other, linkage))

    @staticmethod
    def _next(waiting: Sequence[tuple[float, int, int]]) -> float:
        return -waiting[0][0] if waiting else -inf

    def join(self, one: int, other: int) -> bool:
        """Join the clusters of two things that certainly belong together; False if their homes differ."""
        first, second = self._of[one], self._of[other]
        if first is second:
            return True
        if first.home is not None and second.home is not None:
            return False
        if second.home is not None:
            first, second = second, first
        first.members.extend(second.members)
        for member in second.members:
            self._of[member] = first
        second.members = []
        return True

    def together(self) -> list[Cluster]:
        """The clusters that are left."""
        return [cluster for cluster in self.clusters if cluster.members]

    def _linkage(self, first: Sequence[int], second: Sequence[int]) -> float:
        """Mean score of the pairs between two clusters that match best, of their last members."""
        pairs = product(first[-MOST_COMPARED:], second[-MOST_COMPARED:])
        scores = sorted((self.score(*pair) for pair in pairs), reverse=True)
        counting = scores[: max(1, round(COUNTING * len(scores)))]
        return sum(counting) / len(counting)
