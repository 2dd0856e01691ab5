"""Long lists of values, cut to what one statement takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

VALUES_PER_STATEMENT = 1000
"""Databases bound the parameters of a statement (SQLite 32,766, PostgreSQL 65,535)."""


def chunked(values: Collection[T]) -> Iterator[list[T]]:
    """`values` in lists of at most `VALUES_PER_STATEMENT`; none when there are no values."""
    remaining = iter(values)
    while chunk := list(islice(remaining, VALUES_PER_STATEMENT)):
        yield chunk
