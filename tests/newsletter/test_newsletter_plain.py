"""Words of sources made fit for a letter: cleaned, cut at a word, extracted."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.newsletter.excerpt import CHARACTERS, excerpt
from aggregator.newsletter.plain import HEADLINE_CHARACTERS, headline, line, shorten

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("a\r\nBcc: x@example.org", "a Bcc: x@example.org"),
        ("a\x00b", "ab"),
        ("a\u202eb\u2066c", "abc"),
        ("a\u2028b\x85c\x0bd", "a b c d"),
        ("\ufeff a\ud800 ", "a"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_a_line_holds_no_controls_and_keeps_what_belongs_to_words(hostile: str, harmless: str) -> None:
    assert line(hostile) == harmless


def test_a_short_text_is_kept_whole() -> None:
    assert shorten(" two\n words ", 9) == "two words"


def test_a_long_text_is_cut_at_a_word_without_dangling_punctuation() -> None:
    assert shorten("The river, the bridge and the town", 15) == "The river, the…"
    assert shorten("The river – the bridge", 12) == "The river…"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("abcdefghij", 5, "abcd…"),
        ("a" + FAMILY + "bcdef", 5, "a…"),
        ("cafe\u0301bcdef", 6, "cafe\u0301…"),
        ("cafe\u0301bcdef", 5, "caf…"),
        ("👍🏽👍🏽👍🏽", 4, "👍🏽…"),
        ("🇰🇿🇰🇬🇺🇿", 4, "🇰🇿…"),
        ("क्षिक्षिक्षि", 4, "क्…"),
    ],
)
def test_one_word_is_cut_between_what_readers_see_as_characters(text: str, limit: int, cut: str) -> None:
    assert shorten(text, limit) == cut


@given(st.text(max_size=200), st.integers(1, 80))
def test_shortened_text_keeps_its_bound_and_only_words_of_its_own(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert line(text).startswith(short.removesuffix("…"))
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in short)


def test_an_entry_without_a_title_is_called_by_its_first_words_or_its_address(make_member: Any) -> None:
    assert headline(make_member(title="", text="A post without a title.")) == "A post without a title."
    assert headline(make_member(title="\u202e", text="")) == "https://herald.test/article"
    assert len(headline(make_member(title="x" * 10_000))) == HEADLINE_CHARACTERS


def words(count: int, last: str = "word") -> str:
    return " ".join(["word"] * (count - 1) + [last])


def test_a_text_within_the_bound_is_shown_whole() -> None:
    assert excerpt(words(60), 40, 60) == words(60)
    assert excerpt("", 40, 60) == ""


def test_a_longer_text_ends_with_the_last_sentence_that_fits() -> None:
    text = f"{words(30, 'over.')} {words(15, 'over.')} {words(40, 'over.')}".replace(". word", ". Word")
    assert len(excerpt(text, 40, 60).split()) == 45
    assert excerpt(text, 40, 60).endswith("over.")


def test_long_words_leave_whole_sentences_rather_than_one_cut_in_the_middle() -> None:
    long = "Достопримечательностями"
    text = f"{words(44)} Конец. {' '.join([long] * 12)} конец. Начало {words(40)}"
    assert excerpt(text, 40, 60) == f"{words(44)} Конец."


def test_without_a_sentence_end_in_the_range_the_text_is_cut_at_a_word() -> None:
    text = f"{words(20, 'over.')} {words(80)}"
    extract = excerpt(text, 40, 60)
    assert len(extract.split()) == 60
    assert extract.endswith("word…")


@pytest.mark.parametrize("abbreviation", ["M.", "г.", "U.S.", "т.е."])
def test_an_abbreviation_ends_no_sentence(abbreviation: str) -> None:
    text = f"{words(44)} {abbreviation} Name {words(40)}"
    assert len(excerpt(text, 40, 60).split()) == 60


def test_a_stop_before_a_small_letter_ends_no_sentence() -> None:
    text = f"{words(45, 'approx.')} about {words(40)}"
    assert len(excerpt(text, 40, 60).split()) == 60


@pytest.mark.parametrize("final", ["over?", "über!", "«Schluss.»", "2024.", "دهند۔", "است؟"])
def test_sentences_end_in_many_scripts(final: str) -> None:
    text = f"{words(45, final)} {words(40, 'x').replace('word', 'Word')}"
    assert len(excerpt(text, 40, 60).split()) == 45


def test_a_script_without_spaces_is_bounded_by_characters() -> None:
    assert len(excerpt("字" * 5000, 40, 60)) == CHARACTERS
    assert len(excerpt("字" * 90 + " " + words(90, "x" * 4000), 40, 60)) <= CHARACTERS


@given(st.text(alphabet="abc .!?\n", max_size=900))
def test_an_extract_is_always_a_beginning_of_its_text(text: str) -> None:
    extract = excerpt(text, 5, 9)
    assert line(text).startswith(extract.removesuffix("…").rstrip())
    assert len(extract.split()) <= 9
