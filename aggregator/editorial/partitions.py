"""How well things were divided into groups, beside the division that is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import comb

from aggregator.editorial.scoring import Counts


def pairwise(found: Sequence[Hashable], right: Sequence[Hashable]) -> Counts:
    """Pairs of things: those that are together in both divisions, in the one, in the other.

    `found` and `right` name the group of each thing, in the same order.
    """
    both = _pairs(zip(found, right, strict=True))
    return Counts(both, _pairs(found) - both, _pairs(right) - both)


def pairwise_across(
    found: Sequence[Hashable], right: Sequence[Hashable], kinds: Sequence[Hashable]
) -> Counts:
    """The same of pairs of two kinds only; `kinds` says which each thing is of."""
    whole = pairwise(found, right)
    within = pairwise(list(zip(found, kinds, strict=True)), list(zip(right, kinds, strict=True)))
    return Counts(whole.right - within.right, whole.wrong - within.wrong, whole.missed - within.missed)


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(comb(size, 2) for size in Counter(groups).values())


@dataclass(frozen=True, slots=True)
class BCubed:
    """B-cubed figures (Bagga and Baldwin 1998, every thing of equal weight), as sums over things: figures of
    several sets may be added up."""

    things: int = 0
    precisions: float = 0.0
    """Sum of the shares, thing by thing, of its group that belongs with it."""
    recalls: float = 0.0
    """Sum of the shares, thing by thing, of what belongs with it that is in its group."""

    def __add__(self, other: BCubed) -> BCubed:
        return BCubed(
            self.things + other.things, self.precisions + other.precisions, self.recalls + other.recalls
        )

    @property
    def precision(self) -> float | None:
        """Mean of the precisions; None of nothing."""
        return self.precisions / self.things if self.things else None

    @property
    def recall(self) -> float | None:
        """Mean of the recalls; None of nothing."""
        return self.recalls / self.things if self.things else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two means."""
        if not self.things:
            return None
        return 2 * self.precisions * self.recalls / (self.things * (self.precisions + self.recalls))


def b_cubed(found: Sequence[Hashable], right: Sequence[Hashable]) -> BCubed:
    """The figures of one set of things; arguments as for `pairwise`."""
    sizes, right_sizes = Counter(found), Counter(right)
    precisions = recalls = 0.0
    for (group, right_group), shared in Counter(zip(found, right, strict=True)).items():
        precisions += shared * shared / sizes[group]
        recalls += shared * shared / right_sizes[right_group]
    return BCubed(len(found), precisions, recalls)
