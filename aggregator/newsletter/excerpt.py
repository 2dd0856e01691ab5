"""The extract of an article that a letter shows: its own first words, never a word that is not in it."""

from __future__ import annotations

import re

from aggregator.newsletter.plain import line, shorten

CHARACTERS = 450
"""Bound for texts whose script writes no spaces between words."""

CHARACTERS_READ = 5_000
"""A feed may bring megabytes; an extract is made of the first words."""

_CLOSERS = "\"'»”’“)]"
_FINAL = re.compile(r"(?:[!?…。！？؟۔।]|(?<=\w\w\w\w)\.|\d\.)$")
"""A word that ends a sentence. A full stop does after four letters or a figure, not in «M.» or «Dr.»."""


def excerpt(text: str, least: int, most: int) -> str:
    """The first words of `text`, between `least` and `most` of them where there are as many.

    Cut after the last sentence that ends in between; else after `most` words, with an ellipsis. Never longer
    than `CHARACTERS`.
    """
    words = line(text[:CHARACTERS_READ]).split()
    if len(words) <= most:
        return shorten(" ".join(words), CHARACTERS)
    for count in range(most, least - 1, -1):
        if _ends_sentence(words[count - 1], words[count]):
            sentences = " ".join(words[:count])
            if len(sentences) <= CHARACTERS:
                return sentences
    return shorten(" ".join(words[:most]).rstrip(" ,;:–—-.…") + "…", CHARACTERS)


def _ends_sentence(word: str, following: str) -> bool:
    starts_small = following.lstrip("\"'«“„(").islower()
    return not starts_small and _FINAL.search(word.rstrip(_CLOSERS)) is not None
