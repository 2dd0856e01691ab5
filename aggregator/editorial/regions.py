"""Groups of countries that have a tag of their own, and how many countries one entry is told under.

A summit of five is told under each of the five, and under `region:CA`. An entry that names a dozen countries
is an overview: it is told under those that it says most of, and mentions the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from aggregator.model import GROUP_PREFIX, Evidence, Region, Tag

FEWEST = 3
"""Countries of a group that an entry about the group is about."""
MOST_TAGS = 5
"""Countries that an entry is told under, besides those of a group whose tag it has."""
Groups = Mapping[str, frozenset[str]]
"""The countries of each group, by name."""

NO_GROUPS: Groups = MappingProxyType({})


def groups_of(region: Region) -> Groups:
    """The groups that the operator chose."""
    return {name: frozenset(countries) for name, countries in region.groups}


def tags(subjects: Sequence[Tag], groups: Groups) -> tuple[Tag, ...]:
    """The tags of groups for an entry about these countries, most of a group's first."""
    if len(subjects) < FEWEST:
        return ()
    about = {tag.country: tag.salience for tag in subjects}
    found = {name: [code for code in about if code in countries] for name, countries in groups.items()}
    return tuple(
        _tag(name, codes, about)
        for name, codes in sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))
        if len(codes) >= FEWEST
    )


def _tag(name: str, codes: Sequence[str], about: Mapping[str, float]) -> Tag:
    rule = f"about {len(codes)} countries of the group {name}: {' '.join(sorted(codes))}"
    salience = round(sum(about[code] for code in codes) / len(codes), 3)
    return Tag(GROUP_PREFIX + name, salience, (Evidence("", "tags", 0, rule),))


def capped(
    subjects: Sequence[Tag], regions: Sequence[Tag], groups: Groups
) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """The countries that an entry is told under, and those beyond MOST_TAGS; both in the order given."""
    if len(subjects) <= MOST_TAGS:
        return tuple(subjects), ()
    spared = frozenset(chain(*(groups[one.country.removeprefix(GROUP_PREFIX)] for one in regions)))
    counted = [tag for tag in subjects if tag.country not in spared]
    beyond = {tag.country for tag in counted[MOST_TAGS:]}
    told = tuple(tag for tag in subjects if tag.country not in beyond)
    return told, tuple(_explained(tag) for tag in subjects if tag.country in beyond)


def _explained(tag: Tag) -> Tag:
    rule = f"the entry is about more than {MOST_TAGS} countries, and less about this one"
    return replace(tag, evidence=(*tag.evidence, Evidence("", "tags", 0, rule)))
