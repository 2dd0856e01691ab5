"""The public folder: the same bytes that any other web server would serve from it.

Files are kept in memory as long as the one on the disk is the one that was read: every hit asks the disk for
that (stat), never for bytes. What `publish.disk` compressed beside a file is believed when its time is the
file's own.
"""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from cachetools import LRUCache

from aggregator.web import media, negotiation
from aggregator.web.representation import Field, Representations, prepare

ROOM = 64_000_000
"""Bytes of files that are kept in memory."""
_BESIDE = {b"br": ".br", b"gzip": ".gz"}
_Mark = tuple[int, int, int]
"""What tells a file from the one that replaced it: time of its bytes, inode, size."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file as it was read: bytes and validators belong together even while it is being replaced."""

    name: str
    representations: Representations
    is_feed: bool
    location: str
    mark: _Mark


def _size(opened: OpenedFile) -> int:
    return opened.representations.size


class PublicFiles:
    """Finds files in one folder; never anything outside it or hidden in it."""

    def __init__(self, root: Path, room: int = ROOM) -> None:
        self._root = os.path.realpath(root)
        self._kept: LRUCache[str, OpenedFile] = LRUCache(room, getsizeof=_size)

    def kept(self, path: str) -> OpenedFile | None:
        """The file that a path leads to, if it is at hand and still what lies on the disk; never blocks."""
        for name in candidates(path):
            opened = self._kept.get(name)
            if opened is not None:
                return opened if _unchanged(opened) else None
        return None

    async def find(self, path: str) -> OpenedFile | None:
        """The file that a path leads to; it is read in a thread when it is not at hand."""
        opened = self.kept(path)
        if opened is not None:
            return opened
        opened = await asyncio.to_thread(self._read, path)
        if opened is not None:
            with suppress(ValueError):  # larger than all the room
                self._kept[opened.name] = opened
        return opened

    def _read(self, path: str) -> OpenedFile | None:
        found = (self._open(name) for name in candidates(path))
        return next((opened for opened in found if opened is not None), None)

    def _open(self, name: str) -> OpenedFile | None:
        location = os.path.realpath(os.path.join(self._root, name))  # noqa: PTH118 - one of many, each counts
        if not location.startswith(self._root + os.sep):
            return None
        read = _bytes_of(location)
        if read is None:
            return None
        content, mark = read
        contents = {negotiation.IDENTITY: content}
        for coding, suffix in _BESIDE.items():
            beside = _bytes_of(location + suffix)
            if beside is not None and beside[1][0] == mark[0]:
                contents[coding] = beside[0]
        is_feed = media.is_feed(name)
        prepared = prepare(
            contents, _headers(name), mark[0] // 10**9, varies=b"sec-fetch-dest" if is_feed else b""
        )
        return OpenedFile(name, prepared, is_feed, location, mark)


@lru_cache(maxsize=2048)
def candidates(path: str) -> Sequence[str]:
    """Names of the files that a path may mean: `/en/` is `en/index.html`, and `.html` may be left out.

    None for what is hidden, for the compressed bytes beside a file, and for what is no plain path.
    """
    parts = path.split("/")[1:]
    *folders, last = parts or [""]
    plain = (
        path.isascii()
        and all(folders)
        and not any(part.startswith(".") or "\\" in part or "\0" in part for part in (*folders, last))
    )
    if not plain or last.endswith(tuple(_BESIDE.values())):
        return ()
    if not last:
        return ("/".join([*folders, "index.html"]),)
    name = "/".join(parts)
    return (name,) if PurePosixPath(last).suffix else (name, f"{name}.html")


def _unchanged(opened: OpenedFile) -> bool:
    try:
        return _mark(os.stat(opened.location)) == opened.mark  # noqa: PTH116 - every hit pays for it
    except OSError:
        return False


def _bytes_of(location: str) -> tuple[bytes, _Mark] | None:
    """A regular file's bytes; a link, a pipe and what cannot be read are none."""
    try:
        descriptor = os.open(location, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        with open(descriptor, "rb", closefd=False) as stream:
            return stream.read(), _mark(status)
    finally:
        os.close(descriptor)


def _mark(status: os.stat_result) -> _Mark:
    return status.st_mtime_ns, status.st_ino, status.st_size


def _headers(name: str) -> Sequence[Field]:
    fields = [
        (b"content-type", media.media_type(name).encode()),
        (b"cache-control", media.caching(name).encode()),
    ]
    if media.is_for_all_origins(name):
        fields.append((b"access-control-allow-origin", b"*"))
    return fields
