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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aggregator.editorial import language, shipped
from aggregator.editorial.countries import Tagger
from aggregator.editorial.describe import Describer
from aggregator.model import Description, Entry, Source

FOLDER = Path(os.environ.get("LABELLED_DATA", "/nowhere"))
pytestmark = pytest.mark.skipif(
    not (FOLDER / "labelled_items.jsonl").is_file(), reason="LABELLED_DATA names no labelled items"
)


@dataclass(frozen=True)
class Item:
    """A labelled item: what it is about, and what it may or may not be said to be about."""

    title: str
    text: str
    url: str
    lang: str
    script: str
    countries: frozenset[str]
    either: frozenset[str]


def read(path: Path) -> list[Item]:
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [
        Item(
            title=row["title"] or "",
            text=row["text"] or "",
            url=row.get("url") or "",
            lang=row["lang"],
            script=row.get("script", ""),
            countries=frozenset(row.get("countries", row.get("gold_countries", ()))),
            either=frozenset(row.get("also_mentioned", row.get("ok_countries", ()))),
        )
        for row in rows
    ]


@pytest.fixture(scope="module")
def describer() -> Describer:
    started = time.perf_counter()
    built = Describer(Tagger(shipped.gazetteer(language.REGION)), language.REGION)
    compiled = time.perf_counter()
    language.detect("A first text loads the language model of this process.")
    loaded = time.perf_counter()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nstart-up: gazetteer {compiled - started:.2f} s, language model {loaded - compiled:.2f} s, "
        f"{megabytes:.0f} MB at most"
    )
    return built


def describe(describer: Describer, item: Item, *, title: str | None = None) -> Description:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    entry = Entry("s", "g", b"", item.url, item.url, title or item.title, item.text, "", moment, False)
    return describer.describe(entry, Source("s", "S", "https://example.org/feed"))


def measure(describer: Describer, items: list[Item], name: str, *, mentions: bool = False) -> float:
    """Print micro precision, recall and F1 and return F1; with `mentions`, a mention counts as a tag."""
    right = wrong = missed = 0
    for item in items:
        description = describe(describer, item)
        found = {tag.country for tag in description.tags + (description.mentions if mentions else ())}
        right += len(found & item.countries)
        wrong += len(found - item.countries - item.either)
        missed += len(item.countries - found)
    precision = right / max(right + wrong, 1)
    recall = right / max(right + missed, 1)
    score = 2 * right / max(2 * right + wrong + missed, 1)
    what = "subjects and mentions" if mentions else "subjects"
    print(f"{name}, {what}: {len(items)} items, P {precision:.3f}, R {recall:.3f}, F1 {score:.3f}")
    return score


def test_countries_of_labelled_items_reach_the_floor(describer: Describer) -> None:
    assert measure(describer, read(FOLDER / "labelled_items.jsonl"), "labelled_items") >= 0.85


def test_countries_of_other_sets_are_measured(describer: Describer) -> None:
    for path in sorted((FOLDER / "quality").glob("tags_*.jsonl")):
        items = read(path)
        measure(describer, items, path.stem)
        assert measure(describer, items, path.stem, mentions=True) >= 0.75


def test_languages_of_labelled_items_reach_the_floor(describer: Describer) -> None:
    for path in (FOLDER / "labelled_items.jsonl", *sorted((FOLDER / "quality").glob("tags_*.jsonl"))):
        items = [item for item in read(path) if item.lang in language.REGION]
        described = [(item, describe(describer, item)) for item in items]
        right = sum(item.lang == description.language for item, description in described)
        print(f"languages of {path.stem}: {right} of {len(items)}")
        assert right >= 0.98 * len(items)
        assert all(item.script in ("", description.script) for item, description in described)


def test_a_french_article_on_a_summit_is_about_its_two_countries(describer: Describer) -> None:
    text = (FOLDER / "sample_article_fr.txt").read_text("utf-8")
    item = Item("", text, "", "fr", "Latn", frozenset(), frozenset())
    assert {tag.country for tag in describe(describer, item).tags} == {"KZ", "TJ"}
    title = text.splitlines()[2]
    assert {tag.country for tag in describe(describer, item, title=title).tags} == {"KZ", "TJ"}


def test_describing_is_fast_enough(describer: Describer) -> None:
    items = [
        Item(item.title, (item.text * 10)[:600], item.url, "", "", frozenset(), frozenset())
        for item in read(FOLDER / "labelled_items.jsonl")
    ]
    rounds = 10
    for item in items:
        describe(describer, item)
    started = time.perf_counter()
    for _ in range(rounds):
        for item in items:
            describe(describer, item)
    rate = rounds * len(items) / (time.perf_counter() - started)
    print(f"describe: {rate:.0f} entries/s of title + 600 characters")
    assert rate > 200
