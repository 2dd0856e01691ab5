"""From words to what is looked for: the patterns that one word of the gazetteer stands for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from aggregator.editorial import borrowed, inflection, script
from aggregator.editorial.folding import fold
from aggregator.editorial.gazetteer_format import ANY, Kind, Term, Word

SHORTEST_OF_ADJECTIVE = 5
"""Letters of a CLDR name of which an adjective in small letters is formed: «маликӣ» is none of Mali."""
SHORTEST_UNACCENTED = 6
"""Letters of a word that is also found without its accents."""
_UNSPACED = frozenset({"Hani", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt", "Kore"})
"""Scripts that write words without spaces between them, or particles right behind them, as Korean does."""


_TOWNS = (Kind.PLACES, Kind.TOWNS, Kind.CAPITAL)


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
    terms: tuple[Term, ...] = ()
    """For a leader, when in office; none: it counts at all times."""


_Looked = tuple[str, inflection.Ending | None, str | None]
"""A stem, what may follow it, and the only language in which it counts."""


def of_word(word: Word, *, bound: bool, origin: str) -> Iterator[Pattern]:
    """The patterns of a word; `bound`: it counts in texts of its language alone."""
    folded = " ".join(fold(word.text).split())
    case, unspaced = _case(word), is_unspaced(folded)
    rule = f"{word.country} {word.kind} {word.language}: {word.text} ({origin})"
    language = word.language if bound and word.language != ANY else None
    for stem, ending, only in dict.fromkeys((*_own(word, folded, language), *_lent(word, folded))):
        yield Pattern(
            word.country, word.kind, word.text, stem, ending, only, case, unspaced, rule, word.terms
        )
    if word.language == "ru" and word.kind in (Kind.PLACES, Kind.CAPITAL):
        adjective = inflection.russian_adjective(folded)
        if adjective:
            yield Pattern(word.country, word.kind, word.text, *adjective, "ru", Case.ANY, False, rule)


def of_adjective(name: Word) -> Iterator[Pattern]:
    """The adjective that some languages form of any name, and write in small letters."""
    ending = inflection.of_origin(name.language)
    folded = " ".join(fold(name.text).split())
    if ending and len(folded) >= SHORTEST_OF_ADJECTIVE:
        rule = f"{name.country} adjective {name.language}: {name.text} (CLDR)"
        yield Pattern(
            name.country, Kind.STEMS, name.text, folded, ending, name.language, Case.ANY, False, rule
        )


def _own(word: Word, folded: str, language: str | None) -> Iterator[_Looked]:
    for spelling in dict.fromkeys((folded, _unaccented(folded))):
        for stem, ending in _stems(word, spelling):
            if ending is inflection.loose and language is None:
                yield stem, ending, word.language
                yield stem, inflection.of_language(word.language), None
            else:
                yield stem, ending, language


def _lent(word: Word, folded: str) -> Iterator[_Looked]:
    """What other languages make of a Russian name."""
    if borrowed.is_lent(word):
        yield folded, None, None
        for language in borrowed.LANGUAGES:
            for spelling in borrowed.spellings(folded, language):
                for stem, ending in inflection.inflect(spelling, language):
                    yield stem, ending, language


def _unaccented(folded: str) -> str:
    """`ouzbékistan` as capitals and addresses have it; short words stay, they would become others."""
    if len(folded) < SHORTEST_UNACCENTED or script.of_text(folded) != "Latn":
        return folded
    return "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))


def _stems(word: Word, folded: str) -> list[tuple[str, inflection.Ending | None]]:
    if word.kind is Kind.NEGATIVES and word.language in ("en", "fr"):
        return [(folded, inflection.exact)]
    if word.text.endswith("-"):
        return [(folded, inflection.exact)]
    if word.kind in (Kind.STEMS, Kind.NEGATIVES) or (word.kind in _TOWNS and word.text.islower()):
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
def is_unspaced(folded: str) -> bool:
    """Whether it is written in a script without spaces between words."""
    return script.of_text(folded) in _UNSPACED
