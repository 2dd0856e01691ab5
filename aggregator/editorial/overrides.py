"""The operator's gazetteer files, laid over those that come with the program.

A file of the operator's adds its words to the shipped ones. What stands in its `[without]` is taken away:
from the shipped list of that language, whatever the table, and from CLDR's names; under `any`, from all
languages. A word taken away that is not there is a fault: the operator would believe it gone.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from aggregator.editorial import gazetteer_format, territories
from aggregator.editorial.folding import fold
from aggregator.editorial.gazetteer_format import ANY, Parsed, Removal, Word
from aggregator.errors import Fault
from aggregator.model import WordFile

ShippedWords = Callable[[str], Sequence[Word]]
"""The words that come with the program for a country."""


def parse(files: Iterable[WordFile]) -> Parsed:
    """What the operator's files say, all together."""
    parsed = [gazetteer_format.parse(file.name, file.text) for file in files]
    return Parsed(
        words=tuple(word for one in parsed for word in one.words),
        removals=tuple(removal for one in parsed for removal in one.removals),
        faults=tuple(fault for one in parsed for fault in one.faults),
    )


def faults(own: Parsed, shipped: ShippedWords, languages: Sequence[str]) -> list[Fault]:
    """All that is wrong with the operator's files: with their format, and with what they take away."""
    names = _CldrNames(languages)
    missing = (_missing(removal, [*shipped(removal.country), *names(removal)]) for removal in own.removals)
    return [*own.faults, *(fault for fault in missing if fault)]


class Taken:
    """The words that the operator takes away."""

    def __init__(self, own: Parsed) -> None:
        self._taken: set[tuple[str, str | None, str]] = {
            (one.country, one.language, fold(one.text)) for one in own.removals
        }
        self._added = {word.text for word in own.words}

    def holds(self, word: Word) -> bool:
        """Whether a word of the program is taken away."""
        return bool(self._taken) and self._says(word.country, word.language, fold(word.text))

    def spells(self, country: str, language: str | None, stem: str, word: str) -> bool:
        """Whether another word, of which languages make this stem, is spelled so."""
        return bool(self._taken) and self._says(country, language, stem) and word not in self._added

    def _says(self, country: str, language: str | None, folded: str) -> bool:
        return not self._taken.isdisjoint({(country, language, folded), (country, ANY, folded)})


class _CldrNames:
    """What CLDR calls a country, in the region's languages and the one that a removal names."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages

    def __call__(self, removal: Removal) -> Iterator[Word]:
        named = () if removal.language == ANY else (removal.language,)
        for country, language, name in territories.names((*self._languages, *named)):
            if country == removal.country:
                yield Word(country, gazetteer_format.Kind.NAMES, language, name)


def _missing(removal: Removal, words: Sequence[Word]) -> Fault | None:
    """The fault of a removal that finds nothing among the country's words."""
    languages = _languages_by_word(words)
    listed = languages.get(fold(removal.text), {})
    if removal.language in listed or (removal.language == ANY and listed):
        return None
    if listed:
        languages_listing = ", ".join(sorted(listed))
        return removal.fault(f"«{removal.text}» does not stand under it but under {languages_listing}")
    said = f"«{removal.text}» is no word of {removal.country}"
    near = difflib.get_close_matches(fold(removal.text), languages, n=1)
    if near:
        language, text = min(languages[near[0]].items())
        return removal.fault(f"{said}; did you mean «{text}» ({language})?")
    return removal.fault(f"{said}: there is nothing to take away")


def _languages_by_word(words: Sequence[Word]) -> Mapping[str, Mapping[str, str]]:
    """Folded word to the languages that list it, each with its spelling."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for word in words:
        found[fold(word.text)].setdefault(word.language, word.text)
    return found
