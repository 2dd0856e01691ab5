"""The public folder: files that any web server can serve without the program.

A file is replaced as a whole (rename is atomic, POSIX.1-2017), so that a reader sees the old bytes or the new
ones, never half. Beside a text stand its compressed bytes, `.gz` and `.br`, made once and not by request;
they have the file's own time, by which they are known to belong to it.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

import brotli

from aggregator.errors import UsageError
from aggregator.model import File

COMPRESSED_FROM = 1_000
"""Bytes: a smaller text fits into one packet as it is."""
_TEXTS = frozenset({".html", ".css", ".txt", ".svg", ".xml", ".atom", ".rss", ".json", ".opml"})
_MARK = ".tmp"
_LEFT_OVER_AFTER = 60.0
"""Seconds: a younger temporary file may belong to another process that is writing right now."""


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def _brotli(content: bytes) -> bytes:
    # A tenth smaller than gzip for the same time; 11 would save another tenth for forty times as much.
    packed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=6)
    return packed


_BESIDE: Mapping[str, Callable[[bytes], bytes]] = {".gz": _gzip, ".br": _brotli}
"""How the bytes beside a file are made, by their suffix."""


class PublicFolder:
    """Writes published files below one folder."""

    def __init__(self, root: Path) -> None:
        """Create the folder if it is missing, and remove what a crash left half-written in it."""
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()
        self._sweep()

    def write(self, file: File) -> bool:
        """Write atomically and durably, readable for all; False when the file already holds these bytes.

        Its time of modification moves only with its bytes. Raises `UsageError` for a path that leaves the
        folder, is hidden or belongs to compressed bytes, `OSError` when the disk refuses.
        """
        target = self._target(file.path)
        if _holds(target, file.content):
            if not _is_complete(target, file):
                _write_beside(target, file, target.stat().st_mtime_ns)
                _make_durable(target.parent)
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        at = time.time_ns()
        # First what stands beside: whoever reads meanwhile sees by its time that it is not the old file's.
        _write_beside(target, file, at)
        _replace(target, file.content, at)
        _make_durable(target.parent)
        return True

    def holds(self, path: str) -> bool:
        """Whether there is such a file. Raises `UsageError` as `write` does."""
        return self._target(path).is_file()

    def remove(self, path: str) -> None:
        """Remove a file, if it is there; copies that web servers keep live on. Raises as `write` does."""
        target = self._target(path)
        for one in (*_all_beside(target), target):
            one.unlink(missing_ok=True)

    def _target(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        plain = bool(parts) and not any(
            part.startswith((".", "/")) or "\\" in part or "\0" in part for part in parts
        )
        target = self.root.joinpath(*parts) if plain else self.root
        taken = target.suffix in _BESIDE
        if not plain or taken or not target.parent.resolve().is_relative_to(self.root):
            raise UsageError(
                f"{path!r} is no path for a published file: it leaves {self.root}, is hidden or belongs to "
                "compressed bytes. Give the selection an id of letters, digits and hyphens."
            )
        return target

    def _sweep(self) -> None:
        for path in self.root.rglob(f".*{_MARK}"):
            if path.is_file() and time.time() - path.stat().st_mtime > _LEFT_OVER_AFTER:
                path.unlink(missing_ok=True)


def _holds(target: Path, content: bytes) -> bool:
    try:
        return target.stat().st_size == len(content) and target.read_bytes() == content
    except FileNotFoundError:
        return False


def _is_compressed(file: File) -> bool:
    return len(file.content) >= COMPRESSED_FROM and PurePosixPath(file.path).suffix in _TEXTS


def _all_beside(target: Path) -> list[Path]:
    return [target.with_name(target.name + suffix) for suffix in _BESIDE]


def _is_complete(target: Path, file: File) -> bool:
    """Whether just that stands beside a file that belongs there: a crash may have left it out, or behind."""
    at = target.stat().st_mtime_ns if _is_compressed(file) else None
    return all(_time_of(beside) == at for beside in _all_beside(target))


def _time_of(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _write_beside(target: Path, file: File, at: int) -> None:
    for beside, compress in zip(_all_beside(target), _BESIDE.values(), strict=True):
        if _is_compressed(file):
            _replace(beside, compress(file.content), at)
        else:
            beside.unlink(missing_ok=True)


def _replace(target: Path, content: bytes, at: int) -> None:
    """Put these bytes in the place of a file, as if they had been written at a time (ns since the epoch)."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=_MARK)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fchmod(stream.fileno(), 0o644)
            os.utime(stream.fileno(), ns=(at, at))
            os.fsync(stream.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
