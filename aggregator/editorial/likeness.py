"""How likely two entries report one event, by the terms they share.

A logistic model over a few figures (`Figures`), one for entries of one language and one across languages; its
coefficients were fitted on labelled stories (docs/decisions/0032). The score is the logarithm of the odds:
0 is even, above it they are likelier one event than two.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import compress, islice
from operator import mul
from typing import NamedTuple

from aggregator.editorial import sketches
from aggregator.editorial.terms import KIND, TermKind, number_of

HARDLY = 0.15
"""Share of the most telling terms under which entries are strangers, whatever else they share."""
EVIDENCE = 0.08
"""Weight of all that two entries share under which it proves nothing: one name that stands everywhere is the
whole of two short titles."""
NEVER = -9.0
"""The score of strangers."""
SALIENT = 6
"""So many terms of an entry that tell most of it."""
OWN_KINDS = frozenset({TermKind.WORD, TermKind.NAME, TermKind.NUMBER})
"""What entries of one language are compared by."""
SHARED_KINDS = frozenset({TermKind.NUMBER, TermKind.CONCEPT, TermKind.SOUND, TermKind.BEGINNING})
"""What all languages have in common."""
_ASPECTS = sketches.ASPECTS
_YEARS = frozenset(number_of(str(year)) for year in range(1990, 2060))


class Figures(NamedTuple):
    """What a pair is judged by, each 0..1; cosines and shares as square roots, which spread the low ones.

    Cosines are those of the entries' terms of one kind. Title: the share of what one title says that the
    other entry says too, of both directions the smaller and the larger. Salient: the same of each entry's
    most telling terms.
    """

    words: float
    names: float
    numbers: float
    concepts: float
    sounds: float
    title_least: float
    title_most: float
    salient_least: float
    salient_most: float
    countries: float
    """Jaccard index of the countries that they are about."""
    other_countries: float
    """1 when each is about countries and neither names one of the other's."""
    other_years: float
    """1 when both name years and not one of them is the same."""
    evidence: float
    """Weight of all that both say, in hundreds; 1 at most."""


class Model(NamedTuple):
    """Coefficients of a logistic model, and what is added to their sum."""

    coefficients: Figures
    intercept: float


ONE_LANGUAGE = Model(
    Figures(
        words=1.2,
        names=2.5,
        numbers=3.0,
        concepts=2.0,
        sounds=2.8,
        title_least=2.5,
        title_most=1.9,
        salient_least=-0.5,
        salient_most=3.2,
        countries=1.1,
        other_countries=-2.0,
        other_years=-2.0,
        evidence=0.2,
    ),
    intercept=-10.4,
)
ACROSS_LANGUAGES = Model(
    Figures(
        words=0.0,
        names=0.0,
        numbers=0.9,
        concepts=4.0,
        sounds=2.0,
        title_least=1.4,
        title_most=1.0,
        salient_least=1.5,
        salient_most=2.5,
        countries=1.7,
        other_countries=-2.3,
        other_years=0.0,
        evidence=2.6,
    ),
    intercept=-8.5,
)


class Telling(NamedTuple):
    """What of an entry must be found in another one: terms with their weights, and the sum of these."""

    terms: Mapping[int, float]
    sum: float

    def told_by(self, other: Mapping[int, float]) -> float:
        """Share that stands in the other entry's terms too."""
        if not self.sum:
            return 0.0
        return min(sum(map(self.terms.__getitem__, self.terms.keys() & other.keys())) / self.sum, 1.0)


