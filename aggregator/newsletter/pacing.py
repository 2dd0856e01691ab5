"""How fast letters may follow one another: to a server, and to one domain of recipients. Pure.

Times are seconds of a clock that never jumps. A pace is kept exactly in the long run, however long each
letter takes: the next place in the row is reckoned from the last one, not from when the last letter was done.
"""

from __future__ import annotations

from dataclasses import dataclass

BURST_SECONDS = 1.0
"""Places not used within this time are lost: a rest is not made up for by a flood."""
PATIENCE_SECONDS = 2.0
"""A letter that would have to wait longer than this does not wait in memory."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How far the row of places has been given away."""

    per_second: float
    next_place: float = 0.0
    """When the next letter may go."""
    next_later: float = 0.0
    """Up to when letters were told to come back later."""


def take(pace: Pace, now: float) -> tuple[Pace, float]:
    """Take the next place; returns it with the pace as it is then."""
    place = max(pace.next_place, now - BURST_SECONDS)
    return Pace(pace.per_second, place + 1 / pace.per_second, pace.next_later), max(place, now)


def is_soon(pace: Pace, now: float) -> bool:
    """Whether the next place is near enough to wait for it."""
    return pace.next_place <= now + PATIENCE_SECONDS


def come_back(pace: Pace, now: float) -> tuple[Pace, float]:
    """When a letter shall come back that cannot wait here: each at a time of its own."""
    later = max(pace.next_later, pace.next_place, now) + 1 / pace.per_second
    return Pace(pace.per_second, pace.next_place, later), later
