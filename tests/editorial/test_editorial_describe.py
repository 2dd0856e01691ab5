"""Descriptions of single entries, and the hash of what readers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.editorial import fingerprint, keys, language, shipped, shown, terms
from aggregator.editorial.countries import Tagger
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.folding import fold, words
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


def shown_hash(entry: Entry) -> bytes:
    excerpt = entry.text[: shown.excerpt_end(entry.text)]
    return shown.shown_hash(words(fold(entry.title)), words(fold(excerpt)))


@pytest.fixture(scope="module")
def describer() -> Describer:
    return Describer(Tagger(shipped.gazetteer(LANGUAGES)), LANGUAGES)


def test_a_description_says_language_script_countries_and_keys(describer: Describer) -> None:
    description = describer.describe(ENTRY, SOURCE)
    assert (description.language, description.script) == ("fr", "Latn")
    assert description.tags[0].country == "TJ"
    assert "KG" in {tag.country for tag in (*description.tags, *description.mentions)}
    assert description.keys[0] == description.title_key
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


def test_the_title_key_is_the_first_of_the_keys_and_those_of_the_wording_follow(describer: Describer) -> None:
    description = describer.describe(ENTRY, SOURCE)
    assert description.title_key == keys.of_title(ENTRY.title, words(fold(ENTRY.title)))
    assert 1 < len(description.keys) <= 7
    assert all(-(2**63) <= key < 2**63 for key in description.keys)


def test_a_title_that_says_little_leaves_the_keys_of_the_wording(describer: Describer) -> None:
    description = describer.describe(replace(ENTRY, title="En bref"), SOURCE)
    assert description.title_key is None
    assert description.keys
    bare = describer.describe(replace(ENTRY, title="En bref", text=""), SOURCE)
    assert bare.keys == ()


def test_a_teaser_and_its_whole_text_share_a_key(describer: Describer) -> None:
    teaser = describer.describe(replace(ENTRY, title="Une école au sommet", text=ENTRY.text[:80]), SOURCE)
    assert set(teaser.keys) & set(describer.describe(ENTRY, SOURCE).keys)


def test_a_description_holds_what_copies_and_reports_are_found_by(describer: Describer) -> None:
    description = describer.describe(ENTRY, SOURCE)
    assert fingerprint.unpack(description.fingerprint).title == len(words(fold(ENTRY.title)))
    found = terms.unpack(description.terms)
    assert found.title
    assert found.text
    assert terms.concept("school") in found.title


def test_terms_are_those_of_the_language_of_the_entry(describer: Describer) -> None:
    russian = describer.describe(replace(ENTRY, title="Школа открылась в горах", text=""), SOURCE)
    assert terms.concept("school") in terms.unpack(russian.terms).title


def test_a_credited_translation_is_one(describer: Describer) -> None:
    credited = replace(ENTRY, text=f"{ENTRY.text} Traduit du russe par A. B.")
    assert describer.describe(credited, SOURCE).translated
    assert not describer.describe(ENTRY, SOURCE).translated


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
