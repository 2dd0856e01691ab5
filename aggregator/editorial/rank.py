"""Which stories matter most, and why: for the front page and the digest.

A story's worth is coverage x weight x freshness x breadth. The first places are given out one by one, so that
neither one country nor one publisher fills them; the rest follow by worth. Freshness is a power of two in the
age, so that the order of the same stories does not depend on when they are ranked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from aggregator.model import Ranked, Relation, Story

HALF_LIFE = timedelta(hours=48)
"""After this time a story is worth half."""
PER_COUNTRY = 0.1
"""What each further country adds to a story's worth, relatively."""
MOST_COUNTRIES = 5
"""More than these add nothing."""
AGAIN = 0.8
"""By what a story counts less for each one before it of the same country, and of the same publisher."""
TWICE = 2
"""So many of the first places one country or one publisher may have while others are there to take them."""
SEVERAL_COUNTRIES = 3
"""A story about so many of the countries is the region's, not one country's."""
_INDEPENDENT = frozenset({Relation.LEAD, Relation.REPORT})
"""Members that are accounts of their own; copies, editions and translations repeat another's."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


@dataclass(frozen=True, slots=True)
class Voices:
    """What is known of who tells stories, by source id."""

    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """1.0 for sources that are not in it."""
    outlets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Who publishes it: sources of one outlet count once. Itself where it is not in it."""


@dataclass(frozen=True, slots=True)
class _Worth:
    """A story before it is known what stands above it."""

    story: Story
    sources: int
    worth: float
    reason: str
    country: str
    """The one that it is most about, of those that count; empty for one about several, or about none."""
    outlet: str
    """Of the entry that leads it."""
    outside: bool
    """It is about none of the countries that count."""


def rank(
    stories: Iterable[Story],
    now: datetime,
    voices: Voices,
    *,
    countries: Collection[str] = (),
    top: int = 0,
    half_life: timedelta = HALF_LIFE,
) -> list[Ranked]:
    """All these stories, the best first; equal ones by date, then by id.

    `countries` are those that count, all when empty: what is about none of them has one of the first places
    only when nothing else is left. `top` is the number of first places; one country or one publisher has at
    most `TWICE` of them as long as there is a story of others. More coverage never ranks a story lower.
    """
    by_worth = sorted(
        (_worth(story, now, voices, countries, half_life) for story in stories),
        key=lambda one: (-one.worth, -_published(one.story).timestamp(), one.story.id),
    )
    left, taken = list(by_worth), _Taken()
    first = [_next(left, taken) for _ in range(min(top, len(left)))]
    lowest = min((one.score for one in first), default=math.inf)
    rest = (
        Ranked(one.story, one.worth, one.sources, f"{one.reason}{_held_back(one, taken, lowest)}")
        for one in left
    )
    return [*first, *rest]


# ------------------------------------------------------------------------------------------------ worth


def _worth(
    story: Story, now: datetime, voices: Voices, countries: Collection[str], half_life: timedelta
) -> _Worth:
    independent = {member.source_id for member in story.members if member.relation in _INDEPENDENT}
    telling = independent or {story.lead.source_id}
    sources = len({voices.outlets.get(source, source) for source in telling})
    coverage = 1 + math.log2(sources)
    weight = max(voices.weights.get(source, 1.0) for source in telling)
    age = now - _published(story)
    freshness = 0.5 ** (age / half_life)
    touched = [one for one in story.countries if not countries or one in countries]
    breadth = 1 + PER_COUNTRY * max(min(len(touched), MOST_COUNTRIES) - 1, 0)
    return _Worth(
        story=story,
        sources=sources,
        worth=coverage * weight * freshness * breadth,
        reason=(
            f"coverage {sources} independent source{'s' if sources > 1 else ''} ×{coverage:.1f}, "
            f"weight {weight:g}, {age / timedelta(hours=1):.0f} h old ×{freshness:.2f}, "
            f"{_about(touched)} ×{breadth:.1f}"
        ),
        country=touched[0] if 0 < len(touched) < SEVERAL_COUNTRIES else "",
        outlet=voices.outlets.get(story.lead.source_id, story.lead.source_id),
        outside=bool(countries) and not touched,
    )


def _published(story: Story) -> datetime:
    """When it was told where its source gave a date ahead of that: it makes no story fresher."""
    return min(story.lead.published, story.told_at)


def _about(countries: Sequence[str]) -> str:
    return f"about {' '.join(countries[:MOST_COUNTRIES])}" if countries else "about no country that counts"


# ------------------------------------------------------------------------------------------------ places


class _Taken:
    """How many of the first places countries and publishers have."""

    def __init__(self) -> None:
        self.countries: Counter[str] = Counter()
        self.outlets: Counter[str] = Counter()

    def add(self, one: _Worth) -> None:
        """One more place is taken."""
        self.countries[one.country] += bool(one.country)
        self.outlets[one.outlet] += 1

    def shares(self, one: _Worth) -> list[tuple[int, str]]:
        """How many places its country has, and how many its publisher; without those that have none."""
        shares = (self.countries[one.country], one.country), (self.outlets[one.outlet], one.outlet)
        return [(count, whose) for count, whose in shares if count]

    def excesses(self, one: _Worth) -> int:
        """In how many respects (country, publisher) it would be one too many."""
        return sum(count >= TWICE for count, _ in self.shares(one))

    def damping(self, one: _Worth) -> float:
        """What is left of its worth beside them."""
        return AGAIN ** sum(count for count, _ in self.shares(one))


def _next(left: list[_Worth], taken: _Taken) -> Ranked:
    """The next place goes to what is worth most beside those that have one."""

    def standing(number: int) -> tuple[bool, int, float]:
        one = left[number]
        return one.outside, taken.excesses(one), -one.worth * taken.damping(one)

    best = left.pop(min(range(len(left)), key=standing))
    ranked = Ranked(
        best.story, best.worth * taken.damping(best), best.sources, f"{best.reason}{_repeated(best, taken)}"
    )
    taken.add(best)
    return ranked


def _repeated(one: _Worth, taken: _Taken) -> str:
    """What it counts less for, in words."""
    return "".join(
        f", {_ordinal(before + 1)} story of {whose} ×{AGAIN**before:.2g}"
        for before, whose in taken.shares(one)
    )


def _held_back(one: _Worth, taken: _Taken, lowest: float) -> str:
    """Why a story is not among the first that is worth more than one of them."""
    if one.worth <= lowest:
        return ""
    if one.outside:
        return ", not among the first: about no country that counts"
    shares = (f"{whose} has {count} of their places" for count, whose in taken.shares(one))
    return f", not among the first: {' and '.join(shares)}"


def _ordinal(number: int) -> str:
    return _ORDINALS[number - 1] if number <= len(_ORDINALS) else f"{number}th"
