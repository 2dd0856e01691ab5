"""What stories are narrowed by besides words, as words of the same index. Pure.

A database meets lists of stories in one index many times as fast as it looks each story up in another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from aggregator.store.search_letters import bare, fold


class Facet(StrEnum):
    """What a facet says of a story. Words of the index never begin with one of these letters alone."""

    COUNTRY = "c"
    """Or a group of countries."""
    DAY = "d"
    """On which it was told, in UTC."""
    LANGUAGE = "l"
    """Of an entry that is more than a copy."""
    SOURCE = "s"
    TOPIC = "t"


EVERYTHING = "a_"
"""What every story has."""


@lru_cache(maxsize=4096)
def facet(kind: Facet, value: str) -> str:
    """The word that stands for this: hashed, because a source or a topic may be called anything."""
    return f"{kind.value}_{blake2b(value.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"


@lru_cache(maxsize=4096)
def topic(name: str) -> str:
    """The word for a topic, however it is spelt."""
    return facet(Facet.TOPIC, bare(" ".join(fold(name).split())))


def day(told_at: datetime) -> str:
    """The word for the day on which a story was told."""
    return f"{Facet.DAY.value}_{told_at.astimezone(UTC):%Y%m%d}"


def days(since: datetime, until: datetime) -> Iterator[str]:
    """Words, or beginnings of words (`d_202611*`), for the days from one moment to another, both included.

    Whole years and months are one each, so that even long times take few.
    """
    at, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    while at <= last:
        if (at.month, at.day) == (1, 1) and date(at.year, 12, 31) <= last:
            yield f"{Facet.DAY.value}_{at:%Y}*"
            at = date(at.year + 1, 1, 1)
        elif at.day == 1 and (month_end := _next_month(at) - timedelta(1)) <= last:
            yield f"{Facet.DAY.value}_{at:%Y%m}*"
            at = month_end + timedelta(1)
        else:
            yield f"{Facet.DAY.value}_{at:%Y%m%d}"
            at += timedelta(1)


def _next_month(first: date) -> date:
    return (first + timedelta(31)).replace(day=1)


def any_of(kind: Facet, values: Iterable[str]) -> list[str]:
    """The words for these values."""
    return [facet(kind, value) for value in values]
