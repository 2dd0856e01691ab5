"""Folding: one comparable form of a text, and the way back to the original, by any of its roads."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import folding
from aggregator.editorial.folding import Folded, as_lines, fold, fold_with_offsets, text_of, words

SPECIAL = "aЖё’–—`´ßİıŉΐﬁ…№½\u00a0，Ａｶﾞ\u0301\u0307\u0308\u00ad\u200c\u0640\u064bيكۀﷺ한\u1112\u1161😀𐐀և\n _2²"
TEXTS = st.text(st.sampled_from(SPECIAL) | st.characters(), max_size=40)


def origins(folded: Folded) -> list[int]:
    return [folded.origin(position) for position in range(len(folded.text) + 1)]


def slowly(text: str) -> tuple[str, list[int]]:
    """Folded text and origins by definition: composed text character by character, else with the marks."""
    composed = unicodedata.is_normalized("NFC", text)
    starts = [
        at
        for at, char in enumerate(text)
        if composed or at == 0 or not unicodedata.category(char).startswith("M")
    ]
    pieces = [fold(text[start:end]) for start, end in zip(starts, [*starts, len(text)][1:], strict=True)]
    back = [start for start, piece in zip(starts, pieces, strict=True) for _ in piece]
    return "".join(pieces), [*back, len(text)]


@given(TEXTS)
def test_every_road_folds_as_character_by_character_would(text: str) -> None:
    folded = fold_with_offsets(text)
    assert (folded.text, origins(folded)) == slowly(text)
    assert folded.original == text


def test_every_single_character_folds_alike_on_every_road() -> None:
    for code in range(0x11000):
        char = chr(code)
        for text in (f"a{char}b", f"№{char}b"):
            folded = fold_with_offsets(text)
            assert (folded.text, origins(folded)) == slowly(text), hex(code)


@given(TEXTS)
def test_what_is_typed_in_several_ways_is_replaced_character_by_character(text: str) -> None:
    table = {ord(variant): kept for variant, kept in folding._REPLACED.items()}
    assert fold(text) == unicodedata.normalize("NFKC", text).casefold().translate(table)


@given(TEXTS, st.integers(0, 20), st.integers(0, 40))
def test_a_part_folds_as_it_would_alone(text: str, start: int, end: int) -> None:
    part, alone = text_of(text).part(start, end), fold_with_offsets(text[start:end])
    assert (part.text, part.original, origins(part)) == (alone.text, alone.original, origins(alone))
    assert text_of(text).beginning(end) == fold(text[:end])
    assert text_of(text).beginning() == fold(text)


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_lines_know_the_way_back_as_each_alone_does(texts: list[str]) -> None:
    parts = [fold_with_offsets(text) for text in texts]
    page = as_lines(parts)
    assert page.text == "\n".join(part.text for part in parts)
    assert page.original == "\n".join(texts)
    expected: list[int] = []
    begin = 0
    for part in parts:
        expected += [begin + origin for origin in origins(part)]
        begin += len(part.original) + 1
    assert origins(page) == expected


@given(TEXTS)
def test_words_are_the_runs_of_letters_and_digits(text: str) -> None:
    assert words(text) == re.findall(r"[^\W_]+", text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Oʻzbekiston", "O'zbekiston"),
        ("O‘zbekiston", "o`zbekiston"),
        ("تاجيكستان", "تاجیکستان"),
        ("افغانستان\u200cها", "افغانستانها"),
        ("آمریکا", "امریکا"),
        ("Орёл", "орел"),
        ("İran", "iran"),
        ("Kırgızistan", "KIRGIZISTAN"),
        ("e\u0301te\u0301", "été"),
        ("Алма–Ата", "Алма-Ата"),
    ],
)
def test_spellings_of_one_word_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("text", ["Ош\u00ad ½ город…", "e\u0301te\u0301 à Och", "ی\u064bک Ош", "Straße", ""])
def test_every_folded_character_knows_where_it_comes_from(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert folded.origin(len(folded.text)) == len(text)
    for position, char in enumerate(folded.text):
        assert char in fold(text[folded.origin(position) :][:2])
    assert folded.surface(0, len(folded.text)) == text
