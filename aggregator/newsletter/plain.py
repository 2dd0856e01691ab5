"""Words of sources as plain text that can stand in a header, a letter and a text part.

A source's title may hold line breaks, NUL, controls that turn the direction of what stands beside it, or ten
thousand characters. After `line` it is one line of printable text; after `shorten` it also has an end.
"""

from __future__ import annotations

import re
import unicodedata

from aggregator.model import Member

_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""C0 and C1 controls that are no white space, bidi embeddings and isolates (UAX #9), lone surrogates."""
_JOINS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_TRAILING = " ,;:–—-"

HEADLINE_CHARACTERS = 250
CHARACTERS_READ = 5_000
"""Of a title or a text; a feed may bring megabytes."""


def line(text: str) -> str:
    """The text on one line: unfit characters dropped, every run of white space one space."""
    return " ".join(_UNFIT.sub("", text).split())


def headline(member: Member) -> str:
    """What an entry is called: its title; the first words of its text, or its address, where it has none."""
    title = line(member.title[:CHARACTERS_READ]) or line(member.text[:CHARACTERS_READ]) or member.url
    return shorten(title, HEADLINE_CHARACTERS)


def shorten(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut at a word, with an ellipsis where something is missing.

    A word that fills the limit alone (or a script without spaces) is cut inside, but never inside what a
    reader sees as one character.
    """
    whole = line(text)
    if len(whole) <= limit:
        return whole
    cut = whole.rfind(" ", 0, limit)
    if cut < limit // 2:
        cut = _character_start(whole, limit - 1)
    return whole[:cut].rstrip(_TRAILING) + "…"


def _character_start(text: str, at: int) -> int:
    """The nearest offset at or before `at` where a grapheme begins (UAX #29, as far as unicodedata tells)."""
    while at > 0 and not _begins_grapheme(text, at):
        at -= 1
    return at


def _begins_grapheme(text: str, at: int) -> bool:
    character, before = text[at], text[at - 1]
    if character in _JOINS or before == "\u200d" or unicodedata.category(character).startswith("M"):
        return False
    if 0x1F3FB <= ord(character) <= 0x1F3FF:  # skin tone of the emoji before it
        return False
    if _is_flag_half(character):
        halves = 0
        while halves < at and _is_flag_half(text[at - 1 - halves]):
            halves += 1
        return halves % 2 == 0
    return True


def _is_flag_half(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF
