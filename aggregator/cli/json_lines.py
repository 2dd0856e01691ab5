"""Files of one JSON object per line, as commands on judgement read them: a bad line costs only itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Generic, TypeVar

import click
import orjson

from aggregator.cli.terminal import NEEDS_OPERATOR
from aggregator.editorial.items import InvalidItemError, id_of
from aggregator.errors import UsageError
from aggregator.model import Tag

LONGEST_LINE = 10_000_000
"""Bytes of a line, its end included."""
MOST_TOGETHER = 100_000
"""Items of a file that are judged against one another."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

T = TypeVar("T")


class JsonLines(Generic[T]):
    """The items of one stream, read as they are asked for.

    A line that is no item is reported on stderr, with its number and the cure, and counted.
    """

    def __init__(self, stream: BinaryIO, item: Callable[[Mapping[str, object]], T]) -> None:
        """`item` makes one of a JSON object; it raises InvalidItemError."""
        self._stream = stream
        self._item = item
        self.name = str(getattr(stream, "name", "<stdin>"))
        self.number = 0
        """Of the line that was read last, from 1 on."""
        self.seen = 0
        """Lines that were not blank."""
        self.left_out = 0

    def __iter__(self) -> Iterator[T]:
        for number, line in enumerate(_lines(self._stream), 1):
            self.number = number
            if line is not None and not line.strip():
                continue
            self.seen += 1
            try:
                yield self._item(_object(line))
            except InvalidItemError as error:
                self.left_out += 1
                click.echo(f"{self.name}:{number}: {error}", err=True)


def judged_together(lines: JsonLines[T]) -> Iterator[T]:
    """The items of a file that are compared with one another; raises UsageError if there are too many."""
    for count, one in enumerate(lines):
        if count == MOST_TOGETHER:
            raise UsageError(
                f"{lines.name} has more than {MOST_TOGETHER:,} items to be compared with one another: divide "
                "it by date, as what is published days apart is never one story"
            )
        yield one


def each_once(item: Callable[[Mapping[str, object]], T]) -> Callable[[Mapping[str, object]], T]:
    """The same, but an object is no item if one before it has its `id`: raises InvalidItemError."""
    seen: set[str] = set()

    def once(fields: Mapping[str, object]) -> T:
        known_as = str(id_of(fields))
        if known_as in seen:
            raise InvalidItemError(f"another line has the `id` {known_as}: give each item its own")
        made = item(fields)
        seen.add(known_as)
        return made

    return once


def account(*files: JsonLines[T]) -> None:
    """Say how many lines were left out, if any were, and end the command with the code for that."""
    left_out = sum(file.left_out for file in files)
    if left_out:
        seen = sum(file.seen for file in files)
        click.echo(f"{left_out} of {seen} lines left out: they could not be read.", err=True)
        sys.exit(NEEDS_OPERATOR)


def as_json(tag: Tag) -> dict[str, Any]:
    """A country with what speaks for it."""
    return {
        "code": tag.country,
        "salience": tag.salience,
        "evidence": [
            {"surface": one.surface, "zone": one.zone, "start": one.start, "rule": one.rule}
            for one in tag.evidence
        ],
    }


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines of a stream, None in the place of one that is too long; no more than one is held."""
    while line := stream.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line.removeprefix(_BYTE_ORDER_MARK)
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(LONGEST_LINE)
        yield None


def _object(line: bytes | None) -> Mapping[str, object]:
    if line is None:
        raise InvalidItemError(f"is longer than {LONGEST_LINE:,} bytes: shorten its `text`")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidItemError(
            f"is not JSON ({error.msg}, column {error.colno}): write one object per line, in UTF-8"
        ) from error
    if not isinstance(value, dict):
        raise InvalidItemError('is no JSON object: write it like {"id": "1", "title": "…", "text": "…"}')
    return value
