"""The gazetteer: every word that tells of a country, compiled into one matcher.

The words come from our own files (`gazetteer/`, one per country) and from CLDR (the names of all 249
countries and territories in the configured languages). Loading is pure: texts in, matcher out.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from ahocorasick_rs import AhoCorasick, Implementation

from aggregator.editorial import gazetteer_format, inflection, script, territories
from aggregator.editorial.folding import fold
from aggregator.editorial.gazetteer_format import ANY, Kind, Word
from aggregator.errors import ConfigError, Fault

SHORTEST_NAME = 4
"""Letters of a CLDR name that is trusted without one of our files saying so."""
SHORTEST_HAN_NAME = 2
SHORTEST_OF_ADJECTIVE = 5
"""Letters of a CLDR name of which an adjective in small letters is formed: «маликӣ» is none of Mali."""
SHORTEST_UNACCENTED = 6
"""Letters of a word that is also found without its accents."""
_UNSPACED = frozenset({"Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
"""Scripts that write words without spaces between them."""
_BOUND_TO_LANGUAGE = frozenset({Kind.DEMONYMS, Kind.STEMS, Kind.AMBIGUOUS, Kind.GIVEN_NAMES})
"""Kinds whose words may mean something else in another language: «казак» is a Cossack in Russian.

Words in Latin letters are bound too: half the world's languages share them, and *Man* or *Island* are
words.
"""


class Case(Enum):
    """How a word must be written to count; read off how the gazetteer writes it."""

    ANY = "any"
    CAPITAL = "capital"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One way in which a country may be named in a text; each is itself alone (compared by identity)."""

    country: str
    kind: Kind
    word: str
    """As the gazetteer has it."""
    stem: str
    """What is looked for, folded."""
    ending: inflection.Ending | None
    """What may follow the stem within the word; None: what the text's own language lets follow a name."""
    language: str | None
    """The only language in which it counts; None: any."""
    case: Case
    unspaced: bool
    """Its script has no spaces: it may stand anywhere."""
    rule: str
    """Says in evidence which entry of the gazetteer matched."""


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All patterns, and the automaton that finds their stems in one pass over a folded text."""

    patterns: tuple[tuple[Pattern, ...], ...]
    """The patterns of each stem, in the order in which the automaton numbers the stems."""
    automaton: AhoCorasick
    version: str
    """Hash over all files and languages: part of the version of the rules."""


def load(folder_texts: Mapping[str, str], languages: Sequence[str]) -> Gazetteer:
    """Compile gazetteer files (text by file name) and CLDR's names in these languages.

    Raises ConfigError with every fault of every file.
    """
    words: list[Word] = []
    faults: list[Fault] = []
    for file, text in sorted(folder_texts.items()):
        found, wrong = gazetteer_format.parse(file, text)
        words += found
        faults += wrong
    if faults:
        raise ConfigError(faults)
    by_stem: defaultdict[str, list[Pattern]] = defaultdict(list)
    for pattern in (*_own(words), *_from_cldr(words, languages)):
        by_stem[pattern.stem].append(pattern)
    return Gazetteer(
        patterns=tuple(map(tuple, by_stem.values())),
        automaton=AhoCorasick(by_stem, implementation=Implementation.ContiguousNFA),
        version=_version(folder_texts, languages),
    )


def _version(folder_texts: Mapping[str, str], languages: Sequence[str]) -> str:
    digest = hashlib.sha256(" ".join(languages).encode())
    for file, text in sorted(folder_texts.items()):
        digest.update(f"\0{file}\0{text}".encode())
    return digest.hexdigest()[:16]


def _own(words: Sequence[Word]) -> Iterator[Pattern]:
    for word in words:
        bound = word.kind in _BOUND_TO_LANGUAGE or script.of_text(word.text) == "Latn"
        yield from _patterns(word, bound=bound, origin="gazetteer")


def _from_cldr(words: Sequence[Word], languages: Sequence[str]) -> Iterator[Pattern]:
    """CLDR's names, without those that one of our files calls ambiguous or a person's name."""
    special = {
        (word.country, word.language, fold(word.text))
        for word in words
        if word.kind in (Kind.AMBIGUOUS, Kind.GIVEN_NAMES)
    }
    for country, language, name in territories.names(languages):
        folded = fold(name)
        shortest = SHORTEST_HAN_NAME if _is_unspaced(folded) else SHORTEST_NAME
        if len(folded) < shortest or not special.isdisjoint(
            {(country, language, folded), (country, ANY, folded)}
        ):
            continue
        word = Word(country, Kind.NAMES, language, name)
        yield from _patterns(word, bound=True, origin="CLDR")
        yield from _adjective(word)


def _adjective(name: Word) -> Iterator[Pattern]:
    """The adjective that some languages form of any name, and write in small letters."""
    ending = inflection.of_origin(name.language)
    folded = " ".join(fold(name.text).split())
    if ending and len(folded) >= SHORTEST_OF_ADJECTIVE:
        yield Pattern(
            country=name.country,
            kind=Kind.STEMS,
            word=name.text,
            stem=folded,
            ending=ending,
            language=name.language,
            case=Case.ANY,
            unspaced=False,
            rule=f"{name.country} adjective {name.language}: {name.text} (CLDR)",
        )


def _patterns(word: Word, *, bound: bool, origin: str) -> Iterator[Pattern]:
    folded = " ".join(fold(word.text).split())
    for spelling in dict.fromkeys((folded, _unaccented(folded))):
        for stem, ending in _stems(word, spelling):
            yield Pattern(
                country=word.country,
                kind=word.kind,
                word=word.text,
                stem=stem,
                ending=ending,
                language=word.language if bound and word.language != ANY else None,
                case=_case(word),
                unspaced=_is_unspaced(folded),
                rule=f"{word.country} {word.kind} {word.language}: {word.text} ({origin})",
            )


def _unaccented(folded: str) -> str:
    """`ouzbékistan` as capitals and addresses have it; short words stay, they would become others."""
    if len(folded) < SHORTEST_UNACCENTED or script.of_text(folded) != "Latn":
        return folded
    return "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))


def _stems(word: Word, folded: str) -> list[tuple[str, inflection.Ending | None]]:
    if word.kind is Kind.NEGATIVES and word.language in ("en", "fr"):
        return [(folded, inflection.exact)]
    if word.kind in (Kind.STEMS, Kind.NEGATIVES):
        return [(folded, inflection.of_stem)]
    if word.kind is Kind.DEMONYMS and word.language in ("en", "fr", "de", "ru", "uk"):
        return [(folded, inflection.exact)]
    if word.language == ANY:
        return [(folded, None)]
    return list(inflection.inflect(folded, word.language))


def _case(word: Word) -> Case:
    capitals = sum(char.isupper() for char in word.text)
    if word.kind is Kind.NEGATIVES or capitals == 0:
        return Case.ANY
    if capitals > 1 and " " not in word.text and "-" not in word.text and len(word.text) <= 6:
        return Case.EXACT
    return Case.CAPITAL


@lru_cache(maxsize=32768)
def _is_unspaced(folded: str) -> bool:
    return script.of_text(folded) in _UNSPACED
