"""Paths as a configuration writes them: relative ones count from its own folder."""

from __future__ import annotations

from pathlib import Path


def beside(folder: Path, written: str | Path) -> Path:
    """The path that is meant, wherever the program was started. Raises ValueError for what can be none."""
    if "\0" in str(written):
        raise ValueError("expects a path: no path holds a NUL character")
    path = Path(written)
    try:
        return Path(folder, path.expanduser())
    except RuntimeError:
        raise ValueError(f"there is no user `{path.parts[0].removeprefix('~')}` on this machine") from None
