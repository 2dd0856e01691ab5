"""The project's own labelled set: it is sound, and on it tags and languages stay as good as they are.

No source helps: what only its default country could tell counts as missed. The errors, one by one:
`aggregator evaluate tags tests/quality/labelled/*.jsonl`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import orjson
import pytest
from babel import Locale
from click.testing import CliRunner

from aggregator.cli import main
from aggregator.editorial.describe import shipped_describer
from aggregator.editorial.items import UNDATED
from aggregator.editorial.language import REGION
from aggregator.editorial.scoring import Counts, LanguageReport, TagReport
from aggregator.model import Source
from tests.quality import own_items

FIELDS = {
    *("id", "lang", "script", "source", "url", "title", "text", "date"),
    *("countries", "mentioned", "story", "note"),
}
LONGEST_LINE = 3_000
"""Bytes: an item is a lead or a teaser, and a line can be read."""
SCRIPTS = {
    **{code: {"Latn"} for code in ("az", "de", "en", "fr", "tk", "tr")},
    **{code: {"Cyrl"} for code in ("ky", "mn", "ru", "tg")},
    **{code: {"Arab"} for code in ("fa", "ps")},
    **{code: {"Cyrl", "Latn"} for code in ("kk", "uz")},
}
MAIN_LANGUAGES = ("en", "fa", "fr", "kk", "ky", "ru", "tg", "uz")
WINDOW = timedelta(hours=72)
ISO_3166 = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
"""CLDR's two-letter territories."""
NOBODY = Source("", "", "")
"""Items are judged by themselves: no source helps."""

OWN = own_items.load()
RECORDS = [record for file in own_items.FILES for record in own_items.records(file)]
STORIES = own_items.together(OWN, lambda item: item.story)
COPIES = own_items.together(OWN, lambda item: item.copy)


# ------------------------------------------------------------------------------------------------ the set


def test_the_set_is_large_and_in_many_languages() -> None:
    languages = Counter(item.labelled.language for item in OWN)
    assert len(OWN) >= 300
    assert sum(count >= 10 for count in languages.values()) >= 12
    assert {item.labelled.script for item in OWN if item.labelled.language in ("kk", "uz")} == {
        "Cyrl",
        "Latn",
    }


def test_each_id_and_each_address_is_given_once() -> None:
    for field in ("id", "url"):
        given = Counter(record[field] for record in RECORDS)
        assert [value for value, times in given.items() if times > 1] == []


@pytest.mark.parametrize("file", own_items.FILES, ids=lambda file: file.stem)
def test_each_line_has_the_documented_fields_and_can_be_read(file: Path) -> None:
    expected = FIELDS | {"copy"} if file.stem == "duplicates" else FIELDS
    for line, record in zip(file.read_bytes().splitlines(), own_items.records(file), strict=True):
        assert set(record) == expected, record["id"]
        assert len(line) <= LONGEST_LINE, record["id"]
        assert record["text"].strip(), record["id"]
        assert record["url"].startswith(f"https://{record['source']}.example/"), record["id"]


def test_each_label_is_a_code_that_exists() -> None:
    for item in OWN:
        one = item.labelled
        assert (one.countries | one.either) <= ISO_3166, one.id
        assert one.script in SCRIPTS[one.language], one.id
        assert one.date != UNDATED, one.id


def test_no_country_is_both_a_subject_and_a_mention() -> None:
    for item, record in zip(OWN, RECORDS, strict=True):
        named = [*record["countries"], *record["mentioned"]]
        assert len(set(named)) == len(named), record["id"]
        assert item.labelled.either == set(record["mentioned"]), record["id"]


def test_a_story_has_two_entries_or_more_within_the_window() -> None:
    assert sum(len(members) for members in STORIES.values()) >= 150
    for story, members in STORIES.items():
        dates = [member.labelled.date for member in members]
        assert 2 <= len(members) <= 6, story
        assert max(dates) - min(dates) <= WINDOW, story


def test_stories_join_every_two_of_the_main_languages_several_times() -> None:
    joined: Counter[tuple[str, ...]] = Counter()
    for members in STORIES.values():
        joined.update(combinations(sorted({member.labelled.language for member in members}), 2))
    assert [pair for pair in combinations(MAIN_LANGUAGES, 2) if joined[pair] < 3] == []


