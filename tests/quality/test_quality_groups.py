"""On the project's own labelled set stories and copies are found as well as they are.

All items are judged as one poll would judge them, and as a series of polls does. The errors, one by one:
`aggregator evaluate stories tests/quality/labelled/*.jsonl` and
`aggregator evaluate duplicates tests/quality/labelled/duplicates.jsonl`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from aggregator.cli import main
from aggregator.editorial.partitions import BCubed, b_cubed, pairwise
from aggregator.editorial.scoring import Counts
from tests.quality import own_items

# Each floor stands a little under what is reached; the comment beside it says what that is. Whoever makes one
# better raises its floor.

STORIES_PRECISION = 0.95  # 0.971: pairs that are told as one story and are one
STORIES = 0.90  # 0.923, F1 of pairs
STORIES_ACROSS_LANGUAGES = 0.90  # 0.928, F1 of pairs
STORIES_BY_ITEMS = 0.96  # 0.972, F1 by B-cubed
POLLED_PRECISION = 0.92  # 0.953: the same items, ten at a time in the order in which they were published
POLLED = 0.87  # 0.898
POLLED_BY_ITEMS = 0.955  # 0.966
COPIES_PRECISION = 0.95  # 0.960: one false pair of 25
COPIES = 0.86  # 0.889

IN_A_POLL = 10

RECORDS = sorted(
    (record for file in own_items.FILES for record in own_items.records(file)),
    key=lambda record: (record["date"], record["id"]),
)
Call = Callable[..., str]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a command on all items, where no configuration stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "all.jsonl").write_bytes(b"\n".join(map(orjson.dumps, RECORDS)))

    def run(*arguments: str) -> str:
        outcome = CliRunner().invoke(main, arguments)
        assert outcome.exit_code == 0, outcome.output
        return outcome.stdout

    return run


def test_stories_stay_as_well_told_as_they_are(call: Call) -> None:
    report = orjson.loads(call("evaluate", "stories", "--json", "all.jsonl"))
    assert report["all"]["items"] == len(RECORDS)
    assert_reaches(report["all"]["pairs"], STORIES_PRECISION, STORIES)
    assert report["across_languages"]["f1"] >= STORIES_ACROSS_LANGUAGES, report["across_languages"]
    assert report["all"]["b_cubed"]["f1"] >= STORIES_BY_ITEMS, report["all"]["b_cubed"]


def test_a_series_of_polls_tells_stories_as_well_as_it_does(call: Call) -> None:
    lines = call("cluster", "--jsonl", "all.jsonl", "--batch", str(IN_A_POLL)).splitlines()
    found = [orjson.loads(line)["story"] for line in lines]
    right = [record["story"] or record["id"] for record in RECORDS]
    pairs, items = pairwise(found, right), b_cubed(found, right)
    assert_reaches(told(pairs), POLLED_PRECISION, POLLED)
    assert told(items)["f1"] >= POLLED_BY_ITEMS, items


def test_copies_stay_as_well_found_as_they_are(call: Call) -> None:
    report = orjson.loads(
        call("evaluate", "duplicates", "--json", str(own_items.FOLDER / "duplicates.jsonl"))
    )
    assert_reaches(report["all"]["pairs"], COPIES_PRECISION, COPIES)


def told(figures: Counts | BCubed) -> Mapping[str, Any]:
    return {"precision": figures.precision, "f1": figures.f1}


def assert_reaches(figures: Mapping[str, Any], precision: float, f1: float) -> None:
    assert figures["precision"] >= precision, figures
    assert figures["f1"] >= f1, figures
