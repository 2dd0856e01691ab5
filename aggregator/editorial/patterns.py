"""From words to what is looked for: the patterns that one word of the gazetteer stands for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from aggregator.editorial import borrowed, inflection, script
from aggregator.editorial.folding import fold
from aggregator.editorial.gazetteer_format import ANY, Kind, Term, Word

CLDR = "CLDR"
"""Where the countries' names come from that no file lists."""
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


class Listed(NamedTuple):
    """A word of the gazetteer, and how it came into it."""

    word: Word
    origin: str
    """The gazetteer, GeoNames or CLDR; of CLDR's names, adjectives are formed."""
    bound: bool
    """It counts in texts of its language alone."""


class Looked(NamedTuple):
    """One thing that is looked for where a word stands."""

    stem: str
    """Folded."""
    ending: inflection.Ending | None
    """What may follow the stem within the word; None: what the text's own language lets follow a name."""
    language: str | None
    """The only language in which it counts; None: any."""
    adjective: bool = False


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


def looked_for(listed: Listed) -> Iterable[Looked]:
    """All that is looked for of a word: its stems, unaccented, as other languages spell it, its adjective."""
    word = listed.word
    folded = _folded(word)
    language = word.language if listed.bound and word.language != ANY else None
    found = [*_own(word, folded, language), *_lent(word, folded)]
    if word.language == "ru" and word.kind in (Kind.PLACES, Kind.CAPITAL):
        adjective = inflection.russian_adjective(folded)
        if adjective:
            found.append(Looked(*adjective, "ru", adjective=True))
    if listed.origin == CLDR:
        ending = inflection.of_origin(word.language)
        if ending and len(folded) >= SHORTEST_OF_ADJECTIVE:
            found.append(Looked(folded, ending, word.language, adjective=True))
    return dict.fromkeys(found)


def of_stem(stem: str, every: Iterable[Listed]) -> tuple[Pattern, ...]:
    """The patterns of one stem, which these words have among others."""
    return tuple(_pattern(listed, one) for listed in every for one in looked_for(listed) if one.stem == stem)


def _pattern(listed: Listed, one: Looked) -> Pattern:
    word, case, unspaced = listed.word, Case.ANY, False
    kind, what = word.kind, str(word.kind)
    if not one.adjective:
        case, unspaced = _case(word), is_unspaced(one.stem)
    elif listed.origin == CLDR:
        kind, what = Kind.STEMS, "adjective"
    rule = f"{word.country} {what} {word.language}: {word.text} ({listed.origin})"
    return Pattern(
        word.country, kind, word.text, one.stem, one.ending, one.language, case, unspaced, rule, word.terms
    )


def _folded(word: Word) -> str:
    return " ".join(fold(word.text).split())


def _own(word: Word, folded: str, language: str | None) -> Iterator[Looked]:
    for spelling in dict.fromkeys((folded, _unaccented(folded))):
        for stem, ending in _stems(word, spelling):
            if ending is inflection.loose and language is None:
                yield Looked(stem, ending, word.language)
                yield Looked(stem, inflection.of_language(word.language), None)
            else:
                yield Looked(stem, ending, language)


def _lent(word: Word, folded: str) -> Iterator[Looked]:
    """What other languages make of a Russian name."""
    if borrowed.is_lent(word):
        yield Looked(folded, None, None)
        for language in borrowed.LANGUAGES:
            for spelling in borrowed.spellings(folded, language):
                for stem, ending in inflection.inflect(spelling, language):
                    yield Looked(stem, ending, language)


def _unaccented(folded: str) -> str:
    """`ouzbékistan` as capitals and addresses have it; short words stay, they would become others."""
    if folded.isascii() or len(folded) < SHORTEST_UNACCENTED or script.of_text(folded) != "Latn":
        return folded
    return "".join(char for char in unicodedata.normalize("NFD", folded) if not unicodedata.combining(char))


def _stems(word: Word, folded: str) -> list[tuple[str, inflection.Ending | None]]:
    if word.kind is Kind.NEGATIVES and word.language in ("en", "fr"):
        return [(folded, inflection.exact)]
    if word.text.endswith("-") or word.kind is Kind.RELATED:
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


def is_unspaced(folded: str) -> bool:
    """Whether it is written in a script without spaces between words."""
    return not folded.isascii() and script.of_text(folded) in _UNSPACED