def test_copies_of_a_text_tell_one_story_in_one_language() -> None:
    for copied, members in COPIES.items():
        assert len(members) >= 2, copied
        assert len({(member.story, member.labelled.language) for member in members}) == 1, copied


# ------------------------------------------------------------------------------------------------ the gate

# Each floor stands a little under what is reached; the comment beside it says what that is. Whoever makes one
# better raises its floor.

COUNTRIES = 0.975  # 0.986
COUNTRIES_STRICTLY = 0.945  # 0.962: a mention that is taken for a subject counts as wrong
COUNTRIES_BY_FILE = {
    "countries": 0.985,  # 0.994
    "duplicates": 0.985,  # 1.000
    "lookalikes": 0.95,  # 0.976
    "stories": 0.97,  # 0.985
    "traps": 0.95,  # 0.975
}
COUNTRIES_BY_LANGUAGE = {
    "az": 0.90,  # 0.966
    "de": 0.90,  # 0.939
    "en": 0.97,  # 0.987
    "fa": 0.97,  # 1.000
    "fr": 0.98,  # 1.000
    "kk": 0.96,  # 0.982
    "ky": 0.94,  # 0.966
    "ru": 0.98,  # 0.992
    "tg": 0.97,  # 1.000
    "tk": 0.96,  # 1.000
    "tr": 0.93,  # 0.976
    "uz": 0.96,  # 0.975
}
"""Languages with ten items or more: one item moves the others too far."""
LANGUAGES = 0.995  # 1.000


@dataclass(frozen=True, slots=True)
class Measured:
    """How well this code does on the set."""

    tags: TagReport
    languages: LanguageReport
    mentions_as_subjects: int


@pytest.fixture(scope="module")
def measured() -> Measured:
    describer = shipped_describer(())
    tags, languages, mentions_as_subjects = TagReport(errors=0), LanguageReport(REGION, errors=0), 0
    for item in OWN:
        description = describer.describe(item.labelled.entry(), NOBODY)
        tags.add(item.file, item.labelled, description)
        languages.add(item.file, item.labelled, description)
        mentions_as_subjects += len(item.labelled.either & {tag.country for tag in description.tags})
    return Measured(tags, languages, mentions_as_subjects)


def reaches(counts: Counts, floor: float) -> bool:
    return counts.f1 is not None and counts.f1 >= floor


def test_countries_stay_as_good_as_they_are(measured: Measured) -> None:
    assert reaches(measured.tags.overall.subjects, COUNTRIES), measured.tags.overall.subjects


def test_subjects_are_told_from_mentions_as_well_as_they_are(measured: Measured) -> None:
    found = measured.tags.overall.subjects
    strictly = found + Counts(wrong=measured.mentions_as_subjects)
    assert reaches(strictly, COUNTRIES_STRICTLY), strictly


@pytest.mark.parametrize(("file", "floor"), COUNTRIES_BY_FILE.items())
def test_countries_of_each_file_stay_as_good_as_they_are(measured: Measured, file: str, floor: float) -> None:
    assert reaches(measured.tags.files[file].subjects, floor), measured.tags.files[file].subjects


@pytest.mark.parametrize(("language", "floor"), COUNTRIES_BY_LANGUAGE.items())
def test_countries_in_each_language_stay_as_good_as_they_are(
    measured: Measured, language: str, floor: float
) -> None:
    figures = measured.tags.languages[language]
    assert reaches(figures.subjects, floor), figures.subjects


def test_every_file_and_every_language_of_ten_items_has_a_floor() -> None:
    languages = Counter(item.labelled.language for item in OWN)
    assert {file.stem for file in own_items.FILES} == set(COUNTRIES_BY_FILE)
    assert {code for code, count in languages.items() if count >= 10} == set(COUNTRIES_BY_LANGUAGE)


def test_languages_stay_as_well_told_as_they_are(measured: Measured) -> None:
    told = measured.languages.overall.languages
    assert told.of == len(OWN)
    assert told.right >= LANGUAGES * told.of, measured.languages.confusions


def test_scripts_are_always_right(measured: Measured) -> None:
    scripts = measured.languages.overall.scripts
    assert scripts.right == scripts.of == len(OWN)


def test_the_evaluate_command_reads_the_set_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = [str(file) for file in own_items.FILES]
    outcome = CliRunner().invoke(main, ["evaluate", "tags", "--json", *files])
    assert outcome.exit_code == 0, outcome.output
    assert orjson.loads(outcome.stdout)["all"]["items"] == len(OWN)
