"""Fingerprints keep the beginning of an entry's wording; keys are shared by copies and by little else."""

from __future__ import annotations

import itertools
import random
import struct
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import fingerprint
from aggregator.editorial.fingerprint import NEGATION, NOTHING, NUMBER, SMALL, TELLING, kind_of
from aggregator.editorial.folding import fold
from aggregator.editorial.remembered import Memory

TITLE = "Osh will buy forty electric buses before winter"
TEXT = (
    "The city council of Osh will buy forty electric buses before winter, deputy mayor Nurlan Asanov told "
    "reporters on Tuesday. A tender is to be announced in April; the first vehicles should arrive from China "
    "in August. Old trolleybuses will be handed over to Jalal-Abad, whose fleet is worn out almost entirely. "
    "The cost is put at sixteen million dollars, half of which a development bank has promised to lend."
)
HOSTILE = {
    "nothing": "",
    "one letter": "a",
    "digits": "7" * 5_000,
    "emoji": "😀🎉" * 500,
    "unassigned": "\u0378\U000e0fff" * 500,
    "lone surrogates": "\ud800\udfff " * 500,
    "capitals": "ALL CAPITALS " * 500,
    "one long word": "x" * 100_000,
    "one word often": "na " * 50_000,
    "marks": "a" + "\u0301" * 5_000,
    "apostrophes": "'''' " * 5_000,
    "five megabytes": "The council of Osh said on Monday that " * 130_000,
}


def marked(text: str, language: str = "en", script: str = "Latn") -> list[int]:
    return fingerprint.marks(fingerprint.split(fold(text), language, script), language)


def keys(title: str, text: str, language: str = "en", script: str = "Latn") -> set[int]:
    return set(fingerprint.keys(marked(title, language, script), marked(text, language, script)))


def kinds(text: str, language: str = "en") -> list[int]:
    return [mark >> 30 for mark in marked(text, language)]


def test_a_fingerprint_unpacks_to_the_words_it_was_made_of() -> None:
    title, text = marked(TITLE), marked(TEXT)
    unpacked = fingerprint.unpack(fingerprint.pack(title, text))
    assert list(unpacked.codes) == [mark >> 16 for mark in title + text]
    assert unpacked.title == len(title)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=300), st.lists(st.integers(0, 2**32 - 1), max_size=300))
def test_packing_goes_there_and_back_within_its_bounds(title: list[int], text: list[int]) -> None:
    packed = fingerprint.pack(title, text)
    unpacked = fingerprint.unpack(packed)
    codes = [mark >> 16 for mark in [*title[:40], *text[:240]]]
    assert (list(unpacked.codes), unpacked.title) == (codes, min(len(title), 40))
    pairs = {struct.pack("<HH", *pair) for pair in itertools.pairwise(codes)}
    assert unpacked.pairs == {int.from_bytes(pair, sys.byteorder) for pair in pairs}
    assert len(packed) <= 562


@pytest.mark.parametrize("packed", [b"", b"\x01", b"\x00\x00\x01\x02", b"\xff" * 20])
def test_what_another_version_has_packed_is_nothing(packed: bytes) -> None:
    assert fingerprint.unpack(packed) == NOTHING


@given(st.binary(max_size=600))
def test_any_bytes_unpack(packed: bytes) -> None:
    unpacked = fingerprint.unpack(packed)
    assert unpacked.title <= len(unpacked.codes)


def test_words_are_of_four_kinds() -> None:
    assert kinds("he never paid 500 dollars") == [SMALL, NEGATION, TELLING, NUMBER, TELLING]
    assert kinds("он не был в 2026") == [SMALL, NEGATION, SMALL, SMALL, NUMBER]
    assert [kind_of(mark >> 16) for mark in marked("never 500")] == [NEGATION, NUMBER]


def test_a_number_is_one_in_all_digits() -> None:
    assert marked("۱۲ ٠٣") == marked("12 3")


def test_words_of_three_arabic_letters_tell_something() -> None:
    assert kinds("مرز شد", "fa") == [TELLING, NEGATION - 1]


def test_both_scripts_of_uzbek_have_the_same_marks() -> None:
    assert marked("Чўлда йўл йўқ, деди у", "uz") == marked("Choʻlda yoʻl yoʻq, dedi u", "uz")
    assert kinds("йўқ эмас", "uz") == [NEGATION, NEGATION]


def test_both_scripts_of_kazakh_have_the_same_marks() -> None:
    assert marked("Ауылға су жеткен жоқ", "kk") == marked("Auylğa su jetken joq", "kk")


def test_scripts_without_spaces_are_cut_into_pairs_of_letters() -> None:
    assert fingerprint.split("阿拉木图2026年 ok", "zh", "Hani") == [
        "阿拉",
        "拉木",
        "木图",
        "2026",
        "年",
        "ok",
    ]
    assert fingerprint.split("ฝนตกหนัก", "th", "Thai")[:2] == ["ฝน", "นต"]


def test_copies_share_keys_whatever_stands_around_them() -> None:
    own = keys(TITLE, TEXT)
    assert 0 < len(own) <= 6
    assert all(-(2**63) <= key < 2**63 for key in own)
    assert own & keys(f"UPDATE: {TITLE} | Steppe Daily", f"(AKI) {TEXT}")
    assert own & keys(TITLE, TEXT[:90] + "…")
    assert own & keys(TITLE, "")
    assert own & keys("New vehicles for a southern city", TEXT)
    assert own & keys("", f"{TITLE}. {TEXT}")


def test_an_edited_copy_shares_a_key() -> None:
    edited = (
        TEXT.replace("told reporters", "said")
        .replace("almost entirely", "badly")
        .replace("promised", "agreed")
    )
    assert keys("", TEXT) & keys("", edited)


def test_unrelated_texts_of_few_words_share_no_keys() -> None:
    chance = random.Random(3)
    vocabulary = [f"word{number}" for number in range(150)]
    seen: set[int] = set()
    shared = 0
    for _ in range(500):
        one = keys("", " ".join(chance.choices(vocabulary, k=60)))
        shared += bool(one & seen)
        seen |= one
    assert shared <= 3


def test_a_title_that_says_little_has_no_keys() -> None:
    assert keys("News in brief", "") == set()
    assert keys("Weather", "It is so.") == set()


def test_keys_of_a_text_without_spaces_are_shared_too() -> None:
    text = "据气象部门消息，阿拉木图明日白天多云，夜间有小雪，气温将降至零下五度，风力三级。"
    assert keys("", text, "zh", "Hani") & keys("", text[:30], "zh", "Hani")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize(("language", "script"), [("en", "Latn"), ("uz", "Latn"), ("zh", "Hani")])
def test_hostile_text_gives_a_bounded_fingerprint_in_bounded_time(
    text: str, language: str, script: str
) -> None:
    cut = fold(text[: fingerprint.TEXT_LENGTH])
    started = time.process_time()
    marks = fingerprint.marks(fingerprint.split(cut, language, script), language)
    packed = fingerprint.pack(marks, marks)
    found = fingerprint.keys(marks, marks)
    assert time.process_time() - started < 0.2
    assert len(packed) <= 562
    assert len(found) <= 6
    assert fingerprint.unpack(packed).title <= 40


def test_words_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "_MARKS", Memory(fingerprint._MARKS.work_out, 10))
    before = marked("one two three")
    for number in range(50):
        marked(f"some{number} others{number}")
    assert len(fingerprint._MARKS) <= 20
    assert marked("one two three") == before
