"""The look-up key that a title alone gives, and how such keys are told from terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import terms
from aggregator.editorial.folding import fold, words
from aggregator.editorial.keys import of_title
from aggregator.model import tells_alone


def key(title: str) -> int | None:
    return of_title(title, words(fold(title)))


def test_titles_that_differ_in_typing_only_share_a_key() -> None:
    typed = key("O‘zbekistonda yangi maktab ochildi!")
    assert typed is not None
    assert key("O'zbekistonda  yangi maktab — OCHILDI") == typed
    assert key("O'zbekistonda yangi maktab yopildi") != typed
    assert -(2**63) <= typed < 2**63


@pytest.mark.parametrize("title", ["", "Погода на завтра", "News in brief", "学校", "🙂 🙂 🙂 🙂"])
def test_a_title_that_says_too_little_has_no_key(title: str) -> None:
    assert key(title) is None


@pytest.mark.parametrize(
    "title", ["Мектеп ашылды бүгін Таласта", "部长在邻近的山谷为一所新学校揭幕", "大臣が新しい学校を開校した"]
)
def test_a_title_that_says_enough_has_a_key_in_any_script(title: str) -> None:
    assert key(title) is not None


def test_keys_of_titles_are_the_same_in_every_process() -> None:
    assert key("Snow closes the mountain road") == 4_888_062_851_295_555_241


@given(st.text(min_size=20))
def test_keys_of_wording_are_told_from_terms(title: str) -> None:
    found = key(title)
    assert found is None or tells_alone(found)
    assert tells_alone(-1)
    assert not tells_alone(0)
    assert not tells_alone(terms.concept("earthquake"))
