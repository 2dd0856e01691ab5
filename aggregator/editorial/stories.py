"""Which new entries are copies, editions and reports of an event that is told already, or of one another.

From certain to uncertain: first the same text, then the same event. Entries are compared only if they share a
look-up key and were published within the window; what is stored is never moved, only joined.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from aggregator.editorial import duplicates, fingerprint, guards, likeness
from aggregator.editorial.addresses import Group
from aggregator.editorial.clustering import Cluster, Clusters, Conflict
from aggregator.editorial.duplicates import Likeness
from aggregator.editorial.fingerprint import Fingerprint
from aggregator.editorial.floods import Identity, identity
from aggregator.editorial.likeness import NEVER, Weighed
from aggregator.model import DescribedEntry, KnownEntry, tells_alone

THRESHOLD = 0.3
"""Likeness from which on entries report one event; a cluster must reach it on average."""
PER_DAY = 0.5
"""What each day between them takes from the likeness of two entries: tomorrow's talks are other talks."""
DAY = timedelta(days=1).total_seconds()
EDITION = 1.0
"""What it adds to a likeness that one outlet tells both in two languages."""
DOUBTFUL = THRESHOLD - 3.0
"""Likeness up to which it does not matter what else speaks against one event."""
OWN_COPY = 0.3
"""Likeness of titles below which a source's own entries are no copies of each other, whatever they share."""
MOST_NEIGHBOURS = 10
"""Entries that one is compared with: those that share most keys with it."""
MOST_PER_KEY = 50
"""The newest entries that a key brings up."""
_NUMBER_BITS = 32
_NUMBER = (1 << _NUMBER_BITS) - 1


