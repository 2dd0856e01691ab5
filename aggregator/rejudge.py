"""What is stored, judged anew by today's rules: as if it came in now, and without telling anything anew.

Like `pipeline.py` it conducts: what is said of an entry, which entries tell one event and which stories keep
their ids is decided by `editorial`. The operator's corrections stand before all of it.

    stored entries, oldest first -> described anew -> those that differ, a batch per transaction
    those of the last days       -> judged anew    -> least movement -> stories, a batch per transaction

Entries carry the version of the rules that judged them, which is set last, and every transaction leaves
things whole: stopped at any moment and started again, it goes on. What comes in meanwhile was judged as it
came in, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.editorial import comparison, frequencies, rearranging, redescribing, rejudging
from aggregator.editorial.describe import Describer, describer_of
from aggregator.editorial.differences import Differences
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.rejudging import Anew
from aggregator.editorial.rules import Rules
from aggregator.ingest import as_published
from aggregator.ingest.normalise import declared_language
from aggregator.model import (
    DescribedEntry,
    Entry,
    Rearrangement,
    Redescribed,
    Region,
    SeatedStory,
    Source,
    StoredEntry,
)

STORIES_WITHIN = timedelta(days=14)
"""How old entries may be whose stories are formed anew, unless the operator says otherwise."""
BESIDE = timedelta(hours=96)
"""Entries that came in so long before are judged beside them, and stay where they are."""
SPAN = 10_000
"""Entries in memory at once that are judged anew, in the order in which they came in."""
MOST_BESIDE = 20_000
"""Earlier ones in memory beside them, the newest."""
ENTRIES_PER_LOOK = 500
ENTRIES_PER_WRITE = 125
"""What one transaction takes: keeps it under 200 ms."""
MOVES_PER_WRITE = 40


class Archive(Protocol):
    """What is stored, as it is judged anew."""

    def newest(self) -> int:
        """The id of the entry that came in last; 0 when there is none."""

    def first_since(self, moment: datetime) -> int:
        """The id of the first entry that came in at `moment` or later; larger than any when none did."""

    def learned(self) -> bytes:
        """What judgement learned from all that came in, as it packed it; empty before the first."""

    def entries(self, after: int, upto: int, limit: int, now: datetime) -> Sequence[StoredEntry]:
        """The next entries after one id, none beyond another, in the order in which they came in."""

    def outdated(
        self, rules_version: str, after: int, upto: int, limit: int, now: datetime
    ) -> Sequence[StoredEntry]:
        """The same, but only those that other rules have judged."""

    def redescribe(self, redescribed: Sequence[Redescribed], now: datetime) -> None:
        """Replace what is said of entries, in one transaction; it is neither a revision nor news."""

    def settle(self, judged: Sequence[StoredEntry], rules_version: str) -> None:
        """Record that these rules have judged entries and formed their stories; one transaction."""

    def stories(self, entry_ids: Collection[int], story_ids: Collection[int]) -> Sequence[SeatedStory]:
        """The stories that hold these entries, and these stories, unless they were merged into others."""

    def rearrange(self, rearrangements: Sequence[Rearrangement], now: datetime) -> int:
        """Carry these out in one transaction; returns how many were left, as things changed meanwhile."""


@dataclass(frozen=True, slots=True)
class RejudgePorts:
    """What judging anew needs of the world."""

    archive: Archive
    region: Region
    """What entries are described by."""
    rules: Rules
    sources: Mapping[str, Source]
    """By id, as configured."""


def rejudge(
    now: datetime,
    ports: RejudgePorts,
    *,
    since: datetime | None = None,
    dry_run: bool = False,
    watch: Callable[[Differences], None] | None = None,
) -> Differences:
    """Describe entries anew and form stories anew, for entries that came in at `since` or later.

    Without `since`: all entries that other rules have judged are described anew, and those of the last
    `STORIES_WITHIN`, from midnight (UTC) on, whoever judged them; if other rules judged any of these, stories
    are formed anew for all of them. `dry_run` writes nothing. `watch` sees the account as it grows.
    """
    judging = _Judging(now, ports, dry_run, watch)
    # From midnight on, so that judging twice in a day begins at the same entry.
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = since or today - STORIES_WITHIN
    newest = ports.archive.newest()
    first = min(ports.archive.first_since(begin), newest + 1)
    if since is None:
        judging.describe_outdated(0, upto=first - 1)
    if since is not None or ports.archive.outdated(ports.rules.version, first - 1, newest, 1, now):
        judging.form_stories(first, newest, begin - BESIDE)
    else:
        judging.describe(first, newest)
    return judging.account


@dataclass
class _Judging:
    """One run."""

    now: datetime
    ports: RejudgePorts
    dry_run: bool
    watch: Callable[[Differences], None] | None
    account: Differences = field(default_factory=Differences)
    _describer: Describer = field(init=False)
    _frequencies: Frequencies = field(init=False)

    def __post_init__(self) -> None:
        self._describer = describer_of(self.ports.region)
        self._frequencies = frequencies.unpacked(self.ports.archive.learned())

    def describe_outdated(self, after: int, upto: int) -> None:
        """Describe entries whose stories stay as they are; those that are done are passed over."""
        version = self.ports.rules.version
        while found := self.ports.archive.outdated(version, after, upto, ENTRIES_PER_LOOK, self.now):
            self._store([self._described(one) for one in found])
            self._settle(found)
            after = found[-1].id

    def describe(self, first: int, upto: int) -> None:
        """Describe entries that these rules have judged: of their sources other things may be known now."""
        after = first - 1
        while found := self.ports.archive.entries(after, upto, ENTRIES_PER_LOOK, self.now):
            self._store([self._described(one) for one in found])
            after = found[-1].id

    def form_stories(self, first: int, upto: int, beside_from: datetime) -> None:
        """Describe the entries from `first` on and form their stories anew, one span after the other."""
        earliest = self.ports.archive.first_since(beside_from)
        beside = list(self._read(max(earliest, first - MOST_BESIDE) - 1, first - 1)) if first <= upto else []
        beside = rejudging.drawn(beside, self._frequencies)
        after = first - 1
        while span := list(self._read(after, upto, SPAN)):
            span = rejudging.drawn(span, self._frequencies)
            self._store(span)
            if self._form(beside, span) == 0:
                self._settle([one.stored for one in span])
            after = span[-1].stored.id
            beside = self._resettled([*beside, *span])

    def _read(self, after: int, upto: int, limit: int = MOST_BESIDE) -> Iterator[Anew]:
        """Entries with what is said of them now, no more of each than is needed to judge it."""
        left = limit
        while left and (
            found := self.ports.archive.entries(after, upto, min(left, ENTRIES_PER_LOOK), self.now)
        ):
            for one in found:
                yield rejudging.held(*self._described(one))
            after = found[-1].id
            left -= len(found)

    def _described(self, stored: StoredEntry) -> Anew:
        source = redescribing.source_of(stored, self.ports.sources.get(stored.entry.source_id))
        entry = replace(stored.entry, declared_language=_declared(stored.entry))
        return Anew(stored, DescribedEntry(entry, self._describer.describe(entry, source)))

    def _store(self, described: Sequence[Anew]) -> None:
        version = self.ports.rules.version
        changed = []
        for stored, says in described:
            self.account.describe(stored, says.description, version)
            if (redescribed := redescribing.redescribed(stored, says, version)) is not None:
                changed.append(redescribed)
        for start in range(0, len(changed), ENTRIES_PER_WRITE):
            if not self.dry_run:
                some = changed[start : start + ENTRIES_PER_WRITE]
                self.ports.archive.redescribe(some, self.now)
        self._tell()

    def _settle(self, judged: Sequence[StoredEntry]) -> None:
        version = self.ports.rules.version
        outdated = [one for one in judged if one.rules_version != version]
        for start in range(0, len(outdated), ENTRIES_PER_LOOK):
            if not self.dry_run:
                self.ports.archive.settle(outdated[start : start + ENTRIES_PER_LOOK], version)

    def _form(self, beside: Sequence[Anew], span: Sequence[Anew]) -> int:
        """Judge a span beside what came before it, and move what is to be moved.

        Returns how many rearrangements were left: these entries are to be judged once more.
        """
        rehearing = rejudging.Rehearing(self.ports.rules)
        rehearing.remember([_corrected(one) for one in beside])
        rehearing.judge([_corrected(one) for one in span])
        groups = rehearing.groups()
        homes = {group.home for group in groups if group.home is not None}
        stories = self.ports.archive.stories([one.stored.id for one in span], homes)
        plan = rearranging.rearrange(groups, stories, self.ports.rules.weights)
        self.account.regrouped += len(span)
        self.account.rearrange(plan, stories, _Apart([*beside, *span], self.ports.rules))
        left = 0
        for some in _pieces(plan):
            if not self.dry_run:
                left += self.ports.archive.rearrange(some, self.now)
        self.account.left += left
        self._tell()
        return left

    def _resettled(self, judged: Sequence[Anew]) -> list[Anew]:
        """What the next span is judged beside, each in the story in which it is now."""
        last_seen = judged[-1].stored.first_seen
        recent = [one for one in judged if one.stored.first_seen >= last_seen - BESIDE][-MOST_BESIDE:]
        stories = self.ports.archive.stories([one.stored.id for one in recent], ())
        homes = {seat.entry_id: story for story in stories for seat in story.seats}
        return [
            Anew(replace(stored, story_id=story.id, leads=story.lead_id == stored.id), described)
            for stored, described in recent
            if (story := homes.get(stored.id)) is not None
        ]

    def _tell(self) -> None:
        if self.watch is not None:
            self.watch(self.account)


def _declared(entry: Entry) -> str | None:
    """The language that the source gave the entry; None as well where its fields cannot be read any more."""
    try:
        return declared_language(as_published.unpack(entry.as_published))
    except ValueError:
        return None


def _corrected(one: Anew) -> Anew:
    """With the operator's word: it counts when entries are compared, too."""
    stored, described = one
    says = redescribing.corrected(stored, described.description)
    return Anew(stored, replace(described, description=says))


def _pieces(plan: Iterable[Rearrangement]) -> Iterator[Sequence[Rearrangement]]:
    """Cut into what one transaction takes."""
    some: list[Rearrangement] = []
    moves = 0
    for one in plan:
        some.append(one)
        moves += sum(len(story.reseated) + len(story.absorbed) for story in one.stories)
        if moves >= MOVES_PER_WRITE:
            yield some
            some, moves = [], 0
    if some:
        yield some


class _Apart:
    """Says why two of these entries are no longer told as one."""

    def __init__(self, judged: Sequence[Anew], rules: Rules) -> None:
        self._judged = {one.stored.id: one.described for one in judged}
        self._rules = rules

    def __call__(self, one: int, other: int) -> str:
        if one == other:
            return "the others of its story belong elsewhere"
        if one in self._judged and other in self._judged:
            return comparison.compare(self._judged[one], self._judged[other], self._rules).words
        return "nothing that came before tells the same"
