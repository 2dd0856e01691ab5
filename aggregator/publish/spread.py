"""How a story spread, as a small picture: a line per language, a dot per account, time from left to right.

Only positions are worked out here; the template draws them as SVG, styles colour them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import Member

LANGUAGES = 12
"""Lines of the picture, those of the first languages; accounts in others are in the list alone."""
_LEFT, _RIGHT = 2.0, 98.0
"""Where the first and the last account stand, in percent of the width."""
_STEPS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 72, 168))
_TICKS = 4
"""Marks on the axis, besides its beginning."""
_SHORTEST = timedelta(minutes=10)
"""Accounts that are closer together make no picture."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One account."""

    x: float
    """Percent of the width."""
    member: Member


@dataclass(frozen=True, slots=True)
class Line:
    """The accounts in one language, by time."""

    language: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis."""

    x: float
    after: timedelta
    """Since the first account."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The picture."""

    lines: tuple[Line, ...]
    """In the order in which languages came to the story."""
    ticks: tuple[Tick, ...]
    since: datetime
    until: datetime


def spread(members: Sequence[Member]) -> Spread | None:
    """The picture of these accounts; None where there is nothing to see: one account, or all at once."""
    known = sorted((one for one in members if not one.date_guessed), key=lambda one: one.published)
    if len(known) < 2 or known[-1].published - known[0].published < _SHORTEST:
        return None
    since, until = known[0].published, known[-1].published
    lines: dict[str, list[Dot]] = {}
    for member in known:
        dot = Dot(_position(member.published - since, until - since), member)
        lines.setdefault(member.language, []).append(dot)
    shown = tuple(Line(language, tuple(dots)) for language, dots in list(lines.items())[:LANGUAGES])
    return Spread(shown, tuple(_ticks(until - since)), since, until)


def _position(after: timedelta, whole: timedelta) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * (after / whole), 1)


def _ticks(whole: timedelta) -> Iterator[Tick]:
    """The finest steps that give few marks; whole weeks where a story took long."""
    step = next(
        (one for one in _STEPS if whole / one <= _TICKS), _STEPS[-1] * (whole // (_STEPS[-1] * _TICKS) + 1)
    )
    for number in range(1, int(whole / step) + 1):
        yield Tick(_position(step * number, whole), step * number)
