"""Finding the gazetteer's words in a text: boundaries, endings, case, and who yields to whom.

One pass of the automaton over all texts of an entry gives every place where a stem stands; what is left
after these rules is a hit:

1. It begins a word, and what follows it in that word is an ending that its language knows.
2. It is written as the gazetteer writes it: a capital for a capital, an abbreviation letter by letter.
3. It counts in the language of the text.
4. The longer word wins where two overlap: *South Korea* before *Korea*. A negative swallows what it covers.
5. What stands in an aside (the name of an outlet, a house or a street, the titles of other articles) is not
   looked at; nor is half of the name of a water or a hill (*Чили-Сай*).
6. A word may be used otherwise: an adjective beside the word for language, a people's word in a phrase or in
   a person's name. Such a hit says so; it tells of no country.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum, auto
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import NamedTuple

from aggregator.editorial import asides, inflection, namesakes, tongues
from aggregator.editorial.folding import Folded, as_lines
from aggregator.editorial.gazetteer import Gazetteer
from aggregator.editorial.gazetteer_format import PEOPLES, Kind
from aggregator.editorial.inflection import Ending
from aggregator.editorial.patterns import Case, Pattern

UNKNOWN_LANGUAGE = "und"
_REST_OF_WORD = re.compile(r"[^\W_]*")
_MARKS = ("#", "@")
"""Behind these, names are written in small letters too."""
_SILENT = frozenset({Kind.NEGATIVES, Kind.RELATED})


class Use(Enum):
    """What a word of the gazetteer stands for."""

    COUNTRY = auto()
    LANGUAGE = auto()
    PERSON = auto()
    PHRASE = auto()
    """It is part of a phrase that says nothing of the country: «шведский стол»."""
    WORD = auto()
    """It begins a sentence, and may be the common word that the text writes in small letters elsewhere."""


MOST_CANDIDATES = 400
"""Words of the gazetteer that are looked at in an entry, the first ones: hardly an article has a hundred."""


class Hit(NamedTuple):
    """A word of the gazetteer in a text; offsets are those of the original text."""

    pattern: Pattern
    start: int
    end: int
    surface: str
    use: Use = Use.COUNTRY


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
    whole: bool
    """Nothing is asked of what follows it: it is unspaced, or ends in a hyphen."""
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
        language, all_patterns = self._language, self._gazetteer.patterns(number)
        counting = [
            (pattern, pattern.ending or inflection.of_language(language))
            for pattern in all_patterns
            if pattern.language in (None, language) or language == UNKNOWN_LANGUAGE
        ]
        capital = all(pattern.case is not Case.ANY for pattern, _ in counting)
        unspaced = any(pattern.unspaced for pattern in all_patterns)
        whole = unspaced or self._gazetteer.stems[number].endswith("-")
        self[number] = stem = _Stem(counting, unspaced, whole, capital)
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
    common: set[str] = set()
    allowed = _candidates(page, matches, _stems(gazetteer, language), passages, cased, common)
    candidates = list(islice(allowed, MOST_CANDIDATES))
    if not candidates:
        return hits
    begins = [0, *accumulate(len(passage.original) + 1 for passage in passages)]
    accepted = _longest_first(candidates, len(page.text))
    uses = _uses(page, accepted, language, cased)
    for number, one in enumerate(accepted) if common else ():
        if (
            uses[number] is Use.COUNTRY
            and cased[one.passage]
            and one.pattern.stem in common
            and _opens(page, one)
        ):
            uses[number] = Use.WORD
    phrases = [one for one in accepted if one.pattern.kind is Kind.NEGATIVES]
    for phrase in phrases:
        within = [one for one in candidates if one.pattern.kind in PEOPLES and _holds(phrase, one)]
        accepted += within
        uses += [Use.PHRASE] * len(within)
    for candidate, use in zip(accepted, uses, strict=True):
        start, end, pattern, surface, at = candidate
        if use is not None:
            begin = begins[at]
            hits[at].append(Hit(pattern, page.origin(start) - begin, page.origin(end) - begin, surface, use))
    if phrases:
        for found in hits:
            found.sort(key=lambda hit: hit.start)
    return hits


def _opens(page: Folded, one: _Candidate) -> bool:
    """Whether a word begins a sentence, so that its capital says nothing."""
    before = page.text[max(0, one.start - 4) : one.start].rstrip(' «"“„(-')
    return not before or before[-1] in ".!?…؟:\n"


def _holds(phrase: _Candidate, word: _Candidate) -> bool:
    return phrase.start <= word.start and word.end <= phrase.end


def _uses(
    page: Folded, accepted: Sequence[_Candidate], language: str, cased: Sequence[bool]
) -> list[Use | None]:
    """What each word stands for; None for those that are not looked at."""
    text = page.text
    languages = tongues.named(text, [(one.start, one.end, one.pattern.kind) for one in accepted])
    glossed = set(_glossed(text, accepted))
    uses: list[Use | None] = []
    previous_end = related_until = -1
    for number, (start, end, pattern, _, at) in enumerate(accepted):
        beside, previous_end = start - 1 <= previous_end, end
        if pattern.kind is Kind.RELATED:
            related_until = asides.related_until(text, end)
        if start < related_until or pattern.kind in _SILENT or number in glossed or pattern in glossed:
            uses.append(None)
        elif number in languages:
            uses.append(Use.LANGUAGE)
        elif namesakes.is_half(text, pattern, end) or asides.is_aside(
            page.original, page.origin(start), page.origin(end)
        ):
            uses.append(None)
        elif cased[at] and namesakes.is_person(page, pattern, start, end, language, beside):
            uses.append(Use.PERSON)
        else:
            uses.append(Use.COUNTRY)
    return uses


def _glossed(text: str, accepted: Sequence[_Candidate]) -> Iterator[int | Pattern]:
    """Towns (by number) and abbreviations (throughout) of which what follows says that they are others."""
    for number, (one, following) in enumerate(pairwise(accepted)):
        gap = text[one.end : following.start]
        if gap != " " and not gap.startswith(" ("):
            continue
        closed = text.startswith(")", following.end)
        if namesakes.is_gloss(one.pattern, following.pattern, gap, closed=closed):
            yield number
        elif gap == " (" and closed and namesakes.is_abbreviation_of(one.pattern, following.pattern):
            yield following.pattern


def _candidates(
    page: Folded,
    matches: Iterable[tuple[int, int, int]],
    stems: _Stems,
    passages: Sequence[Folded],
    cased: Sequence[bool],
    common: set[str],
) -> Iterator[_Candidate]:
    """What is left of the automaton's matches, which come in the order of their ends.

    Names that the text also writes in small letters, as common words without endings, are added to `common`.

    The checks that cost least and reject most stand first. No match goes beyond its passage: no stem has a
    line break.
    """
    text, original, in_place = page.text, page.original, not page.anchors
    rest_of_word = _REST_OF_WORD.match
    ends = list(accumulate(len(passage.text) + 1 for passage in passages))
    shouted = [passage.original.isupper() for passage in passages]
    at = 0
    for number, start, end in matches:
        patterns, unspaced, whole, capital = stems[number]
        if not patterns or (start and not unspaced and text[start - 1].isalnum()):
            continue
        while end >= ends[at]:
            at += 1
        rest = None if whole else rest_of_word(text, end)
        word_end = rest.end() if rest else end
        surface = original[start:word_end] if in_place else page.surface(start, word_end)
        if capital and surface.islower() and cased[at]:
            if end == word_end and text[start - 1 : start] not in _MARKS:
                common.add(patterns[0][0].stem)
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
    """Those that no longer one overlaps, in order: at one place, one of each country, or a negative.

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
            accepted.append(candidate)
        elif pattern.country not in countries and len(pattern.stem) == longest:
            countries.add(pattern.country)
            accepted.append(candidate)
    return sorted(accepted, key=lambda candidate: candidate.start)


def _longest_negative_first(candidate: _Candidate) -> tuple[int, bool, int, int]:
    start, end, pattern, *_ = candidate
    return start - end, pattern.kind is not Kind.NEGATIVES, -len(pattern.stem), start
