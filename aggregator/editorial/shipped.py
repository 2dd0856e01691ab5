"""The gazetteer files that come with the program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

from aggregator.editorial.gazetteer import Gazetteer, load


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Text by file name (`gazetteer/KZ.toml`), read once per process."""
    folder = resources.files("aggregator.editorial") / "gazetteer"
    return {
        f"gazetteer/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }


@lru_cache(maxsize=2)
def _compiled(languages: tuple[str, ...]) -> Gazetteer:
    return load(texts(), languages)


def gazetteer(languages: Sequence[str]) -> Gazetteer:
    """The shipped gazetteer with CLDR's names in these languages, compiled once per process."""
    return _compiled(tuple(languages))
