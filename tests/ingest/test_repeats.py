from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.ingest import repeats
from aggregator.ingest.repeats import Memory, holds, without

PITCH = "Follow us on the channel."


def article(number: int) -> str:
    return f"Village number {number} built a bridge. It took {number} years."


def learned(*texts: str) -> Memory:
    memory = Memory()
    memory.learn(texts)
    return memory


def test_a_sentence_of_many_entries_is_the_sites() -> None:
    memory = learned(*(f"{article(number)}\n{PITCH}" for number in range(5)))
    repeated = memory.repeated()
    assert len(repeated) == 1
    assert holds(f"{article(9)} {PITCH}", repeated)
    assert without(f"{article(9)} {PITCH}", repeated) == article(9)
    assert without(PITCH, repeated) == ""


def test_an_article_without_such_a_sentence_stays_as_it_is() -> None:
    repeated = learned(*(f"{article(number)}\n{PITCH}" for number in range(5))).repeated()
    spaced = "One.  Two! Three"
    assert not holds(spaced, repeated)
    assert without(spaced, repeated) == spaced


def test_four_entries_are_too_few() -> None:
    assert learned(*(f"{article(number)} {PITCH}" for number in range(4))).repeated() == frozenset()


def test_a_sentence_of_few_among_many_is_not_the_sites() -> None:
    texts = [f"{article(number)} {PITCH if number % 4 == 0 else ''}" for number in range(40)]
    assert learned(*texts).repeated() == frozenset()


def test_a_sentence_that_one_entry_repeats_counts_once() -> None:
    assert learned(f"{PITCH} " * 20, article(1)).repeated() == frozenset()


def test_short_sentences_and_the_middle_of_long_texts_are_not_counted() -> None:
    assert learned(*(f"{article(number)} Yes." for number in range(9))).repeated() == frozenset()
    long = [" ".join(f"{article(number * 100 + part)}" for part in range(20)) for number in range(9)]
    middle = [text.replace(article(number * 100 + 5), f"{PITCH} Then. ") for number, text in enumerate(long)]
    assert learned(*middle).repeated() == frozenset()


def test_what_a_site_no_longer_writes_is_forgotten() -> None:
    memory = learned(*(f"{article(number)} {PITCH}" for number in range(20)))
    memory.learn(article(number) for number in range(100, 300))
    assert memory.repeated() == frozenset()


def test_the_memory_is_bounded_and_keeps_what_counts_most() -> None:
    memory = learned(*(f"{article(number)} {PITCH}" for number in range(190)))
    memory.learn(f"{article(number)} {PITCH}" for number in range(1000, 1800))
    assert len(memory.counts) <= repeats.SENTENCES
    assert len(memory.packed()) <= 5_000
    assert without(PITCH, memory.repeated()) == ""


def test_the_memory_survives_being_stored() -> None:
    memory = learned(*(f"{article(number)} {PITCH}" for number in range(7)))
    again = Memory.unpacked(memory.packed())
    assert again == memory
    assert list(again.counts) == list(memory.counts)


@given(st.binary(max_size=100))
def test_any_stored_bytes_give_a_memory(packed: bytes) -> None:
    Memory.unpacked(packed).repeated()


def test_no_bytes_are_an_empty_memory() -> None:
    assert Memory.unpacked(b"") == Memory()
