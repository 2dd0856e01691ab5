"""What is kept of entries to find reports of the same event, and the keys that they are found by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial import lexicon, sketches, terms
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.terms import TermKind, TermReader
from aggregator.model import DescribedEntry, Description
from tests.editorial.reports import DAM, OTHER_NEWS, Told, report

READER = TermReader(lexicon.shipped(("en", "ru")))
TITLES = st.text(alphabet="abc АБВ12.,ا\u200c🙂", max_size=80)


def described(
    title: str, text: str = "", language: str = "en", *, keys: tuple[int, ...] = ()
) -> DescribedEntry:
    entry = replace(report(Told("", "")).entry, title=title, text=text)
    return DescribedEntry(
        entry, Description(language, "Latn", keys=keys, terms=READER.read(title, text, language))
    )


def drawn(*entries: DescribedEntry) -> list[sketches.Terms]:
    return [sketches.read(one.description.terms) for one in sketches.draw(entries, Frequencies())]


def test_a_sketch_holds_all_terms_of_an_entry_the_most_telling_first() -> None:
    (sketch,) = drawn(described("Flood in Osh", "The flood took 12 bridges"))
    raw = terms.unpack(READER.read("Flood in Osh", "The flood took 12 bridges", "en"))
    assert set(sketch.terms) == raw.title.keys() | raw.text.keys()
    assert list(sketch.weights) == sorted(sketch.weights, reverse=True)
    assert {
        one for one, title in zip(sketch.terms, sketch.in_title, strict=True) if title
    } == raw.title.keys()


def test_a_term_of_the_title_weighs_more_than_one_of_the_text() -> None:
    (sketch,) = drawn(described("bridges", "meadows bridges bridges"))
    (bridges,) = terms.unpack(READER.read("bridges", "", "en")).title.keys() & set(sketch.terms[:1])
    weights = dict(zip(sketch.terms, sketch.weights, strict=True))
    assert weights[bridges] > 1.5 * min(weights.values())


def test_lengths_are_euclidean_and_the_sounds_of_names_one_with_their_beginnings() -> None:
    (sketch,) = drawn(described("", "meadows rivulets 12 Tokmakova and Asel"))
    squares = [0.0] * sketches.KINDS
    for term, weight in zip(sketch.terms, sketch.weights, strict=True):
        squares[sketches.ASPECTS[terms.kind(term)]] += weight * weight
    assert min(squares[TermKind.WORD], squares[TermKind.NAME], squares[TermKind.SOUND]) > 0
    assert sketch.lengths == pytest.approx([square**0.5 for square in squares], rel=0.01)


def test_what_stands_in_every_entry_of_a_batch_comes_last() -> None:
    batch = [described("", f"snow word{number}x") for number in range(200)]
    for sketch in drawn(*batch):
        assert sketch.weights[-1] < 0.3 * sketch.weights[0]


def test_a_batch_is_learned_from_once() -> None:
    table = Frequencies()
    sketches.draw([described("snow"), described("snow"), described("")], table)
    assert table.texts == 3


def test_batches_that_hold_nothing_are_no_fault() -> None:
    assert sketches.draw([], Frequencies()) == []
    (one,) = sketches.draw([described("", "")], Frequencies())
    assert sketches.read(one.description.terms).terms == ()
    bare = replace(one, description=Description("en", "Latn"))
    assert sketches.draw([bare], Frequencies()) == [bare]


def test_an_excluded_entry_has_neither_sketch_nor_story_keys() -> None:
    table = Frequencies()
    one = report(DAM["en"], excluded="title begins with «Dam»")
    (out,) = sketches.draw([one], table)
    assert out.description.terms == b""
    assert out.description.keys == one.description.keys
    assert table.texts == 0


def test_keys_of_a_story_come_after_those_of_the_copy() -> None:
    (one,) = sketches.draw([described("Flood in Osh", keys=(1, 2))], Frequencies())
    assert one.description.keys[:2] == (1, 2)
    assert 0 < len(one.description.keys) - 2 <= sketches.STORY_KEYS


def test_keys_of_a_story_are_what_all_languages_share() -> None:
    (one,) = sketches.draw([report(DAM["ru"])], Frequencies())
    story_keys = one.description.keys[-sketches.STORY_KEYS :]
    assert {terms.kind(key) for key in story_keys} <= {TermKind.BEGINNING, TermKind.NUMBER, TermKind.CONCEPT}


def test_a_concept_is_a_key_only_if_it_stands_in_the_title() -> None:
    quake = terms.concept("earthquake")
    in_title, in_text = sketches.draw(
        [described("An earthquake", "in the valley"), described("In the valley", "an earthquake")],
        Frequencies(),
    )
    assert quake in in_title.description.keys
    assert quake not in in_text.description.keys


def test_an_entry_that_names_nothing_is_found_by_the_words_of_its_title() -> None:
    (one,) = sketches.draw([described("meadows rivulets", "somewhere")], Frequencies())
    assert {terms.kind(key) for key in one.description.keys} == {TermKind.WORD}
    assert len(one.description.keys) == 2


@pytest.mark.parametrize("language", [code for code in DAM if code != "fa"])
def test_reports_of_one_event_share_keys_across_languages(language: str) -> None:
    background = [report(told, guid=str(number)) for number, told in enumerate(OTHER_NEWS)]
    one, other, *_ = sketches.draw([report(DAM[language]), report(DAM["fa"]), *background], Frequencies())
    assert len(set(one.description.keys) & set(other.description.keys)) >= 2


@settings(deadline=None)
@given(TITLES, TITLES)
def test_what_is_packed_is_read(title: str, text: str) -> None:
    (sketch,) = drawn(described(title, text))
    assert len(sketch.terms) == len(sketch.weights) == len(sketch.in_title) == len(set(sketch.terms))
    assert len(sketch.terms) <= sketches.MOST_TERMS
    assert len(sketch.lengths) == sketches.KINDS


def test_of_a_long_entry_the_most_telling_terms_are_kept() -> None:
    words = " ".join(f"Wo{number}rd" for number in range(160))
    one = replace(described(words[:300], words), entry=replace(described("").entry, title=words[:300]))
    (sketch,) = drawn(one)
    assert len(sketch.terms) == sketches.MOST_TERMS
    (out,) = sketches.draw([one], Frequencies())
    assert len(out.description.terms) < 2_000


@pytest.mark.parametrize("packed", [b"", b"\x00", b"\xff\x01\x02"])
def test_what_is_no_sketch_of_this_version_holds_nothing(packed: bytes) -> None:
    assert sketches.read(packed) == sketches.Terms((), (), (0.0,) * sketches.KINDS, ())


def test_a_sketch_is_the_same_whatever_else_is_drawn_with_what_is_known() -> None:
    one, other = report(DAM["en"]), report(OTHER_NEWS[0], guid="2")
    together = sketches.draw([one, other], Frequencies())
    assert sketches.draw([one, other], Frequencies()) == together
