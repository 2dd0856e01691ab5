"""Where one text stands in another: the rows of words that both have, in the order of both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from aggregator.editorial.fingerprint import TELLING, Fingerprint, lowest_code

FEWEST_WORDS = 3
"""Words of a run; two that happen to stand together count only if one of them tells something."""
_NOWHERE = -1


class Run(NamedTuple):
    """Words that two texts have in common, one after another."""

    here: int
    """Position of the first one in one text."""
    there: int
    """The same in the other."""
    length: int


def common_runs(here: Fingerprint, there: Fingerprint) -> list[Run]:
    """The longest chain of runs, each beginning where in both entries the one before has ended, or later.

    Runs are grown from pairs of words that the other title, or the other text, has only once: what stands in
    several places («said on Monday») says nothing of where it belongs. A title is looked for in the title
    first, as texts like to begin with it.
    """
    chain = _without_overlaps(_longest_chain(_grown(here, there)))
    least = lowest_code(TELLING)
    return [
        run
        for run in chain
        if run.length >= FEWEST_WORDS or max(here.codes[run.here : run.here + run.length]) >= least
    ]


def _grown(here: Fingerprint, there: Fingerprint) -> list[Run]:
    """Runs as long as they get, by where they begin here."""
    in_title = _places(there.codes, 0, there.title)
    in_text = _places(there.codes, there.title, len(there.codes))
    runs: list[Run] = []
    done = 0
    for at, pair in enumerate(pairwise(here.codes)):
        if at + 1 < done:
            continue
        first, second = (in_title, in_text) if at < here.title else (in_text, in_title)
        place = first[pair] if pair in first else second.get(pair, _NOWHERE)
        if place >= 0:
            runs.append(_around(here.codes, there.codes, at, place))
            done = runs[-1].here + runs[-1].length
    return runs


def _places(codes: Sequence[int], start: int, stop: int) -> dict[tuple[int, int], int]:
    """Where each pair of words stands; nowhere, if in several places."""
    places: dict[tuple[int, int], int] = {}
    for at, pair in enumerate(pairwise(codes[start:stop]), start):
        places[pair] = _NOWHERE if pair in places else at
    return places


def _around(here: Sequence[int], there: Sequence[int], at: int, place: int) -> Run:
    before = 0
    while before < min(at, place) and here[at - before - 1] == there[place - before - 1]:
        before += 1
    most = min(len(here) - at, len(there) - place)
    after = 2
    while after < most and here[at + after] == there[place + after]:
        after += 1
    return Run(at - before, place - before, before + after)


def _longest_chain(runs: Sequence[Run]) -> list[Run]:
    """Those that stand in one order in both texts and have the most words together."""
    lengths: list[int] = []
    previous: list[int] = []
    for number, run in enumerate(runs):
        best, chosen = run.length, -1
        for earlier in range(number):
            added = run.length - _overlap(runs[earlier], run)
            if runs[earlier].there < run.there and added > 0 and lengths[earlier] + added > best:
                best, chosen = lengths[earlier] + added, earlier
        lengths.append(best)
        previous.append(chosen)
    chain: list[Run] = []
    at = max(range(len(runs)), key=lengths.__getitem__, default=-1)
    while at >= 0:
        chain.append(runs[at])
        at = previous[at]
    return chain[::-1]


def _overlap(earlier: Run, later: Run) -> int:
    return max(earlier.here + earlier.length - later.here, earlier.there + earlier.length - later.there, 0)


def _without_overlaps(chain: Sequence[Run]) -> list[Run]:
    disjoint: list[Run] = []
    for run in chain:
        cut = _overlap(disjoint[-1], run) if disjoint else 0
        disjoint.append(Run(run.here + cut, run.there + cut, run.length - cut))
    return disjoint
