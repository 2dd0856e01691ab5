"""What texts say, as terms: names, numbers, concepts, sounds; the same for the same word everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import unicodedata
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial import lexicon, terms
from aggregator.editorial.terms import TermKind, TermReader

LEXICON = lexicon.compile_for(
    ("en", "ru", "fa", "uz"),
    [
        {
            "quake": {"en": "earthquake quake", "ru": "землетряс", "fa": "زلزله زمینلرزه", "uz": "zilzila"},
            "teacher": {"en": "teacher", "uz": "o'qituvchi"},
        }
    ],
)
READER = TermReader(LEXICON)


def term(kind: TermKind, word: str) -> int:
    return zlib.crc32(word.encode()) & ~0b111 | kind


def in_title(title: str, language: str = "en") -> set[int]:
    return set(terms.unpack(READER.read(title, "", language)).title)


def in_text(text: str, language: str = "en") -> dict[int, int]:
    return dict(terms.unpack(READER.read("", text, language)).text)


def kinds(found: set[int] | dict[int, int]) -> list[TermKind]:
    return sorted(map(terms.kind, found))


def test_a_name_within_a_sentence_is_a_word_a_name_and_the_beginning_of_a_sound() -> None:
    assert set(in_text("we met Asel")) == {
        term(TermKind.WORD, "we"),
        term(TermKind.WORD, "met"),
        term(TermKind.WORD, "asel"),
        term(TermKind.NAME, "asel"),
        term(TermKind.BEGINNING, "asl"),
    }


def test_a_capital_that_opens_a_sentence_makes_no_name_but_still_sounds() -> None:
    found = in_text("Asel came. «Bolot came»! Then we left.\n— Chynara came")
    assert TermKind.NAME not in kinds(found)
    assert {term(TermKind.BEGINNING, "asl"), term(TermKind.BEGINNING, "plt")} <= found.keys()


def test_a_word_that_opens_one_sentence_is_no_name_in_another() -> None:
    assert term(TermKind.NAME, "asel") not in in_text("Asel came. Then we met Asel")


def test_the_first_word_of_a_title_is_no_name_and_the_others_are() -> None:
    found = in_title("Mayor praises the volunteers of Naryn")
    assert term(TermKind.NAME, "mayor") not in found
    assert term(TermKind.NAME, "naryn") in found


def test_in_a_title_in_title_case_no_capital_makes_a_name() -> None:
    assert TermKind.NAME not in kinds(in_title("Mayor Praises All the Brave Volunteers of Naryn"))
    assert TermKind.NAME not in kinds(in_title("МЭР НАРЫНА ХВАЛИТ ДОБРОВОЛЬЦЕВ", "ru"))


def test_a_single_capital_letter_is_no_name() -> None:
    assert term(TermKind.NAME, "x") not in in_text("the so called X factor")


def test_without_capitals_every_word_that_is_no_concept_may_be_a_name_by_its_sound() -> None:
    found = in_text("سادیر جباروف از زلزله گفت", "fa")
    assert term(TermKind.SOUND, "sprv") in found
    assert terms.concept("quake") in found
    assert TermKind.NAME not in kinds(found)


def test_numbers_are_the_same_in_all_digits_and_with_leading_zeros() -> None:
    expected = terms.number_of("12")
    assert {*in_text("12 x"), *in_text("۱۲ x"), *in_text("012 x")} >= {expected}
    assert expected in in_text("۱۲ نفر", "fa")
    assert kinds(in_text("12")) == [TermKind.NUMBER]


def test_of_a_longer_number_only_the_first_digits_count() -> None:
    assert len(in_text("9" * 1_500)) == 1


def test_a_word_of_the_lexicon_is_a_concept_and_has_no_sound() -> None:
    assert set(in_text("in May Earthquakes")) == {
        term(TermKind.WORD, "may"),
        term(TermKind.NAME, "may"),
        term(TermKind.WORD, "earthq"),
        term(TermKind.NAME, "earthq"),
        terms.concept("quake"),
    }


def test_a_concept_is_one_term_in_all_languages() -> None:
    told = {"en": "an earthquake", "ru": "о землетрясении", "fa": "زلزله", "uz": "zilzilalar"}
    for language, text in told.items():
        assert terms.concept("quake") in in_text(text, language)
    assert terms.concept("quake") not in in_text("an earthquake", "ru")


def test_a_language_without_lexicon_has_words_names_and_sounds() -> None:
    assert kinds(in_text("ta earthquake ja Asel", "fi")).count(TermKind.CONCEPT) == 0
    assert term(TermKind.NAME, "asel") in in_text("ta earthquake ja Asel", "fi")


def test_function_words_are_left_out() -> None:
    assert in_text("the of and in") == {}


def test_words_count_by_their_beginning() -> None:
    assert in_text("parliament") == in_text("parliamentary")


def test_of_a_longer_name_the_first_three_sounds_stand_beside_all_four() -> None:
    found = in_text("we met Tokmakov")
    assert {term(TermKind.SOUND, "tkmk"), term(TermKind.BEGINNING, "tkm")} <= found.keys()


def test_how_often_a_term_stands_in_title_and_text_is_told_apart() -> None:
    found = terms.unpack(READER.read("snow melts snow", "snow on snow, more snow", "en"))
    assert (found.title[term(TermKind.WORD, "snow")], found.text[term(TermKind.WORD, "snow")]) == (2, 3)


@pytest.mark.parametrize("apostrophe", "ʻʼ‘’'`´")
def test_uzbek_letters_with_apostrophes_are_letters_however_they_are_typed(apostrophe: str) -> None:
    found = in_text(f"bu yerda O{apostrophe}zbekiston o{apostrophe}qituvchilari", "uz")
    assert found == in_text("bu yerda Oʻzbekiston oʻqituvchilari", "uz")
    assert terms.concept("teacher") in found
    assert term(TermKind.NAME, "o'zbek") in found


def test_elsewhere_an_apostrophe_parts_words() -> None:
    assert term(TermKind.WORD, "école") in in_text("d'école", "fr")


def test_a_persian_compound_is_its_parts_and_one_concept() -> None:
    found = in_text("زمین\u200cلرزه", "fa")
    assert terms.concept("quake") in found
    assert term(TermKind.WORD, "زمین") in found
    assert terms.concept("quake") not in in_text("زمین\u200cها", "fa")


def test_decomposed_letters_are_letters() -> None:
    text = "российский район и Йусуф"
    assert in_text(unicodedata.normalize("NFD", text), "ru") == in_text(text, "ru")


def test_only_the_beginning_of_an_entry_counts() -> None:
    assert len(in_title("x " + "слово " * 60 + "конец", "ru")) == 2
    many = " ".join(f"wo{number}rd" for number in range(500))
    assert sum(in_text(many).values()) <= terms.TEXT_WORDS
    assert term(TermKind.WORD, "end") not in in_text("x" * terms.TEXT_LENGTH + " end")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "_",
        "^",
        "\ud800",
        "🙂" * 2_500_000,
        "\U000e0fff" * 1_000_000,
        "x" * 5_000_000,
        "9" * 5_000_000,
        "\n" * 5_000_000,
        "\n " * 2_500_000,
        ".'" * 2_500_000,
        "ا\u200c" * 2_500_000,
        "ا\u200cا " * 1_000_000,
        "رئیس\u200cجمهور " * 100_000,
        "a" + "\u0301" * 2_000_000,
        "№½ﷺ①" * 1_000_000,
        "AB. " * 1_000_000,
    ],
    ids=lambda text: ascii(text[:6]),
)
@pytest.mark.parametrize("language", ["fa", "uz"])
def test_any_text_has_terms_in_bounded_time(text: str, language: str) -> None:
    READER.read(text[:100], text[:100], language)
    began = time.process_time()
    packed = READER.read(text, text, language)
    assert time.process_time() - began < 0.05
    found = terms.unpack(packed)
    assert len(found.text) <= 4 * terms.TEXT_WORDS


@settings(deadline=None)
@given(st.text(), st.text(), st.sampled_from(["en", "ru", "fa", "uz", "und"]))
def test_what_is_packed_is_unpacked(title: str, text: str, language: str) -> None:
    packed = READER.read(title, text, language)
    found = terms.unpack(packed)
    assert len(packed) == 4 + 5 * (len(found.title) + len(found.text))
    assert all(times > 0 for zone in found for times in zone.values())
    assert {terms.kind(one) for zone in found for one in zone} <= set(TermKind)


def test_terms_are_the_same_numbers_in_every_process() -> None:
    script = (
        "from aggregator.editorial.terms import TermReader;"
        "print(TermReader({}).read('Snow in Osh', '12 хлеб', 'en').hex())"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == READER.read("Snow in Osh", "12 хлеб", "en").hex()


def test_packed_numbers_are_little_endian() -> None:
    packed = READER.read("12", "", "en")
    assert packed == b"\x01\x00" + terms.number_of("12").to_bytes(4, "little") + b"\x01" + b"\x00\x00"


def test_meanings_are_forgotten_before_they_fill_the_memory() -> None:
    reader = TermReader(LEXICON, most_remembered=10)
    first = reader.read("snow", "", "en")
    reader.read("", " ".join(f"word{number}" for number in range(50)), "en")
    assert len(reader.meanings) <= 20
    assert reader.read("snow", "", "en") == first
    reader.read("x" * 1_000, "", "en")
    assert "x" * 1_000 not in reader.meanings.of("en")


def test_words_are_found_again_by_their_terms() -> None:
    text = "Mayor Asel Tokmakova met 12 teachers. Asel smiled"
    wanted = {term(TermKind.BEGINNING, "asl"), terms.number_of("12"), term(TermKind.WORD, "smiled")}
    assert terms.found_in(text, wanted, "en") == {
        "Asel": term(TermKind.BEGINNING, "asl"),
        "12": terms.number_of("12"),
        "smiled": term(TermKind.WORD, "smiled"),
    }
    assert terms.found_in(text, (), "en") == {}
