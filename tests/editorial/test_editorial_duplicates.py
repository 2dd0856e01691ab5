"""Copies are recognised, and what one template has made of two objects is kept apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial import fingerprint
from aggregator.editorial.duplicates import Likeness, verdict
from aggregator.editorial.fingerprint import Fingerprint
from aggregator.editorial.folding import fold
from tests.editorial.wordings import BUSES, DIFFERENT, SAME, WIND, Pair

WORDS = st.lists(st.sampled_from(["osh", "никогда", "500", *WIND[1].split()]), max_size=60).map(" ".join)


def marked(entry: tuple[str, str], language: str, script: str) -> list[list[int]]:
    return [
        fingerprint.marks(fingerprint.split(fold(part[:2_400]), language, script), language) for part in entry
    ]


def taken(entry: tuple[str, str], language: str = "en", script: str = "Latn") -> Fingerprint:
    return fingerprint.unpack(fingerprint.pack(*marked(entry, language, script)))


def judged(pair: Pair) -> Likeness | None:
    return verdict(*(taken(entry, pair.language, pair.script) for entry in (pair.one, pair.other)))


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_one_text_is_recognised(pair: Pair) -> None:
    assert judged(pair) is not None


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_what_tells_one_text_shares_a_key(pair: Pair) -> None:
    one, other = (set(fingerprint.keys(*marked(entry, *pair[::3]))) for entry in (pair.one, pair.other))
    assert one & other


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_two_texts_are_kept_apart(pair: Pair) -> None:
    assert judged(pair) is None


def test_the_reason_says_how_much_is_shared() -> None:
    alike = judged(Pair("ru", BUSES, (f"{BUSES[0]} | Новости", BUSES[1])))
    assert alike is not None
    assert not alike.by_title
    assert alike.reason.startswith(f"{alike.share:.0%} of the shorter one's ")
    assert alike.reason.endswith(f"the titles agree in {alike.titles:.0%}")


def test_the_reason_says_when_only_titles_agree() -> None:
    alike = judged(SAME["long titles alone"])
    assert alike is not None
    assert alike.by_title
    assert alike.reason == "the same title of 10 words"


def test_the_reason_says_when_there_is_no_title() -> None:
    alike = judged(SAME["no title"])
    assert alike is not None
    assert alike.reason.endswith("one has no title")


def test_a_number_replaced_in_a_short_text_is_another_report() -> None:
    assert (
        judged(Pair("en", WIND, (WIND[0], WIND[1].replace("three", "3").replace("fifty", "50")))) is not None
    )
    bulletin = (
        "Border guards stopped {} people on the bridge over the Panj near Ishkashim on Tuesday morning."
    )
    assert judged(Pair("en", ("", bulletin.format(14)), ("", bulletin.format(14)))) is not None
    assert judged(Pair("en", ("", bulletin.format(14)), ("", bulletin.format(21)))) is None


def test_a_word_moved_to_another_place_is_not_a_word_replaced() -> None:
    moved = WIND[1].replace("said on Friday", "said").replace("has opened", "on Friday opened")
    assert judged(Pair("en", WIND, (WIND[0], moved))) is not None


@given(st.tuples(WORDS, WORDS), st.tuples(WORDS, WORDS))
def test_it_is_the_same_either_way_round(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert verdict(taken(one), taken(other)) == verdict(taken(other), taken(one))


@given(st.tuples(WORDS, WORDS), st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=60)
def test_part_of_a_text_is_the_same_either_way_round(entry: tuple[str, str], start: int, end: int) -> None:
    part = entry[0], entry[1][start:end]
    assert verdict(taken(entry), taken(part)) == verdict(taken(part), taken(entry))


@given(st.text(max_size=30), WORDS)
def test_a_text_is_itself_if_it_says_enough(title: str, text: str) -> None:
    entry = taken((title, text))
    telling = {code for code in entry.codes if code >= fingerprint.lowest_code(fingerprint.TELLING)}
    alike = verdict(entry, entry)
    assert (alike is not None) == (len(telling) >= 5)
    assert alike is None or alike.share == 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    verdict(taken((one, other)), taken((other, one)))


@pytest.mark.parametrize(
    "text",
    [
        "na " * 3_000,
        "".join(f"word{n} same " for n in range(300)),
        "a b " * 600,
        "😀" * 2_000,
        "\u0378" * 2_000,
    ],
    ids=["one word", "every other word", "two words", "emoji", "unassigned"],
)
def test_hostile_texts_are_compared_in_bounded_time(text: str) -> None:
    entries = [taken((text, text)), taken((text[::-1], text)), taken(("", text[1:]))]
    started = time.process_time()
    for one in entries:
        for other in entries:
            verdict(one, other)
    assert time.process_time() - started < 1
