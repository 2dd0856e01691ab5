"""A Maildir in which returned mails arrive: files in `new`, read ones in `cur`, half-written ones in `tmp`.

The local mail server delivers into one (Postfix: `home_mailbox = Maildir/`), and the webhook writes into one
of our own. What was understood is removed or kept as read (`S`); all else stays in `cur`, flagged (`F`).
"""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from aggregator.model import Arrived
from aggregator.newsletter.bounce_parts import MESSAGE_BYTES

FILES_LOOKED_AT = 100_000
"""Names of `new` that are read at once, to begin with the oldest."""
SEEN, FLAGGED = ":2,S", ":2,F"
MOST_WAITING = 10_000
"""Files that `Letterbox` lets wait."""


class Maildir:
    """What lies in one Maildir. Several processes may read it at once: whoever moves a file first, has it."""

    def __init__(self, folder: Path, name: str = "maildir", *, keep: bool = False) -> None:
        """`keep`: what was understood stays, as read. A folder that is not there is an empty one."""
        self.name = name
        self._new, self._cur = folder / "new", folder / "cur"
        self._keep = keep

    def some(self, limit: int) -> Sequence[Arrived]:
        """The oldest that nobody has read. Raises OSError when the folder cannot be read."""
        try:
            with os.scandir(self._new) as listed:
                names = sorted(one.name for one in islice(listed, FILES_LOOKED_AT) if one.name[:1] != ".")
        except FileNotFoundError:
            return ()
        arrived: list[Arrived] = []
        for name in names:
            if len(arrived) == limit:
                break
            if (content := _content(self._new / name)) is not None:
                arrived.append(Arrived(name, content))
        return arrived

    def settle(self, understood: Sequence[str], strange: Sequence[str]) -> None:
        """Put these out of the way. Raises OSError when the folder cannot be written."""
        self._cur.mkdir(exist_ok=True)
        for name in understood:
            if self._keep:
                self._move(name, SEEN)
            else:
                (self._new / name).unlink(missing_ok=True)
        for name in strange:
            self._move(name, FLAGGED)

    def close(self) -> None:
        """Nothing is held open."""

    def _move(self, name: str, flags: str) -> None:
        base = name.partition(":")[0]
        try:
            (self._new / name).rename(self._cur / f"{base}{flags}")
        except FileNotFoundError:
            return  # another process was faster


def _content(path: Path) -> bytes | None:
    """The beginning of a regular file; None for anything else: a link or pipe may lead anywhere."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        return None
    with os.fdopen(opened, "rb") as file:
        return file.read(MESSAGE_BYTES)


class Letterbox:
    """Puts what a webhook was given into a Maildir: durable before it is acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> None:
        """Keep it. Raises OSError when the disk refuses, or when too much waits to be read."""
        for inner in ("tmp", "new", "cur"):
            (self._folder / inner).mkdir(parents=True, exist_ok=True)
        with os.scandir(self._folder / "new") as waiting:
            if sum(1 for _ in islice(waiting, MOST_WAITING)) == MOST_WAITING:
                raise OSError(
                    f"{MOST_WAITING} notifications wait in {self._folder}: is `aggregator run` at work?"
                )
        name = uuid.uuid4().hex
        part = self._folder / "tmp" / name
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            # Names of `new` sort by arrival.
            part.rename(self._folder / "new" / f"{part.stat().st_mtime_ns}.{name}")
        except OSError:
            part.unlink(missing_ok=True)
            raise
        _fsync_folder(self._folder / "new")


def _fsync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
