"""The gazetteer's words in several texts at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import gazetteer, language, matching, shipped
from aggregator.editorial.folding import fold_with_offsets
from aggregator.editorial.matching import Hit, Use

WORDS = [
    *("Казахстан", "казахстанский", "Астана", "АСТАНА", "США", "Чад", "Georgia", "Miller", "Jordan", "South"),
    *(
        "Korea",
        "East",
        "Turkistan",
        "中国",
        "Qazaqstan",
        "О\u0301ш",
        "Straße",
        "№",
        "…",
        "\u200c",
        "ا",
        "تاجیکستان",
    ),
    *(" ", " ", " ", "\n", ".", "а", "да", "стан", "Каз", "kazakhstan", "Ŋ", "İran", "😀"),
]
PASSAGES = st.lists(
    st.tuples(st.lists(st.sampled_from(WORDS), max_size=8).map("".join), st.booleans()),
    min_size=1,
    max_size=5,
)


GAZETTEER = shipped.gazetteer(language.REGION)
"""Built here, and not within the time that an example may take."""


def find(passages: list[tuple[str, bool]], code: str) -> list[list[Hit]]:
    folded = [fold_with_offsets(text) for text, _ in passages]
    return matching.find(folded, GAZETTEER, code, cased=[cased for _, cased in passages])


@given(PASSAGES, st.sampled_from(["ru", "en", "fa", "und"]))
def test_what_is_found_in_several_texts_at_once_is_what_is_found_in_each(
    passages: list[tuple[str, bool]], code: str
) -> None:
    """What they stand for apart: a word in small letters in one says something of the others."""
    together = [[hit._replace(use=Use.COUNTRY) for hit in hits] for hits in find(passages, code)]
    apart = [find([passage], code)[0] for passage in passages]
    assert together == [[hit._replace(use=Use.COUNTRY) for hit in hits] for hits in apart]


@given(PASSAGES, st.sampled_from(["ru", "en", "fa", "und"]))
def test_a_hit_stands_where_it_says(passages: list[tuple[str, bool]], code: str) -> None:
    for (text, _), hits in zip(passages, find(passages, code), strict=True):
        assert all(text[hit.start : hit.end] == hit.surface for hit in hits)
        assert hits == sorted(hits, key=lambda hit: hit.start)


def test_a_title_in_capitals_does_not_make_the_text_below_it_shouted() -> None:
    compiled = gazetteer.load({"KZ.toml": '[names]\nru = ["ЗГ"]\n'}, ())
    folded = [fold_with_offsets(text) for text in ("СЛОВО ЗГ СЛОВО", "Слово ЗГ")]
    assert [len(hits) for hits in matching.find(folded, compiled, "ru", cased=[True, True])] == [0, 1]
    assert [len(hits) for hits in matching.find(folded, compiled, "ru", cased=[False, True])] == [1, 1]


@pytest.mark.parametrize("break_", ["\\n", "\\r\\n", " \\u2003"])
def test_a_word_of_the_gazetteer_stands_in_one_line(break_: str) -> None:
    compiled = gazetteer.load({"KZ.toml": f'[names]\nru = ["Звездный{break_}Город"]\n'}, ())
    together = [fold_with_offsets("Звездный Город")]
    apart = [fold_with_offsets("Звездный"), fold_with_offsets("Город")]
    assert [len(hits) for hits in matching.find(together, compiled, "ru", cased=[True])] == [1]
    assert [len(hits) for hits in matching.find(apart, compiled, "ru", cased=[True, True])] == [0, 0]
