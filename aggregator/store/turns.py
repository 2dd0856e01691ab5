"""Writers of one SQLite database take turns: those of this process, and those of others.

SQLite's own wait asks again and again, with pauses that grow to 100 ms: beside a writer that hardly pauses,
another process may wait for seconds, though each transaction takes milliseconds. Here who waits is next. That
is a courtesy among our own processes: what guards the database is SQLite's lock, and whoever cannot have a
turn in time asks for that one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

LOOK_AGAIN = 0.001
"""Seconds between looks at a lock that another process holds: one writer at most looks so often."""
_NEXT, _NOW = 0, 1
"""Bytes of the file that are locked: to be the next to write, and to write."""


class Turns:
    """The turns of one database. A writer holds `next` only until it is its turn, so that nobody cuts in."""

    def __init__(self, file: Path | None) -> None:
        """`file`: where other processes see whose turn it is; None when there are none."""
        self._ours = threading.Lock()
        self._file = _opened(file) if file else None
        if self._file is not None:
            weakref.finalize(self, os.close, self._file)

    @contextmanager
    def turn(self, of_ours: float, of_others: float) -> Iterator[bool]:
        """Wait so many seconds for writers of this process, then of others; False: ours took too long."""
        if not self._ours.acquire(timeout=of_ours):
            yield False
            return
        try:
            self._wait(of_others)
            yield True
        finally:
            self._release(_NOW)
            self._ours.release()

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        try:
            if self._acquired(_NEXT, until):
                self._acquired(_NOW, until)
        finally:
            self._release(_NEXT)

    def _acquired(self, byte: int, until: float) -> bool:
        while self._file is not None:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except (BlockingIOError, PermissionError):  # POSIX allows both: somebody else holds it
                if time.monotonic() >= until:
                    return False
                time.sleep(LOOK_AGAIN)
            except OSError as error:
                log.debug("no turns with other processes: %s", error)
                return False
            else:
                return True
        return False

    def _release(self, byte: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)


def _opened(file: Path) -> int | None:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        log.debug("no turns with other processes: %s", error)
        return None
