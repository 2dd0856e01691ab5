"""Descriptions of single entries, and the hash of what readers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.editorial import describe, language, shipped, shown
from aggregator.editorial.countries import Tagger
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.folding import fold, text_of, words
from aggregator.model import Entry, Source

LANGUAGES = ("fr", "en", "ru", "kk", "uz", "fa")
SOURCE = Source("sun", "The Sun of the Steppe", "https://example.org/feed", default_country="KZ")
ENTRY = Entry(
    source_id="sun",
    guid="1",
    raw_hash=b"raw",
    url="https://example.org/a",
    canonical_url="example.org/a",
    title="Une école ouvre au Tadjikistan",
    text="La nouvelle école se trouve près de Khorog. Elle accueille des enfants kirghizes.",
    html="",
    published=datetime(2026, 11, 22, tzinfo=UTC),
    date_guessed=False,
)


def keys(title: str) -> tuple[int, ...]:
    return describe.keys(title, words(fold(title)))


def shown_hash(entry: Entry) -> bytes:
    return shown.shown_hash(words(fold(entry.title)), text_of(entry.text))


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer(Tagger(shipped.gazetteer(LANGUAGES)), LANGUAGES)


def test_a_description_says_language_script_countries_and_keys(describer: Describer) -> None:
    description = describer.describe(ENTRY, SOURCE)
    assert (description.language, description.script) == ("fr", "Latn")
    assert [tag.country for tag in description.tags] == ["TJ", "KG"]
    assert len(description.keys) == 1
    assert describer.describe(ENTRY, SOURCE) == description


def test_the_operators_word_on_language_goes_before_the_feeds(describer: Describer) -> None:
    short = replace(ENTRY, title="Астана", text="", declared_language="ru")
    assert describer.describe(short, replace(SOURCE, language="kk")).language == "kk"
    assert describer.describe(short, SOURCE).language == "ru"


def test_an_entry_that_names_no_country_gets_the_sources(describer: Describer) -> None:
    description = describer.describe(replace(ENTRY, title="La neige est tombée", text=""), SOURCE)
    assert [tag.country for tag in description.tags] == ["KZ"]


def test_a_describer_without_languages_uses_those_of_the_region() -> None:
    describer = Describer(Tagger(shipped.gazetteer(LANGUAGES)), ())
    ukrainian = replace(ENTRY, title="Міністр відкрив нову школу в долині", text="")
    assert describer.describe(ukrainian, SOURCE).language == "uk"


def test_without_configured_languages_countries_are_named_in_those_of_the_region() -> None:
    describer = shipped_describer(())
    assert describer.languages == language.REGION
    description = describer.describe(replace(ENTRY, title="Kiribati a ouvert une école", text=""), SOURCE)
    assert [tag.country for tag in description.tags] == ["KI"]


@pytest.mark.parametrize(
    "title", ["", "а", "🙂" * 50, "ШКОЛА " * 50, "\U000e0fff\ud7a4", "школа school مدرسه 学校", "x" * 100_000]
)
def test_any_text_gives_a_description(describer: Describer, title: str) -> None:
    description = describer.describe(
        replace(ENTRY, title=title, text=title, url="", canonical_url=""), SOURCE
    )
    assert len(description.language) in (2, 3)
    assert len(description.script) == 4


def test_titles_that_differ_in_typing_only_share_a_key() -> None:
    (key,) = keys("O‘zbekistonda yangi maktab ochildi!")
    assert keys("O'zbekistonda  yangi maktab — OCHILDI") == (key,)
    assert keys("O'zbekistonda yangi maktab yopildi") != (key,)
    assert -(2**63) <= key < 2**63


def test_a_title_of_a_few_words_gives_no_key() -> None:
    assert keys("Погода на завтра") == ()
    assert keys("") == ()
    assert keys("学校") == ()
    assert len(keys("部长在邻近的山谷为一所新学校揭幕")) == 1


def test_cosmetic_changes_leave_the_shown_hash_as_it_is() -> None:
    typed = replace(ENTRY, title="UNE  ÉCOLE ouvre au Tadjikistan.", html="<p>x</p>", author="A. B.")
    assert shown_hash(typed) == shown_hash(ENTRY)
    assert len(shown_hash(ENTRY)) == 16


def test_a_changed_title_or_excerpt_changes_the_shown_hash() -> None:
    assert shown_hash(replace(ENTRY, title="Une école ferme au Tadjikistan")) != shown_hash(ENTRY)
    assert shown_hash(replace(ENTRY, text="Autre texte.")) != shown_hash(ENTRY)
    moved = replace(ENTRY, title=f"{ENTRY.title} La", text=ENTRY.text.removeprefix("La "))
    assert shown_hash(moved) != shown_hash(ENTRY)


def test_what_stands_below_the_excerpt_is_not_shown() -> None:
    text = "mot " * 100
    long = replace(ENTRY, text=text + "fin")
    assert shown_hash(long) == shown_hash(replace(ENTRY, text=text + "autre fin"))
    unbroken = replace(ENTRY, text="x" * 301)
    assert shown_hash(unbroken) == shown_hash(replace(ENTRY, text="x" * 300 + " y"))
