"""Terms that stand in many texts tell little, and a table of them is remembered."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import zstandard

from aggregator.editorial import frequencies
from aggregator.editorial.frequencies import Frequencies, Numbers
from aggregator.editorial.terms import KIND, TermKind


def term(word: str, kind: TermKind = TermKind.WORD) -> int:
    return zlib.crc32(word.encode()) & ~KIND | kind


def numbers(*words: str) -> Numbers:
    return np.array([term(word) for word in words], dtype=np.uint32)


def weight(table: Frequencies, word: str, kind: TermKind = TermKind.WORD) -> float:
    return float(table.weights(np.array([term(word, kind)], dtype=np.uint32))[0])


def taught(*texts: str) -> Frequencies:
    table = Frequencies()
    for text in texts:
        table.learn(numbers(*text.split()), 1)
    return table


def test_the_commoner_a_term_the_less_it_tells() -> None:
    table = taught(*["snow"] * 100, *["snow flood"] * 20, "snow flood yeti")
    assert 0 <= weight(table, "snow") < weight(table, "flood") < weight(table, "yeti")


def test_what_stands_in_every_text_tells_next_to_nothing() -> None:
    assert weight(taught(*["snow"] * 5_000), "snow") < 0.02


def test_what_is_never_seen_is_as_rare_as_the_rarest_and_no_rarer() -> None:
    table = taught(*["snow"] * 100)
    table.learn(numbers(), 90_000)
    assert weight(table, "yeti") == pytest.approx(-np.log(frequencies.RAREST))


def test_before_the_first_text_kinds_of_terms_tell_by_what_is_supposed() -> None:
    table = Frequencies()
    assert weight(table, "x", TermKind.WORD) == pytest.approx(-np.log(0.01))
    assert weight(table, "x", TermKind.CONCEPT) == pytest.approx(-np.log(0.03))
    assert all(0 < weight(table, "x", kind) < 8 for kind in TermKind)


def test_a_few_texts_do_not_make_a_word_common() -> None:
    assert weight(taught("snow", "snow"), "snow") > 2


def test_several_texts_are_learned_at_once_as_one_by_one() -> None:
    together = Frequencies()
    together.learn(numbers("snow", "flood", "snow"), 2)
    apart = taught("snow flood", "snow")
    assert together.texts == apart.texts == 2
    assert weight(together, "snow") == weight(apart, "snow") < weight(apart, "flood")


def test_after_many_texts_all_counts_are_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequencies, "MOST_TEXTS", 1_000)
    table = taught(*["snow"] * 1_000)
    before = weight(table, "snow")
    table.learn(numbers("snow"), 1)
    assert table.texts == 500
    assert weight(table, "snow") == pytest.approx(before, abs=0.1)
    for _ in range(500):
        table.learn(numbers("thaw"), 1)
    assert weight(table, "thaw") == pytest.approx(weight(table, "snow"), abs=0.01)


def test_a_table_survives_packing() -> None:
    table = taught(*["snow"] * 50, "flood")
    packed = table.pack()
    assert packed is not None
    again = frequencies.unpacked(packed)
    assert again.texts == table.texts
    assert [weight(again, word) for word in ("snow", "flood", "x")] == [
        weight(table, word) for word in ("snow", "flood", "x")
    ]
    again.learn(numbers("flood"), 1)
    assert weight(again, "flood") < weight(table, "flood")


def test_a_table_is_packed_only_when_it_has_grown() -> None:
    table = Frequencies()
    assert table.pack() is None
    table.learn(numbers("snow"), 100)
    assert table.pack() is not None
    assert table.pack() is None
    table.learn(numbers("snow"), 2)
    assert table.pack() is None
    table.learn(numbers("snow"), 1)
    packed = table.pack()
    assert packed is not None
    assert frequencies.unpacked(packed).pack() is None


def test_a_packed_table_is_small() -> None:
    table = Frequencies()
    table.learn(np.arange(0, 2**32, 2**15, dtype=np.uint32), 1_000)
    assert len(table.pack() or b"") < 300_000


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\x00",
        b"\xff" * 100,
        b"\x01",
        b"\x01\x00",
        b"\x01\x01\x00\x00\x00garbage",
        b"\x01\x01\x00\x00\x00" + zstandard.compress(b"too short"),
        b"\x01\x01\x00\x00\x00" + zstandard.compress(bytes(4 * frequencies.COUNTERS + 4)),
        b"\x63\x01\x00\x00\x00" + zstandard.compress(bytes(4 * frequencies.COUNTERS)),
    ],
    ids=str,
)
def test_what_is_no_table_gives_an_empty_one(packed: bytes) -> None:
    table = frequencies.unpacked(packed)
    assert table.texts == 0
    assert weight(table, "snow") == weight(Frequencies(), "snow")


def test_terms_of_any_kind_have_a_counter_and_a_weight() -> None:
    table = Frequencies()
    odd = np.array([0, 1, KIND, 2**32 - 1], dtype=np.uint32)
    table.learn(odd, 1)
    assert np.isfinite(table.weights(odd)).all()
    assert table.weights(numbers()).size == 0
