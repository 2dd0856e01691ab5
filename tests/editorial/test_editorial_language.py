"""Language and script of texts in the region's languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import language, script
from aggregator.editorial.folding import fold
from aggregator.editorial.function_words import FUNCTION_WORDS
from aggregator.editorial.language import Language, detect

SENTENCES = {
    "fr": "Le ministre a inauguré une nouvelle école dans la vallée voisine",
    "en": "The minister opened a new school in the next valley",
    "ru": "Министр открыл новую школу в соседней долине",
    "de": "Der Minister hat im Nachbartal eine neue Schule eröffnet",
    "kk": "Министр көрші аңғарда жаңа мектептің ашылуына қатысты",
    "ky": "Министр коңшу өрөөндө жаңы мектептин ачылышына катышты",
    "uz": "Vazir qoʻshni vodiyda yangi maktabning ochilishida qatnashdi",
    "tg": "Вазир дар водии ҳамсоя мактаби навро ифтитоҳ кард",
    "tk": "Ministr goňşy jülgede täze mekdebiň açylyşyna gatnaşdy",
    "fa": "وزیر در درهٔ همسایه مدرسه‌ای تازه را گشود و سخن گفت",
    "tr": "Bakan komşu vadide yeni bir okulun açılışına katıldı",
    "az": "Nazir qonşu vadidə yeni məktəbin açılışında iştirak etdi",
    "hy": "Նախարարը հարևան հովտում նոր դպրոց բացեց",
    "ka": "მინისტრმა მეზობელ ხეობაში ახალი სკოლა გახსნა",
    "mn": "Сайд хөрш хөндийд шинэ сургуулийн нээлтэд оролцов",
    "ps": "وزیر په ګاونډۍ دره کې یو نوی ښوونځی پرانیست",
    "zh": "部长在邻近的山谷为一所新学校揭幕",
    "uk": "Міністр відкрив нову школу в сусідній долині",
}


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_a_sentence_is_told_without_any_hint(code: str, text: str) -> None:
    assert detect(text).code == code


@pytest.mark.parametrize(("code", "text"), SENTENCES.items())
def test_a_wrong_hint_does_not_mislead_over_a_whole_text(code: str, text: str) -> None:
    wrong = "en" if code == "fr" else "fr"
    assert detect(f"{text}. " * 4, wrong).code == code


def test_both_scripts_of_uzbek_and_kazakh_are_told() -> None:
    assert detect("Вазир қўшни водийда янги мактабни очди") == Language("uz", "Cyrl")
    assert detect("Ministr kórshi ańǵarda jańa mektep ashty") == Language("kk", "Latn")


@pytest.mark.parametrize("text", ["", " ", "🙂🙂", "12:30 — 24 %", "\u0301", "\U000e0fff", "🙂" * 5000])
def test_a_text_without_letters_has_neither_language_nor_script(text: str) -> None:
    assert detect(text, "ru") == Language("und", "Zyyy", False)


def test_of_one_letter_only_the_source_can_tell() -> None:
    assert detect("Я") == Language("und", "Cyrl")
    assert detect("Я", "ru") == Language("ru", "Cyrl", declared=True)
    assert detect("Я", "fr") == Language("und", "Cyrl")
    assert detect("მე", None) == Language("ka", "Geor")


def test_the_source_tips_a_title_that_could_be_two_languages() -> None:
    assert detect("Президент Астана", "kk") == Language("kk", "Cyrl", declared=True)
    assert detect("Президент Астана", "ru").code == "ru"


@pytest.mark.parametrize("hint", ["und", "mul", "zxx-Latn", "", "english", "e", "–"])
def test_a_hint_that_names_no_language_counts_for_nothing(hint: str) -> None:
    for text in ("Snow fell in the mountains", "Снег", "ok"):
        assert detect(text, hint) == detect(text)


def test_a_hint_of_three_letters_means_the_code_of_two() -> None:
    assert detect("ok go", "eng") == detect("ok go", "en")
    assert detect("Снег", "kaz") == detect("Снег", "kk") == Language("kk", "Cyrl", declared=True)


def test_a_hint_may_carry_a_region_and_join_the_candidates() -> None:
    assert detect("Der Minister eröffnet eine Schule", "de-AT", ("fr", "en")).code == "de"
    assert detect("Der Minister eröffnet eine Schule", "de_AT", ("fr", "en")).code == "de"


def test_a_quoted_name_in_kazakh_does_not_make_a_russian_text_kazakh() -> None:
    text = (
        "Партия «Алға» провела съезд, на котором обсудили дороги и школы. " + "Решение приняли вечером. " * 6
    )
    assert detect(text).code == "ru"


def test_special_letters_of_no_single_language_leave_the_decision_to_the_model() -> None:
    assert detect("ұ ї ў ҷ министр открыл школу в долине", "ru").code == "ru"


def test_a_script_that_none_of_the_candidates_is_written_in_is_unknown() -> None:
    assert detect("Ο υπουργός άνοιξε ένα σχολείο", None, ("fr", "ru")) == Language("und", "Grek")


def test_languages_that_the_model_does_not_know_are_taken_on_the_sources_word() -> None:
    assert detect("Министрдин жаңы мектеби жөнүндө", "sah", ("sah", "xal")) == Language("sah", "Cyrl", True)
    assert detect("Министрин школ", None, ("sah", "xal")).code == "und"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Қазақ", "Cyrl"),
        ("كتاب", "Arab"),
        ("学校", "Hani"),
        ("学校へ行く", "Jpan"),
        ("학교 學校", "Kore"),
        ("школа school школа", "Cyrl"),
        ("ሰላም", "Ethi"),
        ("Ꮳꮃꭹ", "Zzzz"),
        ("1 2 3", "Zyyy"),
        ("1" * 500 + "школа", "Cyrl"),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, expected: str) -> None:
    assert script.of_text(text) == expected


_MIXED = st.text(
    st.sampled_from("aбҚқéśıاپ中学かカ학არ 1.²_'ª") | st.characters(exclude_categories=["Cs"]), max_size=30
)


@given(_MIXED)
def test_the_script_at_a_glance_is_that_of_counting_letter_by_letter(text: str) -> None:
    counts = Counter(script.of_letter(char) for char in text if char.isalpha())
    for mixed in ("Jpan", "Kore"):
        if counts[mixed] and counts["Hani"]:
            counts[mixed] += counts.pop("Hani")
    expected = min(counts, key=lambda code: (-counts[code], code), default=script.NONE)
    assert script.of_text(text) == expected


def test_special_letters_are_all_that_are_not_common_in_either_case() -> None:
    for written, common in language._COMMON_LETTERS.items():
        found = {char for char in map(chr, range(0x20000)) if language._UNCOMMON[written].match(char)}
        missed = {char for char in map(chr, range(0x20000)) if char.isalpha()} - found
        assert {char.lower() for char in missed} == set(common)


@given(st.text(st.sampled_from("аидвnthelàl'’ʻ«»(). \n12_-²") | st.characters(), max_size=60))
def test_function_words_are_counted_with_any_punctuation_around_them(text: str) -> None:
    words = set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", fold(text)))
    expected = {code: len(words & FUNCTION_WORDS[code]) for code in FUNCTION_WORDS}
    assert language._function_words(text, tuple(FUNCTION_WORDS)) == expected


def test_kazakh_in_latin_letters_is_told_by_the_countrys_name_at_a_words_beginning() -> None:
    assert detect("Qazaqstan halqy kóp", None, ("kk", "uz", "en")).code == "kk"
    assert detect("The word ALQAZAQ is no word at all in the book", None, ("kk", "en")).code == "en"
