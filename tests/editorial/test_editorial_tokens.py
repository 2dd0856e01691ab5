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


READER = terms.TermReader({})
NO_TITLE = terms.Passage("", [], [])


def read(text: str, spoken: Language) -> tokens.Tokens:
    """The words found in one pass, and of the fingerprint's as many as count."""
    found = tokens.of_text(text_of(text), spoken, READER)
    return found._replace(marks=list(found.marks)[: fingerprint.TEXT_WORDS])


def each_alone(text: str, spoken: Language) -> tokens.Tokens:
    """Words found by each one's own rule."""
    wording = fingerprint.split(fold(text[: fingerprint.TEXT_LENGTH]), spoken.code, spoken.script)
    return tokens.Tokens(
        words(fold(text[: shown.excerpt_end(text)])),
        fingerprint.marks(wording, spoken.code)[: fingerprint.TEXT_WORDS],
        READER.passage(text, terms.TEXT_WORDS, spoken.code),
    )


def assert_same(found: tokens.Tokens, expected: tokens.Tokens) -> None:
    assert (found.shown, found.marks) == (expected.shown, expected.marks)
    assert terms.read(NO_TITLE, found.passage) == terms.read(NO_TITLE, expected.passage)


@given(TEXTS, SPOKEN)
def test_words_are_those_that_each_reader_would_find(text: str, spoken: Language) -> None:
    assert_same(read(text, spoken), each_alone(text, spoken))


@given(TEXTS, SPOKEN)
def test_of_a_title_all_words_are_shown(text: str, spoken: Language) -> None:
    found = tokens.of_title(text_of(text), spoken, READER)
    assert found.shown == words(fold(text))
    expected = READER.passage(text, terms.TITLE_WORDS, spoken.code)
    assert terms.read(found.passage, NO_TITLE) == terms.read(expected, NO_TITLE)


@pytest.mark.parametrize("word", ["snow ", "snowflakes ", "o'zbek ", "x"])
@pytest.mark.parametrize("spoken", [Language("en", "Latn"), Language("uz", "Latn")])
def test_of_a_long_text_the_same_words_count(word: str, spoken: Language) -> None:
    text = "".join(f"{word}{number} " if word[-1] == " " else word for number in range(3_000))
    assert_same(read(text, spoken), each_alone(text, spoken))


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
