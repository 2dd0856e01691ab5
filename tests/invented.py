"""Texts that have nothing in common: what they tell cannot be taken for one story."""

from __future__ import annotations

import random

_SYLLABLES = [
    first + vowel + last
    for first in "bdgklmnprstvz"
    for vowel in "aeiou"
    for last in ("", "n", "r", "l", "s")
]


def sentence(seed: str, words: int = 8) -> str:
    """Invented words, the same for the same seed, every third with a capital."""
    draw = random.Random(seed)
    made = ["".join(draw.choices(_SYLLABLES, k=3)) for _ in range(words)]
    return " ".join(word.capitalize() if place % 3 == 0 else word for place, word in enumerate(made))
