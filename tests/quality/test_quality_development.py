"""The tagger and the language detector against labelled items, where such are at hand.

Set LABELLED_DATA to a folder that holds `labelled_items.jsonl` (and, if there are any,
`quality/tags_*.jsonl`); `pytest -s` shows the figures. Countries that an item only mentions count neither
for nor against.
"""

from __future__ import annotations

import json
import os
import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.editorial import items, language
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.items import LabelledItem
from aggregator.editorial.scoring import JudgedTags, LanguageReport, TagFigures
from aggregator.model import Description, Source

FOLDER = Path(os.environ.get("LABELLED_DATA", "/nowhere"))
pytestmark = pytest.mark.skipif(
    not (FOLDER / "labelled_items.jsonl").is_file(), reason="LABELLED_DATA names no labelled items"
)


def read(path: Path) -> list[LabelledItem]:
    with path.open("rb") as lines:
        return [items.labelled(json.loads(line)) for line in lines]


@pytest.fixture(scope="module")
def describer() -> Describer:
    started = time.perf_counter()
    built = shipped_describer(())
    compiled = time.perf_counter()
    language.detect("A first text loads the language model of this process.")
    loaded = time.perf_counter()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nstart-up: gazetteer {compiled - started:.2f} s, language model {loaded - compiled:.2f} s, "
        f"{megabytes:.0f} MB at most"
    )
    return built


def describe(describer: Describer, item: LabelledItem) -> Description:
    return describer.describe(item.entry(), Source("s", "S", "https://example.org/feed"))


def measure(describer: Describer, path: Path) -> TagFigures:
    """Score one file and print its figures."""
    figures = TagFigures()
    for item in read(path):
        figures.add(JudgedTags(item, describe(describer, item)))
    for what, counts in (("subjects", figures.subjects), ("subjects and mentions", figures.named)):
        shown = f"P {counts.precision:.3f}, R {counts.recall:.3f}, F1 {counts.f1:.3f}"
        print(f"{path.stem}, {what}: {figures.items} items, {shown}")
    return figures


def test_countries_of_labelled_items_reach_the_floor(describer: Describer) -> None:
    f1 = measure(describer, FOLDER / "labelled_items.jsonl").subjects.f1
    assert f1 is not None
    assert f1 >= 0.85


def test_countries_of_other_sets_are_measured(describer: Describer) -> None:
    for path in sorted((FOLDER / "quality").glob("tags_*.jsonl")):
        f1 = measure(describer, path).named.f1
        assert f1 is not None
        assert f1 >= 0.75


def test_languages_of_labelled_items_reach_the_floor(describer: Describer) -> None:
    for path in (FOLDER / "labelled_items.jsonl", *sorted((FOLDER / "quality").glob("tags_*.jsonl"))):
        report = LanguageReport(language.REGION, errors=0)
        for item in read(path):
            report.add(path.stem, item, describe(describer, item))
        languages, scripts = report.overall.languages, report.overall.scripts
        print(f"languages of {path.stem}: {languages.right} of {languages.of}")
        assert languages.right >= 0.98 * languages.of
        assert scripts.right == scripts.of


def test_a_french_article_on_a_summit_is_about_its_two_countries(describer: Describer) -> None:
    text = (FOLDER / "sample_article_fr.txt").read_text("utf-8")
    for title in ("", text.splitlines()[2]):
        item = items.labelled({"id": "sample", "title": title, "text": text})
        assert {tag.country for tag in describe(describer, item).tags} == {"KZ", "TJ"}


def test_describing_is_fast_enough(describer: Describer) -> None:
    texts = [replace(item, text=(item.text * 10)[:600]) for item in read(FOLDER / "labelled_items.jsonl")]
    rounds = 10
    for item in texts:
        describe(describer, item)
    started = time.perf_counter()
    for _ in range(rounds):
        for item in texts:
            describe(describer, item)
    rate = rounds * len(texts) / (time.perf_counter() - started)
    print(f"describe: {rate:.0f} entries/s of title + 600 characters")
    assert rate > 200
