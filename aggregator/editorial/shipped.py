"""The gazetteer files that come with the program."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aggregator.editorial.gazetteer import Gazetteer


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
    # Here and not above: the process that polls asks for the texts alone; only its workers compile them.
    from aggregator.editorial.gazetteer import load

    return load(texts(), languages)


def gazetteer(languages: Sequence[str]) -> Gazetteer:
    """The shipped gazetteer with CLDR's names in these languages, compiled once per process."""
    return _compiled(tuple(languages))
