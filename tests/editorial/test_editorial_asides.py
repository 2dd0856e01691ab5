"""Names of languages, of outlets, and notes on the law: where a country's name says nothing."""

from __future__ import annotations

import pytest

from aggregator.editorial import tongues
from aggregator.editorial.asides import is_aside
from aggregator.editorial.gazetteer_format import Kind


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("the Kabul Times writes", "Kabul", True),
        ("in Kabul times are hard", "Kabul", False),
        ("Kabul Timesheets", "Kabul", False),
        ("агентство «Фергана» пишет", "Фергана", True),
        ("агентство «Новости» пишет: в городе Фергана", "Фергана", False),
        ("сеть (запрещена в РФ) закрыта", "РФ", True),
        ("сеть (работает в РФ) закрыта", "РФ", False),
        ("сеть (запрещена) закрыта в РФ (Россия)", "Россия", False),
        ("сеть, запрещённая и ликвидированная на территории России, закрыта", "России", True),
        ("поездка в Россию", "Россию", False),
        ("(без скобки в конце: запрещена в РФ", "РФ", True),
        ("(без скобки в конце: работает в РФ", "РФ", False),
    ],
)
def test_outlets_and_notes_are_asides(text: str, word: str, expected: bool) -> None:
    start = text.index(word)
    assert is_aside(text, start, start + len(word)) is expected


def named(text: str, *words: str, kind: Kind = Kind.STEMS) -> list[str]:
    places = [(text.index(word), text.index(word) + len(word), kind) for word in words]
    return [words[number] for number in sorted(tongues.named(text, places))]


def test_an_adjective_beside_the_word_for_language_names_a_language() -> None:
    assert named("книга на немецком языке", "немецком") == ["немецком"]
    assert named("книга о немецком лесе", "немецком") == []
    assert named("langue ouzbèke", "ouzbèke") == ["ouzbèke"]
    assert named("он говорит по-узбекски", "узбекски") == ["узбекски"]
    assert named("на языке", "языке", kind=Kind.PLACES) == []


def test_an_enumeration_is_followed_from_the_language_that_is_named_so() -> None:
    text = "на немецком, испанском и турецком языках о польском лесе"
    words = ("немецком", "испанском", "турецком", "польском")
    assert named(text, *words) == ["немецком", "испанском", "турецком"]
    assert named("langue ouzbèke et kirghize", "ouzbèke", "kirghize") == ["ouzbèke", "kirghize"]


def test_languages_that_we_do_not_know_may_stand_between() -> None:
    assert named("oʻzbek va rus tillarida", "oʻzbek") == ["oʻzbek"]


def test_a_phrase_in_which_nothing_counts_may_end_an_enumeration() -> None:
    text = "казахском и на узбекском языке"
    end = len(text)
    words = [(0, 9, Kind.STEMS), (15, end, Kind.NEGATIVES)]
    assert tongues.named(text, words) == {0, 1}
