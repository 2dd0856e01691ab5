"""The gazetteer: every word that tells of a country, compiled into one matcher.

The words come from our own files (`gazetteer/`, one per country) and from CLDR (the names of all 249
countries and territories in the configured languages). Loading is pure: texts in, matcher out.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, filterfalse

from ahocorasick_rs import AhoCorasick, Implementation

from aggregator.editorial import asides, gazetteer_format, overrides, patterns, places, script, territories
from aggregator.editorial.folding import fold
from aggregator.editorial.gazetteer_format import ANY, Kind, Term, Word
from aggregator.editorial.overrides import Taken
from aggregator.editorial.patterns import Listed, Pattern
from aggregator.errors import ConfigError
from aggregator.model import WordFile

SHORTEST_NAME = 4
"""Letters of a CLDR name that is trusted without one of our files saying so, in languages that they have
words of; in others they cannot say so, and every name is trusted."""
SHORTEST_HAN_NAME = 2
GEONAMES = "GeoNames"
_BOUND_TO_LANGUAGE = frozenset({Kind.DEMONYMS, Kind.STEMS, Kind.AMBIGUOUS, Kind.GIVEN_NAMES, Kind.NATIONAL})
"""Kinds whose words may mean something else in another language: «казак» is a Cossack in Russian.

Words in Latin letters are bound too: half the world's languages share them, and *Man* or *Island* are
words.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All words, and the automaton that finds their stems in one pass over a folded text.

    Tens of thousands of stems stand for as many patterns, of which a process meets a few thousand: those are
    made when they are asked for.
    """

    stems: tuple[str, ...]
    """As the automaton numbers them."""
    words: tuple[tuple[Listed, ...], ...]
    """The words that have each stem."""
    taken: Taken
    automaton: AhoCorasick
    version: str
    """Hash over all files and languages: part of the version of the rules."""

    def patterns(self, number: int) -> Sequence[Pattern]:
        """The patterns of one stem."""
        found = patterns.of_stem(self.stems[number], self.words[number])
        return [one for one in found if not self.taken.spells(one.country, one.language, one.stem, one.word)]


def load(
    folder_texts: Mapping[str, str], languages: Sequence[str], own: Sequence[WordFile] = ()
) -> Gazetteer:
    """Compile gazetteer files (text by file name) and CLDR's names in these languages.

    `own` are the operator's files, laid over all of these. Raises ConfigError with every fault of every file.
    """
    files = sorted((file, text) for file, text in folder_texts.items() if file != places.FILE)
    shipped = [gazetteer_format.parse(file, text) for file, text in files]
    words = [word for parsed in shipped for word in parsed.words]
    cities = list(places.words(folder_texts.get(places.FILE, "")))
    mine = overrides.parse(own)
    faults = [fault for parsed in shipped for fault in parsed.faults]
    faults += overrides.faults(mine, _by_country([*words, *cities]), languages)
    if faults:
        raise ConfigError(faults)
    taken = overrides.Taken(mine)
    listed = _with_all_terms([*filterfalse(taken.holds, words), *mine.words])
    every = chain(
        _listed(listed, "gazetteer"),
        _listed(filterfalse(taken.holds, cities), GEONAMES),
        _from_cldr(listed, languages, taken),
        _listed((Word("", Kind.RELATED, ANY, phrase) for phrase in asides.RELATED), "gazetteer"),
    )
    by_stem = _by_stem(every)
    return Gazetteer(
        stems=tuple(by_stem),
        words=tuple(by_stem.values()),
        taken=taken,
        automaton=AhoCorasick(by_stem, implementation=Implementation.ContiguousNFA),
        version=_version(folder_texts, languages, own),
    )


def _by_stem(every: Iterable[Listed]) -> dict[str, tuple[Listed, ...]]:
    by_stem: dict[str, tuple[Listed, ...]] = {}
    for one in every:
        for stem in {looked.stem for looked in patterns.looked_for(one)}:
            by_stem[stem] = (*by_stem.get(stem, ()), one)
    return by_stem


def _by_country(words: Sequence[Word]) -> Callable[[str], Sequence[Word]]:
    return lambda country: [word for word in words if word.country == country]


def _with_all_terms(words: Iterable[Word]) -> list[Word]:
    """Leaders of one name as one word: an office held twice, by father and son, or at all times."""
    leaders: defaultdict[Word, list[tuple[Term, ...]]] = defaultdict(list)
    others = []
    for word in words:
        if word.kind is Kind.PEOPLE:
            leaders[replace(word, terms=())].append(word.terms)
        else:
            others.append(word)
    merged = (
        replace(word, terms=tuple(term for one in terms for term in one) if all(terms) else ())
        for word, terms in leaders.items()
    )
    return [*others, *merged]


def _version(folder_texts: Mapping[str, str], languages: Sequence[str], own: Sequence[WordFile]) -> str:
    digest = hashlib.sha256(" ".join(languages).encode())
    for file, text in (*sorted(folder_texts.items()), *((file.name, file.text) for file in own)):
        digest.update(f"\0{file}\0{text}".encode())
    return digest.hexdigest()[:16]


def _listed(words: Iterable[Word], origin: str) -> Iterator[Listed]:
    for word in words:
        bound = origin == GEONAMES or word.kind in _BOUND_TO_LANGUAGE or _is_latin(word.text)
        yield Listed(word, origin, bound)


def _is_latin(text: str) -> bool:
    return text.isascii() or script.of_text(text) == "Latn"


def _from_cldr(words: Sequence[Word], languages: Sequence[str], taken: Taken) -> Iterator[Listed]:
    """CLDR's names, without those taken away, or called ambiguous or a person's name by a file."""
    special = {
        (word.country, word.language, fold(word.text))
        for word in words
        if word.kind in (Kind.AMBIGUOUS, Kind.GIVEN_NAMES)
    }
    curated = {word.language for word in words}
    for country, language, name in territories.names(languages):
        folded = fold(name)
        shortest = SHORTEST_HAN_NAME if patterns.is_unspaced(folded) else SHORTEST_NAME
        if (language in curated and len(folded) < shortest) or not special.isdisjoint(
            {(country, language, folded), (country, ANY, folded)}
        ):
            continue
        word = Word(country, Kind.NAMES, language, name)
        if taken.holds(word):
            continue
        yield Listed(word, patterns.CLDR, bound=True)
