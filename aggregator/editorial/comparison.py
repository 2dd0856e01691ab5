"""Pairs of entries, judged as `decide` judges them: how alike two are, and which are copies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aggregator.editorial import decide, guards, stories
from aggregator.editorial.addresses import Addresses, Group
from aggregator.editorial.floods import identity
from aggregator.editorial.likeness import NEVER
from aggregator.editorial.rules import Rules
from aggregator.model import DescribedEntry


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two entries are."""

    likeness: float
    """As `stories.Gathering.score` has it: `likeness.NEVER` where a guard keeps them apart."""
    words: str
    """The same for the operator, with what speaks for it or against it."""


def compare(one: DescribedEntry, other: DescribedEntry, rules: Rules) -> Comparison:
    """How alike two entries are, whatever else there is; both as `sketches.draw` gave them."""
    gathering = stories.gather([Group([one]), Group([other])], (), _terms(rules))
    score = gathering.score(0, 1)
    if one.entry.canonical_url and one.entry.canonical_url == other.entry.canonical_url:
        return Comparison(score, f"same address: {one.entry.canonical_url}")
    for alike in gathering.copies.values():
        return Comparison(score, f"same text: {alike.reason}")
    if abs(one.entry.published - other.entry.published) > rules.merge_window:
        hours = rules.merge_window.total_seconds() / 3600
        return Comparison(score, f"published more than {hours:.0f} hours apart")
    if guards.contradict(*(thing.weighed for thing in gathering.things)):
        return Comparison(score, "kept apart: other countries, other objects of one template, or a denial")
    words = "hardly anything in common" if score <= NEVER else f"likeness {score:+.1f}"
    if set(one.description.keys).isdisjoint(other.description.keys):
        words += "; they share no key, and so were not compared"
    return Comparison(score, words)


def copies(arrivals: Sequence[DescribedEntry], rules: Rules) -> list[int]:
    """Of each entry of a batch the number of the first that has its text or its address, from 0 on.

    A copy of a copy is one, too; what only reports the same event is not joined. The entries come from
    `sketches.draw`.
    """
    ordered = decide.in_order(arrivals)
    shared = decide.shared_addresses(ordered, (), rules.shared_address)
    groups = Addresses(rules.merge_window, shared).groups(ordered)
    gathering = stories.gather(groups, (), _terms(rules))
    numbers = {identity(one): number for number, one in enumerate(arrivals)}
    by_thing = [numbers[thing.source_id, thing.guid] for thing in gathering.things]
    together = [(by_thing[one], by_thing[other]) for one, other in gathering.copies]
    for group in groups:
        first, *others = (numbers[identity(entry)] for entry in group.entries)
        together += [(first, other) for other in others]
    return _connected(len(arrivals), together)


def _terms(rules: Rules) -> stories.Terms:
    return stories.Terms(rules.merge_window, rules.outlets)


def _connected(many: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Of each number below `many` the lowest that it is connected with (union-find: Galler, Fischer 1964)."""
    lower = list(range(many))

    def lowest(number: int) -> int:
        while lower[number] != number:
            lower[number] = number = lower[lower[number]]
        return number

    for one, other in pairs:
        first, second = lowest(one), lowest(other)
        lower[max(first, second)] = min(first, second)
    return list(map(lowest, range(many)))
