"""Finding the gazetteer's words in a text: boundaries, endings, case, and who yields to whom.

One pass of the automaton over all texts of an entry gives every place where a stem stands; what is left
after these rules is a hit:

1. It begins a word, and what follows it in that word is an ending that its language knows.
2. It is written as the gazetteer writes it: a capital for a capital, an abbreviation letter by letter.
3. It counts in the language of the text.
4. The longer word wins where two overlap: *South Korea* before *Korea*. A negative swallows what it covers.
5. A town yields to a place of another country in brackets after it: *Amsterdam (New York)*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, zip_longest
from typing import NamedTuple

from aggregator.editorial import inflection
from aggregator.editorial.folding import Folded, as_lines
from aggregator.editorial.gazetteer import Case, Gazetteer, Pattern
from aggregator.editorial.gazetteer_format import Kind
from aggregator.editorial.inflection import Ending

UNKNOWN_LANGUAGE = "und"
_REST_OF_WORD = re.compile(r"[^\W_]*")
NEIGHBOURHOOD = 150
"""Characters on either side of a word that show whether it is part of a person's name."""
TITLE_CASE = 0.7
"""Share of capitalised words from which on a capital says nothing of a word."""


TOWNS = frozenset({Kind.CAPITAL, Kind.PLACES})


class Hit(NamedTuple):
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
    passage: int
    """Number of the passage in which it stands."""


class _Stem(NamedTuple):
    """What one stem stands for in texts of one language."""

    patterns: Sequence[tuple[Pattern, Ending]]
    """Those that count, each with what may follow the stem within the word."""
    unspaced: bool
    capital: bool
    """None of them counts when it is written in small letters throughout."""


class _Stems(dict[int, _Stem]):
    """The stems of a gazetteer by number, as one language reads them; worked out when first met.

    A text meets a stem far more often than a process meets a new one.
    """

    def __init__(self, gazetteer: Gazetteer, language: str) -> None:
        self._gazetteer = gazetteer
        self._language = language

    def __missing__(self, number: int) -> _Stem:
        language, all_patterns = self._language, self._gazetteer.patterns[number]
        counting = [
            (pattern, pattern.ending or inflection.of_language(language))
            for pattern in all_patterns
            if pattern.language in (None, language) or language == UNKNOWN_LANGUAGE
        ]
        capital = all(pattern.case is not Case.ANY for pattern, _ in counting)
        self[number] = stem = _Stem(counting, all_patterns[0].unspaced, capital)
        return stem


_stems = lru_cache(maxsize=64)(_Stems)


def find(
    passages: Sequence[Folded], gazetteer: Gazetteer, language: str, *, cased: Sequence[bool]
) -> list[list[Hit]]:
    """The hits in each of some texts, in order of place; offsets count from the beginning of that text.

    `language` is the texts' ISO 639-1 code; `und` lets the words of all languages count. `cased` says of each
    whether case tells anything in it (in addresses, it does not).
    """
    hits: list[list[Hit]] = [[] for _ in passages]
    page = as_lines(passages)
    matches = gazetteer.automaton.find_matches_as_indexes(page.text, overlapping=True)
    candidates = list(_candidates(page, matches, _stems(gazetteer, language), passages, cased))
    if not candidates:
        return hits
    begins = [0, *accumulate(len(passage.original) + 1 for passage in passages)]
    accepted = _longest_first(candidates, len(page.text))
    for candidate, following in zip_longest(accepted, accepted[1:]):
        start, end, pattern, surface, at = candidate
        if _is_namesake(page.text, candidate, following):
            continue
        if not (pattern.kind is Kind.GIVEN_NAMES and cased[at] and _is_person(page, start, end)):
            begin = begins[at]
            hits[at].append(Hit(pattern, page.origin(start) - begin, page.origin(end) - begin, surface))
    return hits


def _candidates(
    page: Folded,
    matches: Iterable[tuple[int, int, int]],
    stems: _Stems,
    passages: Sequence[Folded],
    cased: Sequence[bool],
) -> Iterator[_Candidate]:
    """What is left of the automaton's matches, which come in the order of their ends.

    The checks that cost least and reject most stand first. No match goes beyond its passage: no stem has a
    line break.
    """
    text, original, in_place = page.text, page.original, not page.anchors
    rest_of_word = _REST_OF_WORD.match
    ends = list(accumulate(len(passage.text) + 1 for passage in passages))
    shouted = [passage.original.isupper() for passage in passages]
    at = 0
    for number, start, end in matches:
        patterns, unspaced, capital = stems[number]
        if not patterns or (start and not unspaced and text[start - 1].isalnum()):
            continue
        while end >= ends[at]:
            at += 1
        rest = None if unspaced else rest_of_word(text, end)
        word_end = rest.end() if rest else end
        surface = original[start:word_end] if in_place else page.surface(start, word_end)
        if capital and surface.islower() and cased[at]:
            continue
        letters = text[end:word_end]
        for pattern, ending in patterns:
            if ending(letters) and _written_so(pattern, surface, cased=cased[at], shouted=shouted[at]):
                yield _Candidate(start, word_end, pattern, surface, at)


def _written_so(pattern: Pattern, surface: str, *, cased: bool, shouted: bool) -> bool:
    if pattern.case is Case.EXACT:
        return surface.startswith(pattern.word) and not (cased and shouted)
    return pattern.case is Case.ANY or not cased or any(map(str.isupper, surface))


def _longest_first(candidates: Sequence[_Candidate], length: int) -> list[_Candidate]:
    """Those that no longer one overlaps, in order; of several at one place, one of each country.

    There the longer stem wins: «түрікмен» is a Turkmen, not «түрік» (a Turk) with an ending. A negative takes
    its place and gives nothing. `length` is that of the text.
    """
    covered = bytearray(length)
    at_place: dict[tuple[int, int], tuple[int, set[str]]] = {}
    swallowed: set[tuple[int, int]] = set()
    accepted = []
    for candidate in sorted(candidates, key=_longest_negative_first):
        start, end, pattern, *_ = candidate
        place = (start, end)
        if place in swallowed or (place not in at_place and any(covered[start:end])):
            continue
        covered[start:end] = b"\1" * (end - start)
        longest, countries = at_place.setdefault(place, (len(pattern.stem), set()))
        if pattern.kind is Kind.NEGATIVES:
            swallowed.add(place)
        elif pattern.country not in countries and len(pattern.stem) == longest:
            countries.add(pattern.country)
            accepted.append(candidate)
    return sorted(accepted, key=lambda candidate: candidate.start)


def _longest_negative_first(candidate: _Candidate) -> tuple[int, bool, int, int]:
    start, end, pattern, *_ = candidate
    return start - end, pattern.kind is not Kind.NEGATIVES, -len(pattern.stem), start


def _is_namesake(text: str, town: _Candidate, gloss: _Candidate | None) -> bool:
    """Whether brackets behind a town say that it is one of the same name in another country."""
    return (
        gloss is not None
        and town.pattern.kind in TOWNS
        and gloss.pattern.kind in TOWNS
        and gloss.pattern.country != town.pattern.country
        and text[town.end : gloss.start] == " ("
        and text.startswith(")", gloss.end)
    )


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
