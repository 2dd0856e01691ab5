"""What a Postfix on this machine wrote down: whether it took a message whose acceptance was lost.

`cleanup` logs the Message-ID of each message when its text has come over. A message of which the log says
nothing was not taken, provided that the log holds that time: it was being written before the text went over
and has gone on being written for a while since.
"""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from aggregator.model import Doubt

log = logging.getLogger(__name__)

MOST_REMEMBERED = 1_000_000
"""Message-IDs; the first are forgotten beyond that."""
ROTATED_READ = 4
"""Rotated logs that are looked through, the newest first."""
UNPACKED_BYTES = 2_000_000_000
"""Of one log."""
LINE_BYTES = 4_000
FOR_CERTAIN = timedelta(minutes=5)
"""How long the log must have gone on without the message: its line is written when the text is over."""

_ID = re.compile(rb"/cleanup\[\d+\]: [0-9A-Za-z]+: message-id=<([^>\s]{1,500})>")
_RFC3339 = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s")
_TRADITIONAL = re.compile(rb"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\s")
_OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@dataclass(slots=True)
class PostfixLog:
    """Follows one log; what was read once is not read again, and a rotation is noticed."""

    path: Path
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _inode: int | None = None
    _offset: int = 0
    _first: datetime | None = None
    _last: datetime | None = None
    _said: str = ""

    def __call__(self, doubt: Doubt, now: datetime) -> bool | None:
        """Whether the message was taken; None when the log cannot tell, or not yet."""
        try:
            self._catch_up(now)
        except OSError as error:
            self._warn(f"mail log {self.path} cannot be read: {error.strerror or error}")
            return None
        self._said = ""
        if doubt.delivery.message_id in self._known:
            return True
        if self._first is None or self._last is None:
            return None
        covered = self._first < doubt.delivery.date and self._last >= doubt.since + FOR_CERTAIN
        return False if covered else None

    def _warn(self, words: str) -> None:
        if words != self._said:
            log.warning("%s", words)
        self._said = words

    def _catch_up(self, now: datetime) -> None:
        if self._inode is None:
            for old in reversed(_rotated(self.path)[:ROTATED_READ]):
                self._read(_lines(old), now)
        status = self.path.stat()
        if self._inode is not None and (status.st_ino != self._inode or status.st_size < self._offset):
            # The rest of what was rotated away stands in the newest of the rotated ones.
            for old in _rotated(self.path)[:1]:
                self._read(_lines(old), now)
            self._offset = 0
        with self.path.open("rb") as file:
            file.seek(self._offset)
            self._read(_whole_lines(file), now)
            self._offset = file.tell()
        self._inode = status.st_ino

    def _read(self, lines: Iterator[bytes], now: datetime) -> None:
        last = b""
        for line in lines:
            if found := _ID.search(line):
                self._known[found[1].decode("ascii", "replace")] = None
                if len(self._known) > MOST_REMEMBERED:
                    self._known.popitem(last=False)
            if self._first is None:
                self._first = _moment(line, now)
            last = line
        self._last = _moment(last, now) or self._last


def _rotated(path: Path) -> list[Path]:
    """Logs rotated away from this one (logrotate: `.1`, `.2.gz`, `-20261122`), the newest first."""
    found = [one for one in path.parent.glob(f"{path.name}[.-]*") if one.is_file()]
    return sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)


def _lines(path: Path) -> Iterator[bytes]:
    read = 0
    with suppress(EOFError, lzma.LZMAError), _OPENERS.get(path.suffix, open)(path, "rb") as file:
        while read < UNPACKED_BYTES and (line := file.readline(LINE_BYTES)):
            read += len(line)
            yield line


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines that are written to their end; the file then stands before the one that is not."""
    while line := file.readline(LINE_BYTES):
        if not line.endswith(b"\n") and len(line) < LINE_BYTES:
            file.seek(-len(line), 1)
            return
        yield line


def _moment(line: bytes, now: datetime) -> datetime | None:
    """When a line was written: RFC 3339, or the traditional form, which is local and has no year."""
    if found := _RFC3339.match(line):
        return datetime.fromisoformat(found[1].decode("ascii")).astimezone(UTC)
    if found := _TRADITIONAL.match(line):
        with suppress(ValueError):
            said = datetime.strptime(f"{now.year} {found[1].decode('ascii')}", "%Y %b %d %H:%M:%S")  # noqa: DTZ007
            moment = said.astimezone(UTC)
            # In January December was last year.
            return moment.replace(year=now.year - 1) if moment > now + timedelta(days=1) else moment
    return None
