"""A source's own rhythm: learned from what it publishes, turned into the interval between two polls.

New entries per day, as an average in which older days count less and less. It needs no look into the past, no
dates that can be trusted, and it follows a source that falls asleep or wakes up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import Hints, Pace

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=24)
"""Bounds of the interval that we reckon ourselves."""
USUAL = timedelta(hours=1)
"""Interval of a source of which nothing is known."""
WITHOUT_VALIDATORS = timedelta(hours=1)
"""Shortest interval of a source that cannot say «nothing changed»: each poll costs it a whole body."""

_MEMORY = timedelta(days=7)
"""What is older weighs less than a third: a whole week, because weekends differ."""
_PER_ENTRY = 0.5
"""Polls come twice as often as entries: half of a source's mean gap is how late an entry may be found."""
_SAFE_SHARE = 0.25
"""Of a body's length that may be replaced between two polls: entries come in bursts."""
_NEWEST = 20
"""Dates from which a source's rhythm is guessed when it is first read."""
_SHORTEST_SPAN = timedelta(hours=1)
_AFTER_ONE = timedelta(days=6)
"""When a second entry may come at the latest, where there is but one."""
_LONGEST_GAP = timedelta(days=365)
"""Between two entries; longer ones say nothing more."""
_DAY = timedelta(days=1)
_UNDATED_RATE = _PER_ENTRY * (_DAY / USUAL)
"""Entries per day that lead to the usual interval."""


def first_met(dates: Iterable[datetime], at: datetime, feed_length: int, hints: Hints) -> Pace:
    """The pace of a source that is read for the first time, guessed from its entries' own dates.

    What came before the last entry tells how often they come; the silence since then counts as silence.
    """
    newest = sorted((date for date in dates if date <= at), reverse=True)[:_NEWEST]
    if not newest:
        return Pace(_UNDATED_RATE, feed_length, hints)
    span = newest[0] - newest[-1] if len(newest) > 1 else min(at - newest[0], _AFTER_ONE)
    rate = max(len(newest) - 1, 1) / (max(span, _SHORTEST_SPAN) / _DAY)
    return Pace(rate * _kept_after(at - newest[0]), feed_length, hints)


def learned(pace: Pace, arrived: int, elapsed: timedelta) -> Pace:
    """The pace after `arrived` new entries in the time since the last success."""
    if pace.entries_per_day is None or elapsed <= timedelta(0):
        return pace
    kept = _kept_after(elapsed)
    observed = arrived / (elapsed / _DAY)
    return replace(pace, entries_per_day=pace.entries_per_day * kept + observed * (1 - kept))


def usual_gap(pace: Pace, silence: timedelta) -> timedelta | None:
    """The time that usually lay between two entries before the last one, `silence` ago; None if unknown.

    What silence took from the pace is given back. It tells nothing of gaps longer than a week.
    """
    if not pace.entries_per_day:
        return None
    kept = _kept_after(min(max(silence, timedelta(0)), _LONGEST_GAP))
    # Compared as numbers: the gap of a source that is all but silent would be more than a timedelta can hold.
    return min(kept / pace.entries_per_day, _LONGEST_GAP / _DAY) * _DAY


def _kept_after(time: timedelta) -> float:
    """What is left of a pace when nothing arrived for some time."""
    return math.exp(-(time / _MEMORY))


def interval(fixed: timedelta | None, pace: Pace, *, conditional: bool) -> timedelta:
    """Time between two polls: the operator's `fixed` word or the source's rhythm, and never below its hints.

    `conditional`: the source gave a validator, so that a poll in vain costs it next to nothing.
    """
    own = _reckoned(pace, conditional=conditional) if fixed is None else fixed
    hint = pace.hints.update_interval
    return own if hint is None else max(own, min(hint, LONGEST))


def least(fixed: timedelta | None, pace: Pace, *, conditional: bool) -> timedelta:
    """The shortest time between two polls that a source ever meets, however much news it is said to have."""
    shortest = SHORTEST if conditional else WITHOUT_VALIDATORS
    return max(fixed or shortest, min(pace.hints.update_interval or shortest, LONGEST))


def backup(own: timedelta, wished: timedelta, pace: Pace) -> timedelta:
    """Time between two polls while a hub pushes: `wished`, when the source's `own` rhythm is shorter.

    Pushes may get lost: it is never so long that entries could run through the body unseen.
    """
    if pace.feed_length and pace.entries_per_day:
        # Compared as numbers: the safe time of a silent source would be more than a timedelta can hold.
        days = pace.feed_length * _SAFE_SHARE / pace.entries_per_day
        wished = min(wished, days * _DAY) if days < 1 else wished
    return max(own, wished)


def backed_off(base: timedelta, failures: int) -> timedelta:
    """`base` doubled with each failure in a row, up to a day, or to a `base` that is longer than that."""
    # More doublings than this change nothing, and would be more than a timedelta can hold.
    doubled = base * (1 << min(failures, 20))
    return min(doubled, max(base, LONGEST))


def _reckoned(pace: Pace, *, conditional: bool) -> timedelta:
    shortest = SHORTEST if conditional else WITHOUT_VALIDATORS
    if pace.entries_per_day is None:
        return max(USUAL, shortest)
    entries = _PER_ENTRY
    if pace.feed_length:
        entries = min(entries, pace.feed_length * _SAFE_SHARE)
    # Compared as numbers: the interval of a silent source would be more than a timedelta can hold.
    days = entries / pace.entries_per_day if pace.entries_per_day > entries else 1.0
    return min(max(days * _DAY, shortest), LONGEST)
