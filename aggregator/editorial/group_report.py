"""How well judgement finds what belongs together: figures by file and by language, and the worst errors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from aggregator.editorial.comparison import Comparison
from aggregator.editorial.partitions import BCubed, b_cubed, pairwise, pairwise_across
from aggregator.editorial.scoring import MISSED, RIGHT, WRONG, Counts, Worst
from aggregator.model import Relation

MOST_COMPARED = 8
"""Items of each side of an error among which the two that are most alike are looked for."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A labelled item and the group that it was put in."""

    id: str | int
    title: str
    language: str
    """What its owner takes its language for; empty where nobody said."""
    right: Hashable | None
    """The group that it belongs in; None where only of pairs is known whether they belong together."""
    found: int
    """Number of the first item that it was put together with."""
    relation: Relation | None = None
    """What it is to its story's lead; None where no stories are made."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GroupedFile:
    """The items of one file, judged together."""

    name: str
    items: Sequence[Grouped]
    pairs: Sequence[tuple[int, int, bool]]
    """Two of the items, by number, and whether they belong together, where no more is known."""
    compare: Callable[[int, int], Comparison]
    """How alike two of the items are, by number."""


@dataclass(frozen=True, slots=True)
class GroupError:
    """Items that were wrongly put together, or wrongly kept apart."""

    file: str
    merged: bool
    """They were put together; otherwise they were missed."""
    pairs: int
    """How many pairs are wrong by it."""
    one: Grouped
    other: Grouped
    """The two on either side that are most alike."""
    comparison: Comparison


@dataclass(slots=True)
class GroupFigures:
    """How well some items were put together."""

    items: int = 0
    right: int = 0
    """Groups there are; those of pairs do not count."""
    found: int = 0
    """Groups they were put in."""
    pairs: Counts = field(default_factory=Counts)
    b_cubed: BCubed = field(default_factory=BCubed)

    def add(self, items: Sequence[Grouped]) -> None:
        """Count items of one file; those of which only pairs are known are in no group that is right."""
        placed = [one for one in items if one.right is not None]
        found, right = [one.found for one in placed], [one.right for one in placed]
        self.items += len(items)
        self.right += len(set(right))
        self.found += len({one.found for one in items})
        self.pairs += pairwise(found, right)
        self.b_cubed += b_cubed(found, right)


class GroupReport:
    """Figures over all, by file, by language and across languages, and where they are worst."""

    def __init__(self, errors: int) -> None:
        self._most = errors
        self.overall = GroupFigures()
        self.files: defaultdict[str, GroupFigures] = defaultdict(GroupFigures)
        self.languages: defaultdict[str, GroupFigures] = defaultdict(GroupFigures)
        self.across = Counts()
        """Pairs of items in two languages."""
        self.relations: Counter[Relation] = Counter()
        self.errors: Worst[GroupError] = Worst(errors)
        """What was wrongly put together before what was missed, in the order of the pairs that it costs."""

    def add(self, file: GroupedFile) -> None:
        """Count one file."""
        for figures in (self.overall, self.files[file.name]):
            figures.add(file.items)
        for language in dict.fromkeys(one.language for one in file.items):
            self.languages[language].add([one for one in file.items if one.language == language])
        placed = [one for one in file.items if one.right is not None]
        self.across += pairwise_across(
            [one.found for one in placed], [one.right for one in placed], [one.language for one in placed]
        )
        for pair in file.pairs:
            self._add_pair(file, *pair)
        self.relations.update(one.relation for one in file.items if one.relation)
        worst: Worst[_Fault] = Worst(self._most)
        for fault in _faults(file):
            worst.add(fault.badness, fault)
        for fault in worst:
            self.errors.add(fault.badness, _explained(file, fault))

    def _add_pair(self, file: GroupedFile, one: int, other: int, together: bool) -> None:
        first, second = file.items[one], file.items[other]
        counts = _outcome(together, found=first.found == second.found)
        for figures in (self.overall, self.files[file.name]):
            figures.pairs += counts
        if first.language == second.language:
            self.languages[first.language].pairs += counts
        else:
            self.across += counts


def _outcome(together: bool, *, found: bool) -> Counts:
    if together:
        return RIGHT if found else MISSED
    return WRONG if found else Counts()


# ------------------------------------------------------------------------------------------------ errors


class _Fault(NamedTuple):
    """Two sets of items, by number, that were wrongly put together or kept apart."""

    merged: bool
    ones: Sequence[int]
    others: Sequence[int]

    @property
    def badness(self) -> tuple[float, ...]:
        """What was wrongly put together is the worse: one of the two vanishes."""
        return self.merged, len(self.ones) * len(self.others)


def _faults(file: GroupedFile) -> Iterator[_Fault]:
    """Each stands for pairs that no other stands for; together they are all that is wrong."""
    placed = [
        (number, one.found, one.right) for number, one in enumerate(file.items) if one.right is not None
    ]
    yield from _divided(((found, right, number) for number, found, right in placed), merged=True)
    yield from _divided(((right, found, number) for number, found, right in placed), merged=False)
    for one, other, together in file.pairs:
        found = file.items[one].found == file.items[other].found
        if found is not together:
            yield _Fault(found, (one,), (other,))


def _divided(things: Iterable[tuple[Hashable, Hashable, int]], *, merged: bool) -> Iterator[_Fault]:
    """What divides groups, given the group in the one division and in the other of each thing: every part but
    the largest, with the parts before it."""
    groups: defaultdict[Hashable, defaultdict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    for group, side, number in things:
        groups[group][side].append(number)
    for parts in groups.values():
        first, *others = sorted(parts.values(), key=lambda part: (-len(part), part))
        before = first
        for part in others:
            yield _Fault(merged, part, before)
            before = [*before, *part]


def _explained(file: GroupedFile, fault: _Fault) -> GroupError:
    pairs = product(fault.ones[:MOST_COMPARED], fault.others[:MOST_COMPARED])
    compared = ((file.compare(one, other), one, other) for one, other in pairs)
    comparison, one, other = max(compared, key=lambda pair: pair[0].likeness)
    return GroupError(
        file=file.name,
        merged=fault.merged,
        pairs=len(fault.ones) * len(fault.others),
        one=file.items[one],
        other=file.items[other],
        comparison=comparison,
    )
