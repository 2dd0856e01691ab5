"""Runs of words that two entries have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial.alignment import Run, common_runs
from aggregator.editorial.fingerprint import TELLING, Fingerprint, lowest_code

TOLD = lowest_code(TELLING)


def entry(text: str, title: str = "") -> Fingerprint:
    """Words of one letter tell nothing, longer ones do."""
    words = f"{title} {text}".split()
    codes = tuple(sum(map(ord, word)) + (TOLD if len(word) > 1 else 0) for word in words)
    return Fingerprint(codes, len(title.split()), frozenset())


def test_what_stands_between_is_left_out() -> None:
    here, there = entry("aa bb cc xx dd ee"), entry("aa bb cc yy yy dd ee")
    assert common_runs(here, there) == [Run(0, 0, 3), Run(4, 5, 2)]


def test_runs_keep_the_order_of_both() -> None:
    here, there = entry("aa bb cc dd ee ff gg"), entry("ee ff gg aa bb cc dd")
    assert common_runs(here, there) == [Run(0, 3, 4)]


def test_two_words_that_tell_nothing_are_no_run() -> None:
    assert common_runs(entry("xx a b yy"), entry("zz a b ww")) == []
    assert common_runs(entry("xx a b c yy"), entry("zz a b c ww")) == [Run(1, 1, 3)]


def test_a_title_is_found_in_the_title_though_the_text_begins_with_it() -> None:
    here, there = entry("aa bb cc dd", title="aa bb cc"), entry("aa bb cc ee", title="aa bb cc")
    assert common_runs(here, there) == [Run(0, 0, 6)]


def test_a_title_is_found_in_the_text_of_an_entry_without_title() -> None:
    assert common_runs(entry("dd ee", title="aa bb cc"), entry("aa bb cc dd ee")) == [Run(0, 0, 5)]


def test_runs_that_meet_do_not_overlap() -> None:
    assert common_runs(entry("aa bb bb cc"), entry("aa bb cc")) == [Run(0, 0, 2), Run(3, 2, 1)]


@given(st.lists(st.integers(0, 9), max_size=60), st.lists(st.integers(0, 9), max_size=60), st.integers(0, 9))
def test_runs_are_what_they_say(here: list[int], there: list[int], title: int) -> None:
    one, other = (
        Fingerprint(tuple(TOLD + word for word in words), min(title, len(words)), frozenset())
        for words in (here, there)
    )
    end = Run(0, 0, 0)
    for run in common_runs(one, other):
        assert run.here >= end.here + end.length
        assert run.there >= end.there + end.length
        assert here[run.here : run.here + run.length] == there[run.there : run.there + run.length]
        end = run
