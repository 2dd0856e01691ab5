"""Which stories matter most, and why: for the front page and the digest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Member, Relation, Story

HALF_LIFE = timedelta(hours=48)
"""After this time a story is worth half: within a week's digest the newest do not crowd out the rest."""
PER_COUNTRY = 0.1
"""What each further country adds to a story's worth, relatively."""
MOST_COUNTRIES = 5
"""More than these add nothing."""
_INDEPENDENT = frozenset({Relation.LEAD, Relation.REPORT})
"""Members that are accounts of their own; copies, editions and translations repeat another's."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A story with its worth."""

    story: Story
    score: float
    reason: str
    """What the score rests on, for `explain`."""


def rank(stories: Iterable[Story], now: datetime, weights: Mapping[str, float]) -> list[Ranked]:
    """Best first; equal ones by date, then by id. `weights`: by source id, 1.0 for sources not in it."""
    ranked = [score(story, now, weights) for story in stories]
    return sorted(ranked, key=lambda one: (-one.score, -one.story.lead.published.timestamp(), one.story.id))


def score(story: Story, now: datetime, weights: Mapping[str, float]) -> Ranked:
    """coverage x weight x freshness x breadth.

    Coverage grows with the logarithm of independent sources, weight is that of the weightiest of them,
    freshness halves every 48 hours since the lead was published, breadth grows by a tenth with each further
    country.
    """
    sources = _independent_sources(story.members)
    coverage = 1 + math.log2(len(sources))
    weight = max(weights.get(source, 1.0) for source in sources)
    age = max(now - story.lead.published, timedelta())
    freshness = 0.5 ** (age / HALF_LIFE)
    breadth = 1 + PER_COUNTRY * max(min(len(story.countries), MOST_COUNTRIES) - 1, 0)
    reason = (
        f"independent sources: {len(sources)}; source weight: {weight:g}; "
        f"age: {age / timedelta(hours=1):.0f} h; countries: {len(story.countries)}"
    )
    return Ranked(story, coverage * weight * freshness * breadth, reason)


def _independent_sources(members: Iterable[Member]) -> set[str]:
    return {member.source_id for member in members if member.relation in _INDEPENDENT}
