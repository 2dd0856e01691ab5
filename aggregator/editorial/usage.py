"""What a word stands for, seen from the whole entry.

What it stands for in one place, it may stand for throughout: Jordan Ellery is called Jordan further down, and
English, named as a language once, is one wherever no noun follows. That holds where nothing else in the entry
tells of the country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from aggregator.editorial.folding import Folded
from aggregator.editorial.gazetteer_format import PEOPLES
from aggregator.editorial.matching import Hit, Use

_NO_NOUN = re.compile(r"[^\w\s-]|\s+\w{1,3}(?!\w)|\s*$|\s*\n")
_JOINED = re.compile(r",? (?:and|or|und|oder|et|ou|и|или|ve|ва|жана|және) |, ")


def telling(found: Sequence[Sequence[Hit]], texts: Sequence[Folded]) -> Sequence[Sequence[Hit]]:
    """The hits in each text that tell of their country."""
    every = list(chain(*found))
    otherwise = [hit for hit in every if hit.use is not Use.COUNTRY]
    if not otherwise:
        return found
    persons = {_word(hit) for hit in otherwise if hit.use is Use.PERSON}
    peoples = {hit.pattern.country for hit in otherwise if hit.use in (Use.LANGUAGE, Use.PHRASE)}
    plain = {
        hit.pattern.country
        for hit in every
        if hit.use is Use.COUNTRY and hit.pattern.kind not in PEOPLES and _word(hit) not in persons
    }
    return [
        list(_without_echoes(hits, text.original, persons, peoples, plain))
        for hits, text in zip(found, texts, strict=True)
    ]


def _word(hit: Hit) -> tuple[str, str]:
    return hit.pattern.country, hit.pattern.stem


def _without_echoes(
    hits: Sequence[Hit], text: str, persons: set[tuple[str, str]], peoples: set[str], plain: set[str]
) -> Iterator[Hit]:
    """The hits of one text that tell of a country.

    `persons`: words that are names of persons; `peoples`: countries whose people's words are used otherwise;
    `plain`: countries that the entry names by other words too.
    """
    echo: Hit | None = None
    for hit in hits:
        country = hit.pattern.country
        if hit.use is not Use.COUNTRY and not (hit.use is Use.WORD and country in plain):
            continue
        if country not in plain:
            if _word(hit) in persons:
                continue
            bare = hit.pattern.kind in PEOPLES and _NO_NOUN.match(text, hit.end)
            enumerated = echo is not None and _JOINED.fullmatch(text, echo.end, hit.start)
            if hit.pattern.kind in PEOPLES and ((bare and country in peoples) or enumerated):
                echo = hit
                continue
        yield hit
