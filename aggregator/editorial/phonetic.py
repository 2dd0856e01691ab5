"""What names sound like: one key for a name in any script.

«Washington», «Вашингтон» and «واشنگتن» share no letter. What they share is the row of their consonants, once
neighbouring sounds count as one: a key in the manner of Soundex, over a romanised word. It is coarse, and its
use is in numbers: two texts that share several such keys speak of the same people and places.
"""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from aggregator.editorial.folding import fold

FEWEST_SOUNDS = 2
"""A name of fewer has no key: it would be everybody's."""
MOST_SOUNDS = 4
"""The first ones decide: what follows is often an ending."""

_ARABIC = re.compile("[\u0620-\u06ff]")
_ARABIC_SOUNDS = str.maketrans(
    {
        **dict.fromkeys("خحهع", ""),
        **dict.fromkeys("چجژشثصذضظزس", "s"),
        **dict.fromkeys("غقکگ", "k"),
        **dict.fromkeys("طتد", "t"),
        **dict.fromkeys("بپ", "p"),
        **dict.fromkeys("ف", "v"),
        **dict.fromkeys("وی", ""),
        "ا": "",
        "ل": "l",
        "م": "m",
        "ن": "n",
        "ر": "r",
    }
)
_SOUNDS = frozenset("ksptvlmnr")
_VOWEL_FIRST = re.compile("^ا[وی]?")
_CONSONANT_WAW = re.compile("^و(?=ا)|(?<=ا)و(?=ا)")

_SEVERAL_LETTERS = re.compile("t?sch|shch|[td]ch|dzh|dj|dzs|[ckp]h|gh|th|ck|sh|zh|ts|cz|sz|c(?=[eiy])|x|dh")
_THEIR_SOUND = {"kh": "", "ph": "v", "gh": "k", "th": "t", "ck": "k", "x": "ks", "dh": "t"}
_ONE_LETTER = str.maketrans("wfvqckgjszbpdt", "vvvkkkkssspptt", "aeiouyh")


@lru_cache(maxsize=65_536)
def key(word: str) -> str:
    """The first consonants of a word; empty when it has too few to tell it from others.

    A word that begins with a vowel says so: *Obama* is not *Palma*.
    """
    folded = fold(word)
    if _ARABIC.search(folded):
        sounds = _arabic(folded)
    else:
        romanised = "".join(filter(str.isalpha, anyascii(folded).lower()))
        first = "a" if romanised[:1] in tuple("aeiou") else ""
        sounds = first + _SEVERAL_LETTERS.sub(_sound, romanised).translate(_ONE_LETTER)
    squeezed = re.sub(r"(.)\1+", r"\1", sounds)
    return squeezed[:MOST_SOUNDS] if len(squeezed) >= FEWEST_SOUNDS else ""


def _sound(letters: re.Match[str]) -> str:
    return _THEIR_SOUND.get(letters[0], "s")


def _arabic(folded: str) -> str:
    first = "a" if folded.startswith("ا") else ""
    rest = _CONSONANT_WAW.sub("ف", _VOWEL_FIRST.sub("", folded))
    return first + "".join(filter(_SOUNDS.__contains__, rest.translate(_ARABIC_SOUNDS)))
