"""What a Postfix on this machine wrote down: whether it took a message whose acceptance was lost.

`cleanup` logs a Message-ID while the text still comes in; the message is taken once `qmgr` has it in the
queue. One that was begun and is not in the queue may yet get there, unless its client was lost within the
text, or it was refused: nothing is said of it before. A message of which the log says nothing was not taken,
provided that the log holds that time: it was being written before the text went over and has gone on being
written for a while since.
"""

from __future__ import annotations

import bz2
import gzip
import logging
import lzma
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

from aggregator.model import Doubt

log = logging.getLogger(__name__)

K = TypeVar("K")
V = TypeVar("V")

MOST_REMEMBERED = 1_000_000
"""Messages; the first are forgotten beyond that."""
ROTATED_READ = 4
"""Rotated logs that are looked through, the newest first."""
UNPACKED_BYTES = 2_000_000_000
"""Of one log; its rest counts as missing."""
LINE_BYTES = 4_000
FOR_CERTAIN = timedelta(minutes=5)
"""How long the log must have gone on without the message: its first line is written as the text comes in."""

_LINE = re.compile(
    rb"/smtpd\[(?P<client>\d+)\]: (?P<queue>[0-9A-Za-z]+): client="
    rb"|/cleanup\[\d+\]: (?P<begun>[0-9A-Za-z]+): message-id=<(?P<id>[^>\s]{1,500})>"
    rb"|/qmgr\[\d+\]: (?P<queued>[0-9A-Za-z]+): from=<"
    rb"|/cleanup\[\d+\]: (?P<refused>[0-9A-Za-z]+): (?:milter-)?reject: "
    rb"|/smtpd\[(?P<lost>\d+)\]: (?:lost connection|timeout) after DATA\b"
)
_BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)
"""What packed logs raise that were not written to their end."""
_RFC3339 = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))\s")
_TRADITIONAL = re.compile(rb"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)\s")
_OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}


@dataclass(slots=True)
class PostfixLog:
    """Follows one log; what was read once is not read again, and a rotation is noticed."""

    path: Path
    _taken: OrderedDict[str, bool] = field(default_factory=OrderedDict)
    """By Message-ID, whether it is in the queue; False for those that were only begun."""
    _begun: OrderedDict[bytes, str] = field(default_factory=OrderedDict)
    """Message-IDs by queue id, until they are in the queue."""
    _at: OrderedDict[bytes, bytes] = field(default_factory=OrderedDict)
    """The queue id that each process for clients wrote to last."""
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
        taken = self._taken.get(doubt.delivery.message_id)
        if taken is not None:
            return taken or None
        if self._first is None or self._last is None:
            return None
        # By our own clock as well: lines from before it was put back say nothing of what came after.
        covered = self._first < doubt.delivery.date and min(self._last, now) >= doubt.since + FOR_CERTAIN
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
        try:
            for line in lines:
                if found := _LINE.search(line):
                    self._learn(found)
                if self._first is None:
                    self._first = _moment(line, now)
                last = line
        except _BROKEN:
            # What its rest told is missing: only from the next log on can anything be said not to be there.
            self._first = None
        self._last = _moment(last, now) or self._last

    def _learn(self, found: re.Match[bytes]) -> None:
        if client := found["client"]:
            _remember(self._at, client, found["queue"])
        elif queue := found["begun"]:
            message_id = found["id"].decode("ascii", "replace")
            _remember(self._begun, queue, message_id)
            _remember(self._taken, message_id, self._taken.get(message_id, False))
        elif queue := found["queued"]:
            if (message_id := self._begun.pop(queue, "")) in self._taken:
                self._taken[message_id] = True
        else:
            self._forget(found["refused"] or self._at.get(found["lost"], b""))

    def _forget(self, queue: bytes) -> None:
        """It never got into the queue."""
        message_id = self._begun.pop(queue, "")
        if self._taken.get(message_id) is False:
            del self._taken[message_id]


def _rotated(path: Path) -> list[Path]:
    """Logs rotated away from this one (logrotate: `.1`, `.2.gz`, `-20261122`), the newest first."""
    found = [one for one in path.parent.glob(f"{path.name}[.-]*") if one.is_file()]
    return sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)


def _remember(memory: OrderedDict[K, V], name: K, value: V) -> None:
    memory[name] = value
    if len(memory) > MOST_REMEMBERED:
        memory.popitem(last=False)


def _lines(path: Path) -> Iterator[bytes]:
    read = 0
    with _OPENERS.get(path.suffix, open)(path, "rb") as file:
        while read < UNPACKED_BYTES and (line := file.readline(LINE_BYTES)):
            read += len(line)
            yield line
    if read >= UNPACKED_BYTES:
        raise EOFError


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