class Weighed:
    """An entry's terms by how much they tell; what few comparisons need is worked out when asked for."""

    def __init__(
        self, sketch: bytes, language: str, countries: Collection[str] = (), mentioned: Collection[str] = ()
    ) -> None:
        """`sketch`: see `sketches`; `countries`: those that it is about."""
        self._packed = sketch
        self._mentioned = mentioned
        self.language = language
        self.countries = frozenset(countries)
        self._listed = sketches.terms(sketch)
        self.holds = frozenset(self._listed)
        """Its terms."""

    @cached_property
    def _sketch(self) -> sketches.Terms:
        return sketches.read(self._packed)

    @cached_property
    def terms(self) -> Mapping[int, float]:
        """Its terms with their weights."""
        return dict(zip(self._listed, self._sketch.weights, strict=True))

    @property
    def lengths(self) -> Sequence[float]:
        """Euclidean length of the terms, by kind."""
        return self._sketch.lengths

    @cached_property
    def named(self) -> AbstractSet[str]:
        """The countries that it is about or mentions."""
        return self.countries.union(self._mentioned)

    @cached_property
    def years(self) -> AbstractSet[int]:
        """The years that it names."""
        return self.holds & _YEARS

    @property
    def title_terms(self) -> Iterable[int]:
        """The terms of its title."""
        return compress(self._listed, self._sketch.in_title)

    def foremost(self, kinds: Collection[int]) -> AbstractSet[int]:
        """Its most telling terms of these kinds."""
        return self._foremost_shared if kinds is SHARED_KINDS else self._foremost_own

    @cached_property
    def _foremost_own(self) -> AbstractSet[int]:
        return _foremost(self._listed, OWN_KINDS)

    @cached_property
    def _foremost_shared(self) -> AbstractSet[int]:
        return _foremost(self._listed, SHARED_KINDS)

    def title(self, kinds: Collection[int]) -> Telling:
        """What its title says, by terms of these kinds."""
        return self._shared_title if kinds is SHARED_KINDS else self._own_title

    @cached_property
    def _own_title(self) -> Telling:
        return self._telling(term for term in self.title_terms if term & KIND in OWN_KINDS)

    @cached_property
    def _shared_title(self) -> Telling:
        return self._telling(term for term in self.title_terms if term & KIND in SHARED_KINDS)

    def salient(self, kinds: Collection[int]) -> Telling:
        """Its most telling terms of these kinds."""
        return self._shared_salient if kinds is SHARED_KINDS else self._own_salient

    @cached_property
    def _own_salient(self) -> Telling:
        return self._telling(self._foremost_own)

    @cached_property
    def _shared_salient(self) -> Telling:
        return self._telling(self._foremost_shared)

    def _telling(self, some: Iterable[int]) -> Telling:
        found = {term: self.terms[term] for term in some}
        return Telling(found, sum(found.values()))


def _foremost(terms: Iterable[int], kinds: Collection[int]) -> AbstractSet[int]:
    """Of terms, the weightiest first, the first few of these kinds."""
    return frozenset(islice((term for term in terms if term & KIND in kinds), SALIENT))


def score(one: Weighed, other: Weighed) -> float:
    """The logarithm of the odds that two entries report one event; `NEVER` if they can hardly."""
    same = one.language == other.language
    kinds = OWN_KINDS if same else SHARED_KINDS
    # Most pairs are brought together by chance: what is found out cheaply comes first.
    if one.foremost(kinds).isdisjoint(other.holds) and other.foremost(kinds).isdisjoint(one.holds):
        return NEVER
    salient = one.salient(kinds).told_by(other.terms), other.salient(kinds).told_by(one.terms)
    if max(salient) < HARDLY:
        return NEVER
    figures = _figures(one, other, kinds, salient)
    if figures.evidence < EVIDENCE:
        return NEVER
    coefficients, intercept = ONE_LANGUAGE if same else ACROSS_LANGUAGES
    total: float = sum(map(mul, coefficients, figures), intercept)
    return total


def compare(one: Weighed, other: Weighed) -> Figures:
    """The figures of a pair; titles and salient terms are compared by what its languages have in common."""
    kinds = OWN_KINDS if one.language == other.language else SHARED_KINDS
    salient = one.salient(kinds).told_by(other.terms), other.salient(kinds).told_by(one.terms)
    return _figures(one, other, kinds, salient)


def _figures(one: Weighed, other: Weighed, kinds: Collection[int], salient: tuple[float, float]) -> Figures:
    cosines, evidence = _shared(one, other, kinds)
    titles = one.title(kinds).told_by(other.terms), other.title(kinds).told_by(one.terms)
    spread = (*cosines, min(titles), max(titles), min(salient), max(salient))
    years = one.years and other.years and not one.years & other.years
    rest = (*_countries(one, other), float(bool(years)), min(evidence / 100, 1.0))
    return Figures(*map(math.sqrt, spread), *rest)  # type: ignore[call-arg]  # mypy cannot count them


def _shared(one: Weighed, other: Weighed, kinds: Collection[int]) -> tuple[list[float], float]:
    """Cosines by kind of term, and the weight of all that both say by these kinds."""
    products = [0.0] * sketches.KINDS
    evidence = 0.0
    terms, others = one.terms, other.terms
    for term in one.holds & other.holds:
        here, there = terms[term], others[term]
        kind = term & KIND
        products[_ASPECTS[kind]] += here * there
        if kind in kinds:
            evidence += min(here, there)
    cosines = [
        min(product / (length * other_length), 1.0) if product else 0.0
        for product, length, other_length in zip(products, one.lengths, other.lengths, strict=True)
    ]
    return cosines, evidence


def _countries(one: Weighed, other: Weighed) -> tuple[float, float]:
    both = one.countries & other.countries
    if both:
        return len(both) / len(one.countries | other.countries), 0.0
    strangers = (
        one.countries and other.countries and not (one.countries & other.named or other.countries & one.named)
    )
    return 0.0, float(bool(strangers))
