"""The model by which languages are told says what the package says from which it was made."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from aggregator.editorial import ngrams

LANGUAGES = ("en", "fr", "kk", "ky", "ru", "uz", "sr", "fa")
SENTENCES = (
    "Snow fell in the mountains",
    "СНЕГ ВЫПАЛ В ГОРАХ",
    "Тоодо кар жаады, жолдор жабылды",
    "Togʻlarda qor yogʻdi",
    "برف در کوه‌ها بارید",
    "e\u0301te\u0301 \ud800 🙂 1\u0000 2",
)


@pytest.fixture(scope="module")
def package() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(set(LANGUAGES))
    return identifier


@settings(deadline=None)
@given(st.lists(st.sampled_from(SENTENCES) | st.text(max_size=20), max_size=20).map(" ".join))
def test_probabilities_are_those_of_the_package(package: LanguageIdentifier, text: str) -> None:
    expected = dict(package.rank(text))
    assert ngrams.shipped().probabilities(text, LANGUAGES) == pytest.approx(expected, abs=2e-4)


def test_it_is_one_of_the_languages_that_are_asked_for() -> None:
    found = ngrams.shipped().probabilities("Snow fell in the mountains", ("ru", "en", "xx"))
    assert set(found) == {"ru", "en"}
    assert sum(found.values()) == pytest.approx(1)
    assert found["en"] > 0.9


def test_languages_that_the_model_lacks_have_no_probability() -> None:
    assert ngrams.shipped().probabilities("Snow", ("xx", "sah")) == {}


@pytest.mark.parametrize("text", ["", " ", "\u0378", "😀"])
def test_a_text_that_says_nothing_leaves_all_alike(text: str) -> None:
    assert ngrams.shipped().probabilities(text, ("en", "kk")) == pytest.approx({"en": 0.5, "kk": 0.5})


@given(
    st.text(st.sampled_from("the аллар\u0000 ۱😀") | st.characters(exclude_categories=["Cs"]), max_size=12)
)
def test_at_each_byte_the_longest_n_gram_that_ends_there_is_found(text: str) -> None:
    finder = ngrams.shipped()._finder
    places = {
        number.to_bytes(8, "big").rstrip(b"\0")[::-1]: place
        for place, number in enumerate(finder._ngrams.tolist())
    }
    encoded = text.encode()
    ends = [
        [encoded[start:end] for start in range(max(0, end - ngrams.LONGEST), end)]
        for end in range(1, len(encoded) + 1)
    ]
    expected = [next((places[part] for part in parts if part in places), 0) for parts in ends]
    assert finder.find(encoded).tolist() == sorted(expected)


def test_a_long_text_takes_little_time() -> None:
    model = ngrams.shipped()
    model.probabilities("Snow", LANGUAGES)
    began = time.process_time()
    model.probabilities("Тоодо кар жаады, snow fell. " * 400, LANGUAGES)
    assert time.process_time() - began < 0.05
