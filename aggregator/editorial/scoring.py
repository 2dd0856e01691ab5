"""How well judgement does on labelled items: precision, recall, F1, accuracy, and the worst errors.

Micro-averaged: counts are added up over items first, then divided. A country that may be found or not is
neither required nor punished. A figure for which nothing was counted is None: neither perfect nor null.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Generic, TypeVar

from aggregator.editorial.items import LabelledItem
from aggregator.model import Description, Tag

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found beside what is right."""

    right: int = 0
    wrong: int = 0
    """Found, and not so (false positives)."""
    missed: int = 0
    """So, and not found (false negatives)."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right."""
        return share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float | None:
        """Share of what is right that was found."""
        return share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two (van Rijsbergen 1979, with equal weights)."""
        return share(2 * self.right, 2 * self.right + self.wrong + self.missed)


RIGHT, WRONG, MISSED = Counts(right=1), Counts(wrong=1), Counts(missed=1)


@dataclass(slots=True)
class Tally:
    """How many of some cases were right."""

    right: int = 0
    of: int = 0

    def add(self, right: bool | None) -> None:
        """Count one case; None is none."""
        if right is not None:
            self.right += right
            self.of += 1

    @property
    def accuracy(self) -> float | None:
        """Share of the cases that was right."""
        return share(self.right, self.of)


def share(part: int, whole: int) -> float | None:
    """0..1; None of nothing."""
    return part / whole if whole else None


def compare(
    found: AbstractSet[str], right: AbstractSet[str], either: AbstractSet[str] = frozenset()
) -> Mapping[str, Counts]:
    """What was found beside what is right, one by one; those in `either` count only where they are right."""
    return {
        **dict.fromkeys(sorted(found & right), RIGHT),
        **dict.fromkeys(sorted(found - right - either), WRONG),
        **dict.fromkeys(sorted(right - found), MISSED),
    }


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    return sum(counts, Counts())


class Worst(Generic[T]):
    """The worst errors of many: holds no more of them than are shown."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: list[tuple[tuple[float, ...], int, T]] = []
        self._later = count(0, -1)

    def add(self, badness: tuple[float, ...], error: T) -> None:
        """Take note of one error; of two equally bad ones the earlier is shown first."""
        heapq.heappush(self._held, (badness, next(self._later), error))
        if len(self._held) > self._most:
            heapq.heappop(self._held)

    def __iter__(self) -> Iterator[T]:
        """The worst first."""
        return (error for _, _, error in sorted(self._held, key=lambda held: held[:2], reverse=True))


# ------------------------------------------------------------------------------------------------ countries


@dataclass(frozen=True)
class JudgedTags:
    """The countries of one labelled item beside those that were found."""

    labelled: LabelledItem
    description: Description

    @cached_property
    def subjects(self) -> Mapping[str, Counts]:
        """By country, with what it was tagged with."""
        return self._compared(self.description.tags)

    @cached_property
    def named(self) -> Mapping[str, Counts]:
        """By country, with mentions taken for tags."""
        return self._compared((*self.description.tags, *self.description.mentions))

    @property
    def first(self) -> bool | None:
        """Whether its first tag is its subject; None where nobody said what that is."""
        if not self.labelled.subjects:
            return None
        tags = self.description.tags
        return bool(tags) and tags[0].country in self.labelled.subjects

    @property
    def wrong_tags(self) -> Sequence[Tag]:
        """The tags that it should not have, most salient first."""
        return [tag for tag in self.description.tags if self.subjects.get(tag.country) == WRONG]

    @property
    def badness(self) -> tuple[float, ...]:
        """Number of wrong and missed countries, then how sure we were of the wrong ones."""
        counts = total(self.subjects.values())
        return counts.wrong + counts.missed, sum(tag.salience for tag in self.wrong_tags)

    def _compared(self, tags: Iterable[Tag]) -> Mapping[str, Counts]:
        found = {tag.country for tag in tags}
        return compare(found, self.labelled.countries, self.labelled.either)


@dataclass(slots=True)
class TagFigures:
    """How well some items were tagged."""

    items: int = 0
    subjects: Counts = Counts()
    """Tags alone."""
    named: Counts = Counts()
    """Tags and mentions."""
    first: Tally = field(default_factory=Tally)
    """Whether the first tag is the subject."""

    def add(self, one: JudgedTags) -> None:
        """Count one item."""
        self.items += 1
        self.subjects += total(one.subjects.values())
        self.named += total(one.named.values())
        self.first.add(one.first)


class TagReport:
    """How well the tagger does: over all, by file, by language, by country, and where it is worst."""

    def __init__(self, errors: int) -> None:
        self.overall = TagFigures()
        self.files: defaultdict[str, TagFigures] = defaultdict(TagFigures)
        self.languages: defaultdict[str, TagFigures] = defaultdict(TagFigures)
        self.countries: defaultdict[str, Counts] = defaultdict(Counts)
        self.errors: Worst[JudgedTags] = Worst(errors)

    def add(self, file: str, labelled: LabelledItem, description: Description) -> None:
        """Count one item."""
        one = JudgedTags(labelled, description)
        for figures in (self.overall, self.files[file], self.languages[labelled.language]):
            figures.add(one)
        for country, counts in one.subjects.items():
            self.countries[country] += counts
        if one.badness[0]:
            self.errors.add(one.badness, one)


# ------------------------------------------------------------------------------------------------ languages


@dataclass(frozen=True, slots=True)
class JudgedLanguage:
    """The language of one labelled item beside the one that was found."""

    labelled: LabelledItem
    description: Description

    @property
    def right(self) -> bool:
        """Whether it is the right language."""
        return self.description.language == self.labelled.language

    @property
    def script_right(self) -> bool | None:
        """Whether it is the right script; None where nobody said which."""
        return self.description.script == self.labelled.script if self.labelled.script else None

    @property
    def badness(self) -> tuple[float, ...]:
        """A wrong script first, as it is never in doubt; then the longer text, as it should be clearer."""
        return float(self.script_right is False), len(self.labelled.title) + len(self.labelled.text)


@dataclass(slots=True)
class LanguageFigures:
    """How well the language and the script of some items were told."""

    languages: Tally = field(default_factory=Tally)
    scripts: Tally = field(default_factory=Tally)

    def add(self, one: JudgedLanguage) -> None:
        """Count one item."""
        self.languages.add(one.right)
        self.scripts.add(one.script_right)


class LanguageReport:
    """How well languages are told: over all, by file, by language, what is taken for what, and the worst."""

    def __init__(self, candidates: Collection[str], errors: int) -> None:
        """`candidates`: the languages that are told apart; items in others do not count."""
        self._candidates = frozenset(candidates)
        self.overall = LanguageFigures()
        self.files: defaultdict[str, LanguageFigures] = defaultdict(LanguageFigures)
        self.languages: defaultdict[str, LanguageFigures] = defaultdict(LanguageFigures)
        self.confusions: Counter[tuple[str, str]] = Counter()
        """How often a language (first) was taken for another."""
        self.not_counted: Counter[str] = Counter()
        """Items in languages that are no candidates."""
        self.errors: Worst[JudgedLanguage] = Worst(errors)

    def add(self, file: str, labelled: LabelledItem, description: Description) -> None:
        """Count one item."""
        if labelled.language not in self._candidates:
            self.not_counted[labelled.language] += 1
            return
        one = JudgedLanguage(labelled, description)
        for figures in (self.overall, self.files[file], self.languages[labelled.language]):
            figures.add(one)
        if not one.right:
            self.confusions[labelled.language, description.language] += 1
        if not one.right or one.script_right is False:
            self.errors.add(one.badness, one)