class Thing:
    """An entry under judgement, stored or arriving. What it is compared by is worked out when needed."""

    def __init__(self, entry: DescribedEntry | KnownEntry) -> None:
        described = entry.description if isinstance(entry, DescribedEntry) else entry
        plain = entry.entry if isinstance(entry, DescribedEntry) else entry
        self.entry = entry
        self.source_id = plain.source_id
        self.guid = plain.guid
        self.published = plain.published
        self.day = plain.published.timestamp() / DAY
        """The same in days."""
        self.language = described.language
        self.keys = described.keys

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Its wording."""
        one = self.entry
        return fingerprint.unpack(
            one.description.fingerprint if isinstance(one, DescribedEntry) else one.fingerprint
        )

    @cached_property
    def weighed(self) -> Weighed:
        """What it says."""
        one = self.entry
        if isinstance(one, KnownEntry):
            return Weighed(one.terms, one.language, one.countries, one.mentioned)
        says = one.description
        countries = {tag.country for tag in says.tags if not tag.by_default}
        mentioned = {tag.country for tag in says.mentions}
        return Weighed(says.terms, says.language, countries, mentioned)


class Terms(NamedTuple):
    """What is meant by one story."""

    window: timedelta
    """Entries published further apart are never one event."""
    outlets: Mapping[str, str]
    """Who publishes a source, by its id; itself where it is not in it."""


@dataclass(slots=True)
class Gathering:
    """Entries under judgement, in clusters that grow into stories."""

    things: Sequence[Thing]
    """Those that belong to stored stories first, then arrivals in order."""
    first_new: int
    """Number of the first arrival."""
    groups: Mapping[int, Group]
    """Arrivals by number, with those that have the same address."""
    clusters: list[Cluster]
    """Each thing in one; those with a home are stored stories."""
    terms: Terms
    copies: dict[tuple[int, int], Likeness] = field(default_factory=dict)
    """Pairs that have the same text, the earlier first."""
    met: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """By number, the things with which one shares most keys."""
    scores: dict[tuple[int, int], float] = field(default_factory=dict)
    """Likeness of pairs that were compared."""
    conflicts: list[Conflict] = field(default_factory=list)
    """Arrivals that would belong to two stored stories."""

    longest: float = field(init=False)
    """Days that may lie between entries of one event."""

    def __post_init__(self) -> None:
        self.longest = self.terms.window.total_seconds() / DAY

    def gather(self) -> None:
        """Join what belongs together."""
        growing = Clusters(self.clusters, self.score, THRESHOLD)
        others = []
        for one, other, wording in self._neighbours():
            self.met[one].append(other)
            self.met[other].append(one)
            alike = self._copy(one, other) if wording else None
            if alike is None:
                others.append((one, other))
                continue
            self.copies[one, other] = alike
            if not growing.join(one, other):
                self.conflicts.append(Conflict(one, other, alike.share))
        growing.link((self.score(*pair), *pair) for pair in others)
        self.conflicts += growing.conflicts
        self.clusters = growing.together()

    def _copy(self, one: int, other: int) -> Likeness | None:
        """Whether two entries have one text.

        One source's columns share their titles, or all but what is new; its short items share their footers.
        """
        first, second = self.things[one], self.things[other]
        alike = duplicates.verdict(first.fingerprint, second.fingerprint)
        if alike is None or first.source_id != second.source_id:
            return alike
        if alike.by_title or alike.titles < OWN_COPY or guards.contradict(first.weighed, second.weighed):
            return None
        return alike

    def score(self, one: int, other: int) -> float:
        """How likely two things are one event (see `likeness.score`); `NEVER` where a guard says no."""
        pair = (one, other) if one < other else (other, one)
        if (known := self.scores.get(pair)) is None:
            self.scores[pair] = known = self._score(*pair)
        return known

    def _score(self, one: int, other: int) -> float:
        apart = self._apart(one, other)
        if apart > self.longest:
            return NEVER
        first, second = self.things[one], self.things[other]
        score = likeness.score(first.weighed, second.weighed) - PER_DAY * apart
        if first.language != second.language and self.outlet(first) == self.outlet(second):
            score += EDITION
        # Guards cost more than they could change where little speaks for one event.
        if score > DOUBTFUL and guards.contradict(first.weighed, second.weighed):
            return NEVER
        return score

    def outlet(self, thing: Thing) -> str:
        """Who publishes it."""
        return self.terms.outlets.get(thing.source_id, thing.source_id)

    def one_address(self, one: int, other: int) -> bool:
        """Whether two things are one, or have one address."""
        return one == other or (one in self.groups and self.groups[one] is self.groups.get(other))

    def _in_time(self, one: int, other: int) -> bool:
        return self._apart(one, other) <= self.longest

    def _apart(self, one: int, other: int) -> float:
        return abs(self.things[one].day - self.things[other].day)

    def _neighbours(self) -> Iterator[tuple[int, int, bool]]:
        """Pairs worth comparing, each an arrival and an earlier thing, the earlier first.

        With it: whether they share wording, as copies do.
        """
        bearers: defaultdict[int, list[int]] = defaultdict(list)
        for number, thing in enumerate(self.things):
            if number >= self.first_new:
                shared = ((key, bearers[key]) for key in thing.keys if key in bearers)
                for neighbour, wording in _most_shared(shared):
                    if self._in_time(neighbour, number):
                        yield neighbour, number, wording
            for key in thing.keys:
                bearers[key].append(number)


def gather(groups: Sequence[Group], known: Iterable[KnownEntry], terms: Terms) -> Gathering:
    """Judge new entries, given by address, against stored ones and one another."""
    comparable = [one for one in known if not one.excluded and (one.fingerprint or one.terms)]
    stored = sorted(comparable, key=lambda one: (one.published, one.id))
    arrivals = [(entry, group) for group in groups for entry in group.entries]
    arrivals.sort(key=lambda one: (one[0].entry.published, one[0].entry.source_id, one[0].entry.guid))
    entries: list[DescribedEntry | KnownEntry] = [*stored, *(entry for entry, _ in arrivals)]
    things = [Thing(entry) for entry in entries]
    homes: dict[int | Identity, Cluster] = {}
    for number, one in enumerate(stored):
        homes.setdefault(one.story_id, Cluster([], one.story_id)).members.append(number)
    for number, (_, group) in enumerate(arrivals, len(stored)):
        place = identity(group.entries[0]) if group.home is None else group.home
        homes.setdefault(place, Cluster([], group.home)).members.append(number)
    by_number = {number: group for number, (_, group) in enumerate(arrivals, len(stored))}
    gathering = Gathering(things, len(stored), by_number, list(homes.values()), terms)
    gathering.gather()
    return gathering


def _most_shared(bearers: Iterable[tuple[int, Sequence[int]]]) -> list[tuple[int, bool]]:
    """Of the things that bear some keys, given by key, those that bear most of them, the last ones first.

    One key of wording says something by itself; of the others, it takes two. With each: whether it has one.
    """
    last = [(key, numbers[-MOST_PER_KEY:]) for key, numbers in bearers]
    shared = Counter(chain.from_iterable(numbers for _, numbers in last))
    told = set(chain.from_iterable(numbers for key, numbers in last if tells_alone(key)))
    worth = [number for number, times in shared.items() if times > 1 or number in told]
    # One number says how many keys are shared, then how late it came: pairs take three times as long to sort.
    ranked = [shared[number] << _NUMBER_BITS | number for number in worth]
    if len(ranked) > MOST_NEIGHBOURS:
        ranked = nlargest(MOST_NEIGHBOURS, ranked)
    return [(number, number in told) for number in (rank & _NUMBER for rank in ranked)]
