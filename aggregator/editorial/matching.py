"""Finding the gazetteer's words in a text: boundaries, endings, case, and who yields to whom.

One pass of the automaton gives every place where a stem stands; what is left after these rules is a hit:

1. It begins a word, and what follows it in that word is an ending that its language knows.
2. It is written as the gazetteer writes it: a capital for a capital, an abbreviation letter by letter.
3. It counts in the language of the text.
4. The longer word wins where two overlap: *South Korea* before *Korea*. A negative swallows what it covers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from aggregator.editorial import inflection
from aggregator.editorial.folding import Folded, fold_with_offsets
from aggregator.editorial.gazetteer import Case, Gazetteer, Pattern
from aggregator.editorial.gazetteer_format import Kind

UNKNOWN_LANGUAGE = "und"
_REST_OF_WORD = re.compile(r"[^\W_]*")
NEIGHBOURHOOD = 150
"""Characters on either side of a word that show whether it is part of a person's name."""
TITLE_CASE = 0.7
"""Share of capitalised words from which on a capital says nothing of a word."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the gazetteer in a text; offsets are those of the original text."""

    pattern: Pattern
    start: int
    end: int
    surface: str


class _Candidate(NamedTuple):
    """A word that one pattern allows; offsets are those of the folded text."""

    start: int
    end: int
    pattern: Pattern
    surface: str


def find(text: str, gazetteer: Gazetteer, language: str, *, cased: bool = True) -> list[Hit]:
    """All hits in a text, in order of place; `cased=False` where case says nothing (addresses).

    `language` is the text's ISO 639-1 code; `und` lets the words of all languages count.
    """
    folded = fold_with_offsets(text)
    candidates = list(_candidates(folded, gazetteer, language, cased=cased))
    return [
        Hit(pattern, folded.origin(start), folded.origin(end), surface)
        for start, end, pattern, surface in _longest_first(candidates, len(folded.text))
        if not (pattern.kind is Kind.GIVEN_NAMES and cased and _is_person(folded, start, end))
    ]


def _candidates(folded: Folded, gazetteer: Gazetteer, language: str, *, cased: bool) -> Iterator[_Candidate]:
    text = folded.text
    shouted = cased and folded.original.isupper()
    for index, start, end in gazetteer.automaton.find_matches_as_indexes(text, overlapping=True):
        patterns = gazetteer.patterns[index]
        unspaced = patterns[0].unspaced
        if start and not unspaced and text[start - 1].isalnum():
            continue
        word_end = end if unspaced else _word_end(text, end)
        rest, surface = text[end:word_end], folded.surface(start, word_end)
        for pattern in patterns:
            if (
                (pattern.language in (None, language) or language == UNKNOWN_LANGUAGE)
                and (pattern.ending or inflection.of_language(language))(rest)
                and _written_so(pattern, surface, cased=cased, shouted=shouted)
            ):
                yield _Candidate(start, word_end, pattern, surface)


def _word_end(text: str, end: int) -> int:
    rest = _REST_OF_WORD.match(text, end)
    return rest.end() if rest else end


def _written_so(pattern: Pattern, surface: str, *, cased: bool, shouted: bool) -> bool:
    if pattern.case is Case.EXACT:
        return surface.startswith(pattern.word) and not shouted
    return pattern.case is Case.ANY or not cased or any(char.isupper() for char in surface)


def _longest_first(candidates: Sequence[_Candidate], length: int) -> list[_Candidate]:
    """Those that no longer one overlaps, in order; of several at one place, the first of each country.

    A negative takes its place and gives nothing. `length` is that of the text.
    """
    covered = bytearray(length)
    at_place: dict[tuple[int, int], set[str]] = {}
    swallowed: set[tuple[int, int]] = set()
    accepted = []
    for candidate in sorted(candidates, key=_longest_negative_first):
        start, end, pattern, _ = candidate
        place = (start, end)
        if place in swallowed or (place not in at_place and any(covered[start:end])):
            continue
        covered[start:end] = b"\1" * (end - start)
        countries = at_place.setdefault(place, set())
        if pattern.kind is Kind.NEGATIVES:
            swallowed.add(place)
        elif pattern.country not in countries:
            countries.add(pattern.country)
            accepted.append(candidate)
    return sorted(accepted, key=lambda candidate: candidate.start)


def _longest_negative_first(candidate: _Candidate) -> tuple[int, bool, int, int]:
    start, end, pattern, _ = candidate
    return start - end, pattern.kind is not Kind.NEGATIVES, -len(pattern.stem), start


def _is_person(folded: Folded, start: int, end: int) -> bool:
    """Whether a capitalised word stands right beside this one in a text that is not all in title case."""
    text, at, to = folded.original, folded.origin(start), folded.origin(end)
    before = text[max(0, at - NEIGHBOURHOOD) : at].split("\n")[-1]
    after = text[to : to + NEIGHBOURHOOD].split("\n")[0]
    beside = [word for word in (_adjacent(before, last=True), _adjacent(after, last=False)) if word]
    if not any(map(_is_name_like, beside)):
        return False
    others = [word for word in _words(f"{before} {after}") if word not in beside]
    return sum(word[0].isupper() for word in others) < TITLE_CASE * max(len(others), 1)


def _adjacent(text: str, *, last: bool) -> str:
    """The word that only a space parts from the place where this text was cut; empty if there is none."""
    if not (text.endswith(" ") if last else text.startswith(" ")):
        return ""
    words = text.split()
    return (words[-1] if last else words[0]) if words else ""


def _is_name_like(word: str) -> bool:
    return len(word) > 2 and word[0].isupper() and word[1].islower() and word not in _BESIDE_COUNTRIES


def _words(text: str) -> Iterator[str]:
    return (word for word in text.split() if len(word) > 3 and word[0].isalpha())


_BESIDE_COUNTRIES = frozenset(
    {"And", "But", "For", "From", "Has", "How", "Into", "Its", "That", "The", "Why", "Will", "With", "Says"}
    | {"North", "Northern", "South", "Southern", "East", "Eastern", "West", "Western", "Central", "Saudi"}
    | {
        "President",
        "King",
        "Prime",
        "Minister",
        "Dans",
        "Les",
        "Pour",
        "Der",
        "Die",
        "Das",
        "Und",
        "Aus",
        "Nach",
    }
)
"""Capitalised words that stand beside a country as well as beside a person."""
