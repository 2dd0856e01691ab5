"""`aggregator evaluate`: figures on labelled items, and the worst errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main

ITEMS = [
    {
        "id": "bridge",
        "lang": "en",
        "script": "Latn",
        "title": "Kyrgyzstan opens a bridge",
        "text": "It leads to the fields of Tajikistan.",
        "countries": ["KG", "TJ"],
    },
    {
        "id": "guest",
        "lang": "en",
        "title": "Kazakhstan welcomes a guest",
        "text": "",
        "gold_countries": ["UZ", "MN"],
        "ok_countries": [],
        "gold_counts": {"UZ": 2, "MN": 1},
    },
    {"id": "snow", "lang": "ru", "title": "В горах выпал первый снег", "text": "", "countries": []},
    {"id": "wrong", "lang": "fr", "title": "The minister of the north is in the valley", "countries": []},
    {"id": "far", "lang": "sl", "title": "V dolini so odprli novo šolo", "countries": []},
]

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls a command where `items.jsonl` stands and no configuration."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "items.jsonl", *ITEMS)

    def run(*arguments: str, expected: int = 0) -> Result:
        result = CliRunner().invoke(main, ["evaluate", *arguments])
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


def write(path: Path, *lines: object) -> None:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def row(result: Result, name: str) -> list[str]:
    """The cells of the first line that begins so."""
    return next(line.split() for line in result.stdout.splitlines() if line.split()[:1] == [name])


def test_tags_are_scored_by_file_language_and_country(call: Call) -> None:
    result = call("tags", "items.jsonl")
    assert row(result, "items.jsonl") == ["items.jsonl", "5", *["0.667", "0.500", "0.571"] * 2, "0.000"]
    assert row(result, "ru") == ["ru", "1", *["–"] * 7]
    assert row(result, "KG") == ["KG", "1.000", "1.000", "1.000", "1", "0", "0"]
    assert row(result, "UZ") == ["UZ", "–", "0.000", "0.000", "0", "0", "1"]
    assert "all" not in {line.partition(" ")[0] for line in result.stdout.splitlines()}


def test_several_files_are_told_apart_and_added_up(call: Call, tmp_path: Path) -> None:
    write(tmp_path / "more.jsonl", ITEMS[0])
    result = call("tags", "items.jsonl", "more.jsonl")
    assert row(result, "more.jsonl")[1:5] == ["1", "1.000", "1.000", "1.000"]
    assert row(result, "all")[1:5] == ["6", "0.800", "0.667", "0.727"]


def test_the_worst_error_is_shown_with_what_misled_us(call: Call) -> None:
    out = call("tags", "items.jsonl").stdout
    assert (
        "guest  Kazakhstan welcomes a guest\n  expected MN UZ; found KZ\n  KZ 0.60: «Kazakhstan» in title 0"
        in out
    )
    assert "guest" not in call("tags", "--errors", "0", "items.jsonl").stdout


def test_tags_are_given_to_programs_as_json(call: Call) -> None:
    report = json.loads(call("tags", "--json", "items.jsonl").stdout)
    assert list(report) == ["all", "files", "languages", "countries", "errors"]
    assert report["all"]["subject"] == {
        "precision": pytest.approx(2 / 3),
        "recall": 0.5,
        "f1": pytest.approx(4 / 7),
        "right": 2,
        "wrong": 1,
        "missed": 2,
    }
    assert report["all"]["first"] == {"accuracy": 0, "right": 0, "of": 1}
    assert report["languages"]["ru"]["subject"]["f1"] is None
    (error,) = report["errors"]
    assert (error["id"], error["expected"], error["found"]) == ("guest", ["MN", "UZ"], ["KZ"])
    assert error["wrong"][0]["evidence"][0]["surface"] == "Kazakhstan"


def test_languages_are_scored_with_what_was_taken_for_what(call: Call) -> None:
    result = call("languages", "items.jsonl")
    assert row(result, "items.jsonl") == ["items.jsonl", "4", "3", "0.750", "1.000"]
    assert "fr               en      1" in result.stdout
    assert "Not judged, in languages that are not configured: sl (1)." in result.stdout
    assert "wrong  The minister of the north is in the valley\n  expected fr; found en Latn" in result.stdout


def test_languages_are_given_to_programs_as_json(call: Call) -> None:
    report = json.loads(call("languages", "--json", "items.jsonl").stdout)
    assert report["all"]["language"] == {"accuracy": 0.75, "right": 3, "of": 4}
    assert report["confusions"] == [{"expected": "fr", "found": "en", "times": 1}]
    assert report["not_judged"] == {"sl": 1}
    assert [error["id"] for error in report["errors"]] == ["wrong"]


def test_figures_are_a_table_on_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1m" in call("tags", "items.jsonl").stdout
    monkeypatch.delenv("FORCE_COLOR")
    assert "\x1b" not in call("tags", "items.jsonl").stdout


@pytest.mark.parametrize("what", ["tags", "languages"])
def test_a_line_without_readable_labels_is_named_and_costs_only_itself(
    call: Call, tmp_path: Path, what: str
) -> None:
    write(tmp_path / "bad.jsonl", ITEMS[0], {"id": 1, "title": "T", "lang": "en", "countries": "KZ"})
    result = call(what, "bad.jsonl", expected=3)
    assert "bad.jsonl:2: `countries` is no list" in result.stderr
    assert "1 of 2 lines left out" in result.stderr
    assert row(result, "bad.jsonl")[1] == "1"


def test_a_file_that_is_not_there_is_named(call: Call) -> None:
    assert "none.jsonl" in call("tags", "none.jsonl", expected=2).stderr
