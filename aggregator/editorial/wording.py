"""Two entries word by word, by their fingerprints: what both have, and what stands in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import NamedTuple

from aggregator.editorial.alignment import Run, common_runs
from aggregator.editorial.fingerprint import NEGATION, NUMBER, TELLING, Fingerprint, kind_of, lowest_code

ROW = 3
"""Words of a row. Rows are counted, not words: copies share long runs, reports of one event share phrases."""
LONG_RUN = 6
"""Words of a run that is more than a phrase or a name."""
LONGEST_DENIAL = 3
"""Words with which a claim is denied in its place («is not», «denies plans to»)."""

_TELLING = lowest_code(TELLING)
_NUMBER = lowest_code(NUMBER)


@dataclass(slots=True)
class Comparison:
    """What two entries share, and what speaks against their being one text."""

    length: int
    """Words of the shorter one, title included."""
    titles: float
    """Share of the telling words of both titles that both have, 0..1; 0 if one has none."""
    titled: bool
    """Both have a title that tells something."""
    shortest_text: int
    """Words of the shorter text, without title."""

    rows: int = 0
    """Shared rows of three words."""
    telling: int = 0
    """Shared words that tell something."""
    numbers: int = 0
    """Shared numbers."""
    of_texts: int = 0
    """Shared words that are not the title's."""
    before: int = 0
    """Words of the text before the first long run, in the entry where that comes sooner."""

    unshared: int = 0
    """Words that only one has, where the two overlap: between the first and the last shared one, and before
    and after them as far as both go on.
    """
    replaced_words: int = 0
    """Telling words of the text in whose place there are others, and that the other entry has nowhere."""
    replaced_title_words: int = 0
    """The same in the title."""
    replaced_objects: int = 0
    """Telling words that stand in the title and in the text, in whose stead the other one has such words."""
    replaced_numbers: int = 0
    """Places in which both have numbers, and each one that the other has nowhere."""
    denials: int = 0
    """Places in which one has a short negation and the other has none."""


class _Place(Enum):
    """Where a gap between runs stands."""

    TITLE = auto()
    TEXT = auto()
    EDGE = auto()
    """Before the first run or after the last one, or where datelines and bylines stand."""


class _Gap(NamedTuple):
    """What stands in the same place in one entry and in the other, and is not the same."""

    here: Sequence[int]
    there: Sequence[int]
    place: _Place


def compare(one: Fingerprint, other: Fingerprint) -> Comparison:
    """All that can be counted about two entries; the same either way round."""
    here, there = sorted((one, other), key=lambda entry: (len(entry.codes), entry.codes, entry.title))
    same = here.codes == there.codes
    runs = [Run(0, 0, len(here.codes))] if same else common_runs(here, there)
    titles = _telling(here.codes[: here.title]), _telling(there.codes[: there.title])
    found = Comparison(
        length=len(here.codes),
        titles=len(titles[0] & titles[1]) / len(titles[0] | titles[1]) if all(titles) else 0.0,
        titled=all(titles),
        shortest_text=min(len(here.codes) - here.title, len(there.codes) - there.title),
    )
    _count_shared(found, here, runs)
    if long := next((run for run in runs if run.length >= LONG_RUN), None):
        found.before = max(0, min(long.here - here.title, long.there - there.title))
    found.replaced_objects = min(len(_objects(here, there)), len(_objects(there, here)))
    known = set(here.codes), set(there.codes)
    for gap in _gaps(here, there, runs):
        _count_differing(found, gap, known)
    return found


def _telling(codes: Iterable[int]) -> AbstractSet[int]:
    return {code for code in codes if code >= _TELLING}


def _objects(here: Fingerprint, there: Fingerprint) -> AbstractSet[int]:
    """Telling words of both the title and the text of the one that are nowhere in the other."""
    both = set(here.codes[: here.title]).intersection(here.codes[here.title :])
    return _telling(both.difference(there.codes))


def _count_shared(found: Comparison, here: Fingerprint, runs: Sequence[Run]) -> None:
    for run in runs:
        telling = [word for word in here.codes[run.here : run.here + run.length] if word >= _TELLING]
        found.rows += max(0, run.length - ROW + 1)
        found.telling += len(set(telling))
        found.numbers += len([word for word in telling if word >= _NUMBER])
        found.of_texts += max(0, run.here + run.length - max(run.here, here.title))


def _count_differing(found: Comparison, gap: _Gap, known: tuple[AbstractSet[int], AbstractSet[int]]) -> None:
    if gap.place is _Place.EDGE:
        found.unshared += min(len(gap.here), len(gap.there))
        return
    found.unshared += max(len(gap.here), len(gap.there))
    found.denials += _is_denial(gap)
    # Only what the other entry has nowhere: the rest is another order of words.
    here = [kind_of(code) for code in gap.here if code not in known[1]]
    there = [kind_of(code) for code in gap.there if code not in known[0]]
    found.replaced_numbers += NUMBER in here and NUMBER in there
    replaced = min(here.count(TELLING), there.count(TELLING))
    if gap.place is _Place.TITLE:
        found.replaced_title_words += replaced
    else:
        found.replaced_words += replaced


def _is_denial(gap: _Gap) -> bool:
    if max(len(gap.here), len(gap.there)) > LONGEST_DENIAL:
        return False
    return (NEGATION in map(kind_of, gap.here)) != (NEGATION in map(kind_of, gap.there))


def _gaps(here: Fingerprint, there: Fingerprint, runs: Sequence[Run]) -> Iterator[_Gap]:
    """All that is not shared, in order; a title that shares nothing is no gap but another headline."""
    bounds = [Run(0, 0, 0), *runs, Run(len(here.codes), len(there.codes), 0)]
    for number, (before, after) in enumerate(pairwise(bounds)):
        ours = slice(before.here + before.length, after.here)
        theirs = slice(before.there + before.length, after.there)
        outer = number in {0, len(runs)}
        crossing = _leaves_title(here, ours), _leaves_title(there, theirs)
        if not outer and not any(crossing):
            in_titles = ours.stop <= here.title and theirs.stop <= there.title
            yield _Gap(here.codes[ours], there.codes[theirs], _Place.TITLE if in_titles else _Place.TEXT)
            continue
        titles = here.codes[: here.title][ours], there.codes[: there.title][theirs]
        if 0 < len(titles[0]) < here.title and 0 < len(titles[1]) < there.title:
            yield _Gap(*titles, _Place.TITLE)
        if outer or all(crossing):
            yield _Gap(_of_text(here, ours), _of_text(there, theirs), _Place.EDGE)


def _leaves_title(entry: Fingerprint, gap: slice) -> bool:
    return entry.title > 0 and gap.start <= entry.title <= gap.stop


def _of_text(entry: Fingerprint, gap: slice) -> Sequence[int]:
    return entry.codes[max(gap.start, entry.title) : gap.stop]
