"""What stays of a word in all its forms, in the languages of which we know it. Pure.

By the Snowball stemmers, save for Russian: theirs parts names from their own forms («Астана» is `аста`,
«Астане» `астан`; «Токаев» `тока`, «Токаева» `токаев`). Names are what news is searched for, and endings of
cases are all that has to go from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from threading import Lock

import Stemmer

SNOWBALL = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "sv": "swedish",
    "tr": "turkish",
}
"""Algorithm by language (ISO 639-1)."""
VERSION = f"{Stemmer.version()}/1"
"""Moves when the same word may have another stem than before."""

_ENDINGS = frozenset(re.findall(r"\w+", """
    иями ями ами ией иям ием иях ого его ому ему ыми ими ой ей ою ею ом ем ам ям ах ях ов ев ий ый ия ие ию ии
    ья ье ью ьи ая яя ое ее ые ых их ым им ую юю а я о е ы и у ю й ь
"""))  # fmt: skip
_SHORTEST_STEM, _SHORTEST_NAME = 2, 3
_OF_SURNAMES = ("ов", "ев")
"""«Токаева» without its ending ends as «Токаев» does; of «городов» the same letters are the ending."""

_one_at_a_time = Lock()
"""A stemmer serves one thread at a time."""


def russian(word: str) -> str:
    """A folded Russian word without the endings of cases, numbers and genders."""
    if len(word) > _SHORTEST_NAME + 1 and word.endswith(("ся", "сь")):
        word = word[:-2]
    after = word[_SHORTEST_STEM:]
    for ending in (after[-4:], after[-3:], after[-2:], after[-1:]):
        if ending in _ENDINGS:
            word = word.removesuffix(ending)
            break
    return word[:-2] if len(word) - 2 >= _SHORTEST_NAME and word.endswith(_OF_SURNAMES) else word


def snowball(language: str) -> Callable[[str], str]:
    """What takes the endings off a folded word of this language, one of `SNOWBALL`."""
    stemmer = _stemmer(language)

    def stem(word: str) -> str:
        with _one_at_a_time:
            return str(stemmer.stemWord(word))

    return stem


@lru_cache(maxsize=len(SNOWBALL))
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(SNOWBALL[language])
