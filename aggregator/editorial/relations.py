"""How the entries of one story belong to it: who leads, and what the others are to the lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from aggregator.editorial.stories import Gathering, Thing
from aggregator.editorial.terms import found_in
from aggregator.model import DescribedEntry, KnownEntry, Relation

MOST_COMPARED = 8
"""Members of a story that one is compared with for want of better ones."""
WORDS_SHOWN = 6
"""Words that a reason quotes."""


class Bond(NamedTuple):
    """How an entry belongs to its story, and why."""

    relation: Relation
    reason: str


def precedence(thing: Thing, weights: Mapping[str, float]) -> tuple[float, bool, datetime, str, str]:
    """The smaller, the rather it leads. `weights`: by source id, 1.0 for sources that are not in it.

    The weightiest source leads, of equal ones what is for everybody, then what came first: of several copies
    the first is taken for the original.
    """
    one = thing.entry
    paywalled = isinstance(one, DescribedEntry) and one.entry.paywalled
    return -weights.get(thing.source_id, 1.0), paywalled, thing.published, thing.source_id, thing.guid


def bond(gathering: Gathering, number: int, story: Collection[int]) -> Bond:
    """How one thing belongs to a story by the member that it is most alike, of those with other addresses.

    Looked at are members that share keys with it, for want of such the first of `story`: a story may be long.
    """
    strangers = (other for other in story if not gathering.one_address(number, other))
    met = [o for o in gathering.met[number] if o in story and not gathering.one_address(number, o)]
    others = met or list(islice(strangers, MOST_COMPARED))
    copies = [other for other in others if _pair(number, other) in gathering.copies]
    if copies:
        original = max(copies, key=lambda other: gathering.copies[_pair(number, other)].share)
        alike = gathering.copies[_pair(number, original)]
        return Bond(Relation.COPY, f"same text as {_name(gathering.things[original])}: {alike.reason}")
    nearest = max(others, key=lambda other: gathering.score(number, other))
    one, other = gathering.things[number], gathering.things[nearest]
    likeness = gathering.score(number, nearest)
    because = f"same event as {_name(other)} (likeness {likeness:+.1f}){_shared_words(one, other)}"
    if one.language != other.language and gathering.outlet(one) == gathering.outlet(other):
        return Bond(Relation.EDITION, because)
    if one.language != other.language and _is_translation(one):
        return Bond(Relation.TRANSLATION, because)
    return Bond(Relation.REPORT, because)


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _name(thing: Thing) -> str:
    return f"entry {thing.guid} of {thing.source_id}"


def _shared_words(one: Thing, other: Thing) -> str:
    """What both say, in the words of the one that is at hand."""
    arrival = one.entry if isinstance(one.entry, DescribedEntry) else other.entry
    if isinstance(arrival, KnownEntry):
        return ""
    shared = one.weighed.terms.keys() & other.weighed.terms.keys()
    weights = one.weighed.terms
    text = f"{arrival.entry.title}\n{arrival.entry.text}"
    words = found_in(text, shared, arrival.description.language)
    telling = sorted(words, key=lambda word: -weights[words[word]])[:WORDS_SHOWN]
    return f": both say {', '.join(telling)}" if telling else ""


def _is_translation(thing: Thing) -> bool:
    one = thing.entry
    return isinstance(one, DescribedEntry) and one.description.translated
