"""The gazetteer files that come with the program, and the operator's laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from aggregator.errors import Fault
from aggregator.model import WordFile

if TYPE_CHECKING:
    from aggregator.editorial.gazetteer import Gazetteer
    from aggregator.editorial.gazetteer_format import Word


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Text by file name (`gazetteer/KZ.toml`, and `gazetteer/places.tsv`), read once per process."""
    folder = resources.files("aggregator.editorial") / "gazetteer"
    return {
        f"gazetteer/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith((".toml", ".tsv"))
    }


# The imports stand in functions: the process that polls asks for the texts alone, and only its workers
# compile them; most configurations have no files of their own to look through.


@lru_cache(maxsize=2)
def _compiled(languages: tuple[str, ...], own: tuple[WordFile, ...]) -> Gazetteer:
    from aggregator.editorial.gazetteer import load

    return load(texts(), languages, own)


def gazetteer(languages: Sequence[str], own: Sequence[WordFile] = ()) -> Gazetteer:
    """The shipped gazetteer with CLDR's names in these languages, compiled once per process.

    `own`: the operator's files. Raises ConfigError with all their faults.
    """
    return _compiled(tuple(languages), tuple(own))


def faults(own: Sequence[WordFile], languages: Sequence[str]) -> list[Fault]:
    """All that is wrong with the operator's files; of the shipped ones, only what they touch is read."""
    from aggregator.editorial import overrides

    return overrides.faults(overrides.parse(own), _words, languages) if own else []


def _words(country: str) -> Sequence[Word]:
    from aggregator.editorial import gazetteer_format, places

    file = f"gazetteer/{country}.toml"
    towns = (word for word in places.words(texts()[places.FILE]) if word.country == country)
    return (*gazetteer_format.parse(file, texts().get(file, "")).words, *towns)
