"""Whether two entries tell one text: copies, lightly edited ones, a teaser and the whole.

Measured is how much of the shorter text stands in the longer, word for word and in order, by their
fingerprints. What counts against it is what stands in the same place in both and differs: bulletins, results
and reports made from one template agree in all but the number or the name that is the news. A false merge
makes information vanish, a missed one only shows a text twice: in doubt two texts are two.
"""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.editorial.fingerprint import Fingerprint
from aggregator.editorial.wording import ROW, Comparison, compare

THRESHOLD = 0.44
"""Likeness from which on two texts are one; it is measured in rows of three words."""
SHARE_WEIGHT, OVERLAP_WEIGHT, TITLE_WEIGHT = 0.4, 0.4, 0.2
"""What the three measures of likeness count."""
OVERLAP_PRIOR = 8
"""Rows of overlap that the likeness of the titles stands for: an overlap of few words proves little."""

REPLACED_WORD = 3
"""Shared rows that one replaced word outweighs …"""
REPLACED_OBJECT = 25
"""… one that is replaced in a title which is the same otherwise, and so names another object …"""
REPLACED_NUMBER = 50
"""… a number in whose place another one stands …"""
UPDATED_NUMBER = 15
"""… the same in a long text most numbers of which are shared: a toll that has risen …"""
DENIAL = 20
"""… and a negation that only one has."""
SAME_TITLE = 0.5
"""Likeness from which on two titles are the same otherwise, unless …"""
SETTLING_WORDS = 20
"""… so many words of the texts are shared and none is replaced: then only the headline was changed."""
LONG = 100
"""Shared rows of a long text."""
SHARED_PER_UPDATED = 4
"""Shared numbers to each replaced one if most are shared."""

FEWEST_PAIRS_SHARED = 0.25
"""Share of the pairs of neighbouring words of the shorter entry without which nothing more is compared."""
FEWEST_TELLING = 5
"""Telling words that must be shared: a title alone of fewer is «Weather in Almaty»."""
FEWEST_OF_TEXTS = 6
"""Words that the texts must share where both have as many: a column may have one title every day."""
OTHER_TITLE = 0.2
"""Likeness of titles below which they are different ones …"""
FEWEST_UNDER_OTHER_TITLE = 25
"""… and so many must be shared: fewer may be a notice that stands under each of a site's articles."""
LONGEST_OTHER_LEAD = 12
"""Words with which texts may begin differently, unless their titles agree: news on an old background has its
own lead.
"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two entries tell one text."""

    share: float
    """Share of the shorter entry's rows of three words that stand in the longer one, 0..1."""
    titles: float
    """Share of the telling words of both titles that both have, 0..1; 0 where an entry has no title."""
    by_title: bool
    """Only the titles say so: at least one entry has no text to compare."""
    reason: str
    """In words, for the operator."""


def verdict(one: Fingerprint, other: Fingerprint) -> Likeness | None:
    """How alike two entries are; None if they tell two texts, or too little to say.

    It is the same either way round. They tell one text if most of the shorter stands in the longer, or, under
    one title, most of where the two overlap: a copy may begin later or break off earlier than the other.
    """
    if len(one.pairs & other.pairs) < FEWEST_PAIRS_SHARED * min(len(one.pairs), len(other.pairs)):
        return None
    found = compare(one, other)
    if not _is_evidence(found) or _likeness(found) < THRESHOLD:
        return None
    share = _share(found, found.rows)
    by_title = found.of_texts < FEWEST_OF_TEXTS
    what = f"{share:.0%} of the shorter one's {found.length} words stand in the longer"
    titles = f"the titles agree in {found.titles:.0%}" if found.titled else "one has no title"
    reason = f"the same title of {found.length} words" if by_title else f"{what}, {titles}"
    return Likeness(share, found.titles, by_title, reason)


def _is_evidence(found: Comparison) -> bool:
    """Whether what is shared is enough to say anything."""
    if found.telling < FEWEST_TELLING:
        return False
    if found.titles < SAME_TITLE and found.before > LONGEST_OTHER_LEAD:
        return False
    if found.titled and found.titles < OTHER_TITLE:
        return found.of_texts >= FEWEST_UNDER_OTHER_TITLE
    return found.of_texts >= FEWEST_OF_TEXTS or found.shortest_text < FEWEST_OF_TEXTS


def _likeness(found: Comparison) -> float:
    left = found.rows - _outweighed(found)
    overlap = (left + OVERLAP_PRIOR * found.titles) / (found.rows + found.unshared + OVERLAP_PRIOR)
    return SHARE_WEIGHT * _share(found, left) + OVERLAP_WEIGHT * overlap + TITLE_WEIGHT * found.titles


def _share(found: Comparison, rows: int) -> float:
    return rows / (found.length - ROW + 1)


def _outweighed(found: Comparison) -> int:
    """Shared rows that the differences outweigh."""
    text_differs = found.replaced_words or found.replaced_numbers or found.of_texts < SETTLING_WORDS
    other_object = found.titles >= SAME_TITLE and text_differs
    updated = found.rows >= LONG and found.numbers >= SHARED_PER_UPDATED * found.replaced_numbers
    return (
        REPLACED_WORD * found.replaced_words
        + (REPLACED_OBJECT if other_object else REPLACED_WORD) * found.replaced_title_words
        + REPLACED_OBJECT * found.replaced_objects
        + (UPDATED_NUMBER if updated else REPLACED_NUMBER) * found.replaced_numbers
        + DENIAL * found.denials
    )
