"""How a feed's history is divided into archive documents (RFC 5005 section 4).

A story's number in a selection never changes, so neither does the document that it stands in: what was
written once is written anew only when a story in it changes, and when its successor is complete. The current
documents hold at least what no archive document has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count as numbers_from
from itertools import takewhile

STORIES_PER_DOCUMENT = 50


def path(name: str, document: int) -> str:
    """Where a document of the feed of this name stands below the public folder, counted from 1."""
    return f"feeds/{name}/{document}.atom"


def paths(name: str, holds: Callable[[str], bool]) -> Iterator[str]:
    """The documents of a feed that are there, as `holds` says."""
    return takewhile(holds, (path(name, document) for document in numbers_from(1)))


def complete(count: int) -> int:
    """How many archive documents there are once `count` numbers were given: none, or at least two.

    A single one would have no neighbour to name, of which validators warn.
    """
    documents = count // STORIES_PER_DOCUMENT
    return documents if documents > 1 else 0


def span(document: int) -> tuple[int, int]:
    """The numbers in a document, counted from 1: the first, and the one after the last."""
    first = (document - 1) * STORIES_PER_DOCUMENT
    return first, first + STORIES_PER_DOCUMENT


def newest(count: int, limit: int) -> int:
    """How many of the newest places the current documents need: `limit`, or all that no archive has."""
    return max(limit, count - complete(count) * STORIES_PER_DOCUMENT)


def touched(numbers: Iterable[int], count: int) -> list[int]:
    """The complete documents to write anew when these numbers were touched, ascending.

    The last number of a document completes it: its predecessor then names it as the next.
    """
    documents = set()
    for number in numbers:
        document, place = divmod(number, STORIES_PER_DOCUMENT)
        documents.add(document + 1)
        if place == STORIES_PER_DOCUMENT - 1:
            documents.add(document)
    return sorted(one for one in documents if 1 <= one <= complete(count))
