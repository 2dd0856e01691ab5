"""What news is made of, in the region's languages: earthquake, parliament, verdict, gas.

A concept has words in several languages; two reports that share none of their words may still share concepts.
The files (`lexicon/*.toml`) hold one table per concept; in it, each key is a language and holds words. A word
stands for every word that begins with it, and with `=` before it for itself alone.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from aggregator.editorial.folding import fold

SHORTEST_BEGINNING = 3
"""Letters of a word that stands for others."""
LONGEST_ENDING = 12
"""Letters that may follow it."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The concepts of one language, by its folded words and their beginnings."""

    whole: Mapping[str, str] = field(default_factory=dict)
    beginnings: Mapping[str, str] = field(default_factory=dict)

    def concept(self, folded: str) -> str | None:
        """The concept that a folded word stands for, by its longest beginning; None if for none."""
        if (concept := self.whole.get(folded)) is not None:
            return concept
        shortest = max(SHORTEST_BEGINNING, len(folded) - LONGEST_ENDING)
        for end in range(len(folded), shortest - 1, -1):
            if (concept := self.beginnings.get(folded[:end])) is not None:
                return concept
        return None


EMPTY = Lexicon()


def compile_for(
    languages: Collection[str], files: Iterable[Mapping[str, Mapping[str, str]]]
) -> dict[str, Lexicon]:
    """The lexicon of each of these languages; of a word that stands under two concepts, the first counts."""
    whole: defaultdict[str, dict[str, str]] = defaultdict(dict)
    beginnings: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for file in files:
        for concept, by_language in file.items():
            for language, words in by_language.items():
                if language in languages:
                    for word in fold(words).split():
                        table = whole if word[0] == "=" else beginnings
                        table[language].setdefault(word.lstrip("="), concept)
    return {language: Lexicon(whole[language], beginnings[language]) for language in languages}


@lru_cache(maxsize=1)
def texts() -> dict[str, str]:
    """Text by file name (`lexicon/society.toml`), read once per process."""
    folder = resources.files("aggregator.editorial") / "lexicon"
    return {
        f"lexicon/{file.name}": file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }


@lru_cache(maxsize=2)
def shipped(languages: tuple[str, ...]) -> Mapping[str, Lexicon]:
    """The lexicon that comes with the program, by language; compiled once per process."""
    return compile_for(languages, map(tomllib.loads, texts().values()))
