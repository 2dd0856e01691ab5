"""Words are found once, and are those that each reader would find by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import fingerprint, shown, terms, tokens
from aggregator.editorial.folding import fold, text_of, words
from aggregator.editorial.language import Language

ODD = "_'’ʻʼʹˈ‘`´′‛＇…\u00a0\u202f\u200c\u0301\u0307\u0345İıßﬁ№½ёйأةی\u064b漢字ก1٣ .!?:\n«»—-\ud800😀"
PIECES = ["The lake", "qoʻshni", "o'zbek", "''", "y'", "ауылға", "l’eau", "رئیس\u200cجمهور", *ODD]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join)
SPOKEN = st.sampled_from(
    [
        Language("en", "Latn"),
        Language("uz", "Latn"),
        Language("uz", "Cyrl"),
        Language("kk", "Cyrl"),
        Language("fa", "Arab"),
        Language("zh", "Hani"),
    ]
)


def counted(found: tokens.Tokens, language: str) -> tuple[list[int], bytes]:
    """What is made of words for the fingerprint and for terms."""
    reader = terms.TermReader({})
    packed = reader.read_passages(terms.passage("", language), found.passage, language)
    return fingerprint.marks(found.wording, language)[: fingerprint.TEXT_WORDS], packed


def each_alone(text: str, end: int, spoken: Language) -> tokens.Tokens:
    """Words found by each one's own rule."""
    folded = fold(text[: fingerprint.TEXT_LENGTH])
    return tokens.Tokens(
        words(fold(text[:end])),
        fingerprint.split(folded, spoken.code, spoken.script),
        terms.passage(text, spoken.code),
    )


@given(TEXTS, SPOKEN)
def test_words_are_those_that_each_reader_would_find(text: str, spoken: Language) -> None:
    for end in (len(text), shown.excerpt_end(text)):
        found, expected = tokens.read(text_of(text), end, spoken), each_alone(text, end, spoken)
        assert found.shown == expected.shown
        assert counted(found, spoken.code) == counted(expected, spoken.code)


@pytest.mark.parametrize("word", ["snow ", "snowflakes ", "o'zbek ", "x"])
@pytest.mark.parametrize("spoken", [Language("en", "Latn"), Language("uz", "Latn")])
def test_of_a_long_text_the_same_words_count(word: str, spoken: Language) -> None:
    text = "".join(f"{word}{number} " if word[-1] == " " else word for number in range(3_000))
    end = shown.excerpt_end(text)
    found, expected = tokens.read(text_of(text), end, spoken), each_alone(text, end, spoken)
    assert found.shown == expected.shown
    assert counted(found, spoken.code) == counted(expected, spoken.code)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("The lake\u00a0freezes; «the road» is closed…", Language("en", "Latn")),
        ("Qoʻshni vodiyda o'zbek maktabi", Language("uz", "Latn")),
        ("İstanbul'da kar", Language("tr", "Latn")),
        ("Ёлка в Орле", Language("ru", "Cyrl")),
    ],
)
def test_in_usual_texts_one_pass_finds_them_all(text: str, spoken: Language) -> None:
    assert tokens._plain(text_of(text), spoken) is not None
