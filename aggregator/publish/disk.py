"""The public folder: files that any web server can serve without the program.

A file is replaced as a whole (rename is atomic, POSIX.1-2017), so that a reader sees the old bytes or the new
ones, never half.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path, PurePosixPath

from aggregator.errors import UsageError
from aggregator.model import File

_MARK = ".tmp"
_LEFT_OVER_AFTER = 60.0
"""Seconds: a younger temporary file may belong to another process that is writing right now."""


class PublicFolder:
    """Writes published files below one folder."""

    def __init__(self, root: Path) -> None:
        """Create the folder if it is missing, and remove what a crash left half-written in it."""
        root.mkdir(parents=True, exist_ok=True)
        self.root = root.resolve()
        self._sweep()

    def write(self, file: File) -> bool:
        """Write atomically and durably, readable for all; False when the file already holds these bytes.

        Raises `UsageError` for a path that leaves the folder or is hidden, `OSError` when the disk refuses.
        """
        target = self._target(file.path)
        if _holds(target, file.content):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=_MARK)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(file.content)
                stream.flush()
                os.fchmod(stream.fileno(), 0o644)
                os.fsync(stream.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _make_durable(target.parent)
        return True

    def holds(self, path: str) -> bool:
        """Whether there is such a file. Raises `UsageError` as `write` does."""
        return self._target(path).is_file()

    def remove(self, path: str) -> None:
        """Remove a file, if it is there; copies that web servers keep live on. Raises as `write` does."""
        self._target(path).unlink(missing_ok=True)

    def _target(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        plain = bool(parts) and not any(
            part.startswith((".", "/")) or "\\" in part or "\0" in part for part in parts
        )
        target = self.root.joinpath(*parts) if plain else self.root
        if not plain or not target.parent.resolve().is_relative_to(self.root):
            raise UsageError(
                f"{path!r} is no path for a published file: it leaves {self.root} or is hidden. "
                "Give the selection an id of letters, digits and hyphens."
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


def _make_durable(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
