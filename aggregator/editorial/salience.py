"""How much an entry is about a country: a sum over zones of what its signs say there.

A country in the title counts for more than one in the first paragraph, that for more than one further down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from aggregator.editorial.gazetteer_format import Kind
from aggregator.editorial.matching import Hit

Zone = Literal["title", "lead", "body", "category", "url"]
ZONES: tuple[Zone, ...] = get_args(Zone)


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a country's hits in one zone add to its salience."""

    first: float
    further: float
    most: float


WEIGHTS: Mapping[Zone, Weight] = {
    "title": Weight(first=0.6, further=0.1, most=0.8),
    "lead": Weight(first=0.5, further=0.1, most=0.7),
    "body": Weight(first=0.2, further=0.1, most=0.6),
    "category": Weight(first=0.25, further=0.0, most=0.25),
    "url": Weight(first=0.2, further=0.0, most=0.2),
}
BY_SIGN = 0.8
"""Share of a zone's weight for signs of a country that are not its name or people: a city, a leader."""
BY_TOWN = 0.7
"""The same for a smaller town: named once in the title it gives a tag, once in the lead a mention."""
BY_FORMER_LEADER = 0.5
"""The same for a leader out of office: named in the title alone, the country is a mention; in title and lead,
a tag, for then the entry is about that leader."""
IN_PASSING = 0.6
"""The same for a country that the lead names once, behind its first sentence, where the title names another:
that is a mention."""
THRESHOLD = 0.4
"""Salience from which on a country is a tag: one city in the lead suffices."""
_THE_COUNTRY_ITSELF = (Kind.NAMES, Kind.DEMONYMS, Kind.STEMS, Kind.GIVEN_NAMES, Kind.AMBIGUOUS)
_SHARES = {**dict.fromkeys(_THE_COUNTRY_ITSELF, 1.0), Kind.TOWNS: BY_TOWN}
_SENTENCE_ENDS = re.compile(r"(?<=[\w%)»”\"][\w%)»”\"])[.!?؟…۔]+[\"»”)]*\s|\n|[。！？]")
"""Behind two letters at least: an initial ends none."""


class Sign(NamedTuple):
    """A hit, and how much it says of its country."""

    hit: Hit
    share: float
    """Of its zone's weight."""
    rule: str


ByZone = Mapping[Zone, Sequence[Sign]]
"""A country's signs."""


def share_of(kind: Kind) -> float:
    """Of a zone's weight, what a sign of this kind says."""
    return _SHARES.get(kind, BY_SIGN)


def of(by_zone: ByZone, passing: bool = False) -> float:
    """0..1: how much an entry is about a country of which it has these signs."""
    salience = sum(_in_zone(zone, signs) for zone, signs in by_zone.items())
    if passing:
        salience -= (1 - IN_PASSING) * _in_zone("lead", by_zone["lead"])
    return round(min(salience, 1.0), 3)


def _in_zone(zone: Zone, signs: Sequence[Sign]) -> float:
    weight = WEIGHTS[zone]
    share = max(sign.share for sign in signs)
    return share * min(weight.first + weight.further * (len(signs) - 1), weight.most)


def in_passing(countries: Mapping[str, ByZone], lead: str) -> set[str]:
    """Those that the lead names once, not before its second sentence, where the title names others."""
    if not any("title" in by_zone for by_zone in countries.values()):
        return set()
    once = {
        country: by_zone["lead"][0].hit.start
        for country, by_zone in countries.items()
        if "title" not in by_zone and len(by_zone.get("lead", ())) == 1
    }
    if not once:
        return set()
    end = _SENTENCE_ENDS.search(lead)
    return {country for country, start in once.items() if end and start >= end.end()}
