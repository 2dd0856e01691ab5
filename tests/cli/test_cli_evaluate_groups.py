"""`aggregator evaluate stories` and `duplicates`: figures of what belongs together, and the worst errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import main

BRIDGE = {
    "id": "bridge",
    "lang": "en",
    "title": "Minister Tursunov opens a 412-metre bridge over the Naryn in Toktogul",
    "text": "Transport Minister Bakyt Tursunov opened a 412-metre bridge over the Naryn in Toktogul, "
    "Kyrgyzstan, on Friday. The bridge cost 38 million dollars and replaces the Ketmen-Tobo ferry, he said.",
    "cluster": "bridge",
}
COPY = {**BRIDGE, "id": "copy"}
RUSSIAN = {
    "id": "most",
    "lang": "ru",
    "title": "Министр Турсунов открыл в Токтогуле мост через Нарын длиной 412 метров",
    "text": "Министр транспорта Бакыт Турсунов открыл в Токтогуле мост через реку Нарын. Мост длиной 412 "
    "метров обошелся Кыргызстану в 38 миллионов долларов и заменил паром Кетмен-Тобо.",
    "cluster": "bridge",
}
CHESS = {
    "id": 6,
    "lang": "en",
    "title": "Nodira Kasimova, 17, wins the Samarkand open with nine points",
    "text": "The chess player from Uzbekistan beat two grandmasters. She learned the game in Jizzakh.",
    "cluster": None,
}
LOST = {**CHESS, "id": "lost", "title": "Rust on the old ferry", "text": "", "cluster": "bridge"}
FALSE = {**COPY, "id": "false", "cluster": "another"}
ITEMS = (BRIDGE, COPY, RUSSIAN, CHESS, LOST, FALSE)

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


def test_stories_are_scored_by_pairs_and_items_and_by_language(call: Call) -> None:
    result = call("stories", "items.jsonl")
    # Found are {bridge, copy, most, false}, {6}, {lost}; right are {bridge, copy, most, lost}, {6}, {false}.
    precision, recall = (3 * 3 / 4 + 1 / 4 + 1 + 1) / 6, (3 * 3 / 4 + 1 / 4 + 1 + 1) / 6
    figures = ["0.500", "0.500", "0.500", f"{precision:.3f}", f"{recall:.3f}"]
    assert row(result, "items.jsonl")[1:9] == ["6", "3", "3", *figures]
    assert row(result, "en")[1:7] == ["5", "3", "3", "0.333", "0.333", "0.333"]
    assert row(result, "ru")[1:7] == ["1", "1", "1", "–", "–", "–"]
    assert row(result, "across")[2:] == ["0.667", "0.667", "0.667"]
    assert "Relations: lead 3, copy 2, report 1." in result.stdout


def test_errors_are_shown_with_the_false_merges_first_and_with_their_reasons(call: Call) -> None:
    merged, missed = call("stories", "items.jsonl").stdout.split("\n\n")[-2:]
    assert merged.splitlines()[0].startswith(
        "3 pairs put together, and do not belong together (same text: 100%"
    )
    assert "  false  Minister Tursunov opens" in merged
    assert "    copy: same text as entry" in merged
    assert missed.startswith("3 pairs missed, and belong together (")
    assert "  lost  Rust on the old ferry" in missed
    assert "3 pairs" not in call("stories", "--errors", "0", "items.jsonl").stdout


def test_reports_of_one_event_are_no_duplicates(call: Call) -> None:
    result = call("duplicates", "items.jsonl")
    # Found are {bridge, copy, false} and three by themselves.
    assert row(result, "items.jsonl")[1:7] == ["6", "3", "4", "0.333", "0.167", "0.222"]
    assert "Relations" not in result.stdout


def test_the_same_is_given_to_programs(call: Call) -> None:
    report = json.loads(call("stories", "--json", "items.jsonl").stdout)
    assert list(report) == ["all", "files", "languages", "across_languages", "relations", "errors"]
    assert list(report["all"]) == ["items", "groups", "found", "pairs", "b_cubed"]
    assert report["all"]["pairs"] == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
        "right": 3,
        "wrong": 3,
        "missed": 3,
    }
    assert report["across_languages"]["right"] == 2
    assert report["relations"] == {"lead": 3, "copy": 2, "report": 1}
    first, second = report["errors"]
    assert (first["kind"], first["pairs"], first["file"]) == ("merged", 3, "items.jsonl")
    assert [list(one) for one in first["items"]] == [["id", "title", "lang", "relation", "reason"]] * 2
    assert (second["kind"], second["items"][0]["id"]) == ("missed", "lost")


def test_pairs_are_scored_by_what_is_known_of_them(call: Call, tmp_path: Path) -> None:
    def side(item: dict[str, object]) -> dict[str, object]:
        return {name: item[name] for name in ("title", "text")}

    write(
        tmp_path / "pairs.jsonl",
        {"id": "p1", "lang": "en", "a": side(BRIDGE), "b": side(COPY), "label": 1},
        {"id": "p2", "lang": "en", "a": side(BRIDGE), "b": side(CHESS), "label": 0},
        {"id": "p3", "lang": "en", "a": side(CHESS), "b": side(LOST), "label": 1},
    )
    result = call("stories", "pairs.jsonl")
    assert row(result, "pairs.jsonl")[1:] == ["6", "0", "3", "1.000", "0.500", "0.667", "–", "–", "–"]
    assert "p3/b  Rust on the old ferry" in result.stdout
    both = call("stories", "items.jsonl", "pairs.jsonl")
    assert row(both, "all")[1:6] == ["12", "3", "6", "0.571", "0.500"]


@pytest.mark.parametrize("what", ["stories", "duplicates"])
def test_a_line_without_a_group_is_named_and_costs_only_itself(call: Call, tmp_path: Path, what: str) -> None:
    nameless = {name: value for name, value in CHESS.items() if name != "cluster"}
    write(tmp_path / "bad.jsonl", BRIDGE, nameless, {**COPY, "date": "soon"}, {**COPY, "id": "bridge"})
    result = call(what, "bad.jsonl", expected=3)
    named = {"stories": "story", "duplicates": "copy"}[what]
    for words in (f"2: has no `{named}`", "3: `date` is none", "4: another line has the `id` bridge"):
        assert f"bad.jsonl:{words}" in result.stderr
    assert "3 of 4 lines left out" in result.stderr
    assert row(result, "bad.jsonl")[1:4] == ["1", "1", "1"]


def test_an_empty_file_has_no_figures(call: Call, tmp_path: Path) -> None:
    write(tmp_path / "empty.jsonl")
    for what in ("stories", "duplicates"):
        assert row(call(what, "empty.jsonl"), "empty.jsonl")[1:] == ["0", "0", "0", *["–"] * 6]
