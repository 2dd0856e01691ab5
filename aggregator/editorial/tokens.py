"""The words of one text, found once for all that ask for them.

Look-up keys and hashes are made of folded words, fingerprints of folded words that keep the apostrophes of
some languages, terms of words as they are written. In nearly all texts these are the same words in the same
order: one pass finds them all. Where they may differ, each is found by its own rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from aggregator.editorial import fingerprint, terms
from aggregator.editorial.folding import Text, text_of, words
from aggregator.editorial.language import Language
from aggregator.editorial.shown import excerpt_end
from aggregator.editorial.terms import Passage, TermReader

_WORDS = re.compile(r"\w+")
_ODD = ("_", "\u0345")
"""A mark and a sign that are part of a word before folding or after it, and not both."""
_APOSTROPHES_THAT_ARE_LETTERS = "ʹʻʼʽˈ"
_APOSTROPHES_THAT_NEVER_ARE = "‛′"
"""Folding makes apostrophes of them, terms do not."""
_LOOSE_APOSTROPHE = re.compile(r"'(?:(?<![^\W_]')|(?![^\W_]))")


class Tokens(NamedTuple):
    """The words of one text."""

    shown: Sequence[str]
    """Folded: those of the part that readers see."""
    marks: Sequence[int]
    """Those of the fingerprint, or so many of them as count."""
    passage: Passage
    """Those that terms are made of."""


def of_title(title: Text, spoken: Language, reader: TermReader) -> Tokens:
    """The words of a title, all of which readers see."""
    return _of(title, len(title.original), terms.TITLE_WORDS, spoken, reader)


def of_text(text: Text, spoken: Language, reader: TermReader) -> Tokens:
    """The words of a text, of which readers see the excerpt."""
    return _of(text, excerpt_end(text.original), terms.TEXT_WORDS, spoken, reader)


def _of(text: Text, shown: int, most: int, spoken: Language, reader: TermReader) -> Tokens:
    """`shown`: how many characters readers see; `most`: of how many words terms are made."""
    plain = _plain(text, spoken) if _is_between_words(shown, text.original) else None
    if plain is None:
        wording = fingerprint.split(text.beginning(fingerprint.TEXT_LENGTH), spoken.code, spoken.script)
        return Tokens(
            words(text.beginning(shown)),
            fingerprint.marks(wording, spoken.code),
            reader.passage(text.original, most, spoken.code),
        )
    of_terms = plain[: terms.TEXT_LENGTH]
    written = _WORDS.findall(of_terms, 0, shown)
    count = len(written)
    written += _WORDS.findall(of_terms, shown)
    meanings = reader.meanings_of(written, spoken.code)
    counted = meanings
    if len(plain) > len(of_terms) and len(written) <= fingerprint.TEXT_WORDS:
        counted = reader.meanings_of(_WORDS.findall(plain), spoken.code)
    folded = [meaning.folded for meaning in meanings[:count]]
    joined = " ".join(folded)
    return Tokens(
        words(joined) if "'" in joined else folded,  # Here, unlike there, apostrophes always part words.
        [meaning.mark for meaning in counted],
        Passage(of_terms, written[:most], meanings[:most]),
    )


def _is_between_words(place: int, text: str) -> bool:
    return place >= len(text) or text[place] == " "


def _plain(text: Text, spoken: Language) -> str | None:
    """The beginning of a text with apostrophes made letters where they are; None where words may differ.

    An ellipsis is all that parts many teasers from text that can be folded in place: a full stop does, too.
    """
    if text.in_place is None and "…" in text.original:
        text = text_of(text.original[: fingerprint.TEXT_LENGTH].replace("…", "."))
    if text.in_place is None or spoken.script in fingerprint.UNSPACED:
        return None
    original, folded = text.original[: fingerprint.TEXT_LENGTH], text.in_place[: fingerprint.TEXT_LENGTH]
    if any(map(original.__contains__, _ODD)):
        return None
    if "'" not in folded:
        return original
    if spoken.code not in terms.WITH_APOSTROPHES:
        return None if any(map(original.__contains__, _APOSTROPHES_THAT_ARE_LETTERS)) else original
    if _LOOSE_APOSTROPHE.search(folded) or any(map(original.__contains__, _APOSTROPHES_THAT_NEVER_ARE)):
        return None
    return terms.joined(original, spoken.code)
