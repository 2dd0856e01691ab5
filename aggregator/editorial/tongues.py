"""Names of languages, which are words for peoples too: «на немецком и испанском языках», «langue ouzbèke».

An adjective beside the word for language names the language and says nothing of its country; so do those that
an enumeration joins to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aggregator.editorial.gazetteer_format import PEOPLES, Kind

_TELLING = PEOPLES | {Kind.NEGATIVES}
_WORD = (
    r"язы[кч]|мов[аиіоу]|тіл(?!ші)|тил|til(?:i|da|lar)|dil(?:i|de|le|ler|lər)|languages?\b|sprach|"
    r"забон|زبان|langue"
)
_AND = "и|та|және|жана|ва|va|we|ve|and|und"
_BEHIND = re.compile(rf"(?:(?:,|,? (?:{_AND})) (?:на )?\w+){{0,4}}[ -](?:{_WORD}|говоря|speak)")
"""What follows the adjective in Russian, Ukrainian, the Turkic languages, English and German; others may
stand between."""
_BEFORE = re.compile(
    r"(?:(?:забон(?:и|ҳои)|langues?) |زبان(?:های|ها)? (?:\w+(?: و|،) ){0,3}|\bпо-|"
    r"\b(?:speaks?|spoke|speaking|learn(?:s|ing)?|teach(?:es|ing)?|translated into|fluent in) |"
    r"\bперев\w+ (?:с|на) |\btraduite?s? (?:du |de l')|\b(?:auf|aus dem|ins) )$"
)
"""What precedes it in Tajik, French and Persian, and elsewhere where somebody speaks or translates it."""
_ALONE_BEFORE = tuple(f"{space}{word} " for word in ("in", "into", "на", "en") for space in " \n(")
_IN_ONE = re.compile(r"(?:in|en|auf) \w+")
_ALONE_BEHIND = re.compile(
    r"(?:(?:,|,? (?:and|or|и|или|et|ou)) (?:(?:in|на|en) )?\w+){0,4}"
    r"(?:[.;:!?»)\"\n]|$|,(?! (?:(?:in|на|en) )?\w+(?:,| (?:and|or|и|или|et|ou)(?!\w))))"
)
"""«in Russian, English and Chinese: …»: no noun follows."""
_MANNER = re.compile(r".+?(?:ша|ше|ча|че|чо|чө|cha|ca|ce|ça|çe|cə)(?:дан|ден|ға|ге|dan|den|ye|ya)?")
"""«орысша», «Türkçe»: what the Turkic languages add to a people to name its language."""
_WINDOW = 40
"""Characters before an adjective that may hold that."""
_JOINED = re.compile(r",? (?:и|и на|та|і|және|жана|ва|va|we|ve|and|et|und|و) |, (?:на )?|-| ва ба забони ")
_LANGUAGE = re.compile(_WORD)


def named(text: str, words: Sequence[tuple[int, int, Kind]]) -> set[int]:
    """Which of the words of a folded text, each given with start, end and kind, in order, name a language.

    Phrases in which nothing counts are among them: «на казахском языке» may end an enumeration.
    """
    found = {
        number
        for number, (start, end, kind) in enumerate(words)
        if kind in _TELLING and _names_a_language(text, start, end, kind)
    }
    for step in (-1, +1):
        for number in sorted(found):
            _join(found, text, words, number, step)
    return found


def _names_a_language(text: str, start: int, end: int, kind: Kind) -> bool:
    if kind is Kind.NEGATIVES:
        return (
            _LANGUAGE.search(text, start, end) is not None or _IN_ONE.fullmatch(text, start, end) is not None
        )
    if _BEHIND.match(text, end) or _MANNER.fullmatch(text, start, end):
        return True
    before = text[max(0, start - _WINDOW) : start]
    if _BEFORE.search(before):
        return True
    return f" {before}".endswith(_ALONE_BEFORE) and _ALONE_BEHIND.match(text, end) is not None


def _join(found: set[int], text: str, words: Sequence[tuple[int, int, Kind]], number: int, step: int) -> None:
    """Follow an enumeration from one of its words on, in one direction."""
    beside = number + step
    while 0 <= beside < len(words) and words[beside][2] in PEOPLES:
        first, second = sorted((number, beside))
        if not _JOINED.fullmatch(text, words[first][1], words[second][0]):
            return
        found.add(beside)
        number, beside = beside, beside + step
