"""What keeps two entries apart however alike they are: a false merge makes information vanish.

The look-alikes of newsrooms are made from one template about two objects: treaties of one day, talks with one
country and with another, yesterday's rates and today's, a claim and its denial.
"""

from __future__ import annotations

from collections.abc import Collection

from aggregator.editorial.likeness import OWN_KINDS, SHARED_KINDS, Weighed
from aggregator.editorial.terms import KIND, TermKind, concept

TEMPLATE = 0.6
"""Share of the words of two titles that both have, from which on they may be made from one template: then
another name or number is another object ..."""
SAME_WORDING = 0.75
"""... and from which on any other word is."""
DENIAL = concept("deny")
_NAMING = frozenset({TermKind.NAME, TermKind.NUMBER})
_COUNTING = frozenset({TermKind.NUMBER})


def contradict(one: Weighed, other: Weighed) -> bool:
    """Whether two entries cannot report one event."""
    return (
        _one_denies(one, other)
        or _of_strange_countries(one, other)
        or (_other_object(one, other) if one.language == other.language else _other_number(one, other))
    )


def _one_denies(one: Weighed, other: Weighed) -> bool:
    titles = one.title(SHARED_KINDS).terms, other.title(SHARED_KINDS).terms
    return (DENIAL in titles[0]) is not (DENIAL in titles[1])


def _of_strange_countries(one: Weighed, other: Weighed) -> bool:
    """Whether each is about countries and neither names one of the other's."""
    if not one.countries or not other.countries:
        return False
    return not (one.countries & other.named or other.countries & one.named)


def _other_object(one: Weighed, other: Weighed) -> bool:
    """Whether two titles of one template name different things, of which the other entry knows nothing."""
    alike = _alike(one, other, OWN_KINDS)
    if alike >= SAME_WORDING:
        return _says_more(one, other, OWN_KINDS) and _says_more(other, one, OWN_KINDS)
    return alike >= TEMPLATE and _says_more(one, other, _NAMING) and _says_more(other, one, _NAMING)


def _other_number(one: Weighed, other: Weighed) -> bool:
    """The same across languages, where only numbers can be trusted to be the same or not."""
    alike = _alike(one, other, SHARED_KINDS)
    return alike >= TEMPLATE and _says_more(one, other, _COUNTING) and _says_more(other, one, _COUNTING)


def _alike(one: Weighed, other: Weighed, kinds: Collection[int]) -> float:
    """Share of the longer of two titles that both have, word by word: what is rare counts no more here."""
    here, there = one.title(kinds).terms.keys(), other.title(kinds).terms.keys()
    return len(here & there) / max(len(here), len(there), 1)


def _says_more(one: Weighed, other: Weighed, kinds: Collection[int]) -> bool:
    """Whether the title of `one` holds what the other entry does not, by terms of these kinds."""
    return any(term & KIND in kinds and term not in other.terms for term in one.title_terms)
