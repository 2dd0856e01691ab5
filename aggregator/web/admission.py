"""Who is let in: so many at once, and so many a minute. Whoever floods us causes bounded work."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

WINDOW = 60.0
"""Seconds in which entries are counted."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much is let in."""

    at_once: int
    at_once_each: int
    per_window_each: int


class Admission:
    """Counts those who are inside, and those who came within the running window."""

    def __init__(self, capacity: Capacity, seconds: Callable[[], float]) -> None:
        """`seconds`: a clock that never goes back."""
        self._capacity = capacity
        self._seconds = seconds
        self._inside: Counter[str] = Counter()
        self._came: Counter[str] = Counter()
        self._window = seconds()

    @contextmanager
    def admitted(self, name: str) -> Iterator[bool]:
        """Whether `name` is let in now; it is inside until the block ends."""
        if self._seconds() - self._window >= WINDOW:
            self._came.clear()
            self._window = self._seconds()
        let_in = (
            not self.crowded
            and self._inside[name] < self._capacity.at_once_each
            and self._came[name] < self._capacity.per_window_each
        )
        if not let_in:
            yield False
            return
        self._came[name] += 1
        self._inside[name] += 1
        try:
            yield True
        finally:
            self._inside -= Counter({name: 1})

    @property
    def crowded(self) -> bool:
        """Whether all places are taken, so that nobody is let in, whoever comes."""
        return self._inside.total() >= self._capacity.at_once

    @property
    def wait(self) -> int:
        """Whole seconds, at least 1, after which somebody who came too often may come again."""
        return max(1, math.ceil(self._window + WINDOW - self._seconds()))
