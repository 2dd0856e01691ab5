"""CSV files of addresses, line by line: what is wrong in one line costs that line alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from aggregator.errors import UsageError

LONGEST_LINE = 10_000
"""Bytes."""
_FORMULA = re.compile(r"'*[=+\-@]")
"""What programs for tables reckon; an address may begin like that."""
_CONTROL = re.compile(r"[\0-\x08\n-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line with its number, beside the heading."""

    number: int
    content: bytes
    heading: tuple[str, ...]
    delimiter: str

    def cells(self) -> dict[str, str]:
        """The cells by column, trimmed. Raises UsageError that says how to mend the line."""
        cells = _cells(self.content, self.delimiter)
        if len(cells) > len(self.heading):
            raise UsageError(
                f"{len(cells)} cells under {len(self.heading)} columns: put a cell that holds "
                f"`{self.delimiter}` in quotes"
            )
        return dict(zip(self.heading, cells, strict=False))


def lines_of(file: Iterable[bytes], name: str, *, wanted: Sequence[str] = ("email",)) -> Iterator[Line]:
    """The lines below the heading that are not empty.

    Cells stand between commas, semicolons or tabs, whichever the heading has. A cell cannot hold a line
    break: a quote that nobody closed would swallow all that follows. Raises UsageError where there is no
    heading with one of the columns `wanted`.
    """
    lines = iter(file)
    first = next(lines, b"").removeprefix(b"\xef\xbb\xbf")
    delimiter = max(",;\t", key=lambda one: first.count(one.encode()))
    try:
        heading = tuple(cell.casefold() for cell in _cells(first, delimiter))
    except UsageError as error:
        raise UsageError(f"{name}:1: {error}") from error
    if not set(wanted) & set(heading):
        columns = " or ".join(f"`{one}`" for one in wanted)
        raise UsageError(
            f"{name}:1: no column {columns}; it has {', '.join(filter(None, heading)) or 'none'}"
        )
    for number, content in enumerate(lines, start=2):
        if content.strip(b"\r\n\t ;,"):
            yield Line(number, content, heading, delimiter)


def harmless(cell: str) -> str:
    """A cell that is written, with an apostrophe before what would be a formula; reading takes it off."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_written(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _cells(content: bytes, delimiter: str) -> list[str]:
    if len(content) > LONGEST_LINE:
        raise UsageError(f"the line is longer than {LONGEST_LINE} bytes: is a line break missing?")
    try:
        text = content.decode("utf-8").rstrip("\r\n")
        if found := _CONTROL.search(text):
            raise UsageError(f"holds U+{ord(found[0]):04X}, which is no text: save the file as CSV in UTF-8")
        (cells,) = list(csv.reader([text], delimiter=delimiter, strict=True)) or [[]]
    except UnicodeDecodeError:
        raise UsageError("not UTF-8: save the file in this encoding") from None
    except csv.Error as error:
        raise UsageError(f"not CSV ({error}): close each quote in its line") from None
    return [_as_written(cell.strip()) for cell in cells]
