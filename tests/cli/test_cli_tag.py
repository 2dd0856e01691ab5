"""`aggregator tag`: texts in, countries out, line for line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from aggregator.cli import json_lines, main

SETTINGS = {
    "site": {"title": "Dala", "base_url": "http://127.0.0.1:1", "contact": "desk@example.org"},
    "region": {"name": "Steppe", "countries": ["KZ", "UZ"], "languages": ["en", "fr", "ru", "kk", "uz"]},
    "defaults": {"default_country": "UZ"},
    "sources": [
        {"id": "dala", "name": "D", "url": "http://127.0.0.1:1/a", "language": "kk", "default_country": "KZ"},
        {"id": "oasis", "name": "O", "url": "http://127.0.0.1:1/b"},
    ],
}
BRIDGE = {"id": "b", "title": "Kyrgyzstan opens a bridge", "text": "It leads to the fields of Tajikistan."}

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command in an empty folder, with these lines as its standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*lines: object, arguments: tuple[str, ...] = ("tag", "--jsonl"), expected: int = 0) -> Result:
        written = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        result = CliRunner().invoke(main, arguments, input=b"\n".join(written))
        assert result.exit_code == expected, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def configured(call: Call, tmp_path: Path) -> Call:
    """The same where a configuration stands."""
    (tmp_path / "config.yaml").write_text(json.dumps(SETTINGS), encoding="utf-8")
    return call


def written(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def codes(line: dict[str, Any], field: str = "countries") -> list[str]:
    return [country["code"] for country in line[field]]


def test_a_text_gets_language_script_and_countries_with_their_evidence(call: Call) -> None:
    (line,) = written(call(BRIDGE))
    assert list(line) == ["id", "lang", "script", "countries", "mentioned", "regions"]
    assert (line["id"], line["lang"], line["script"]) == ("b", "en", "Latn")
    assert codes(line) == ["KG", "TJ"]
    first = line["countries"][0]
    assert list(first) == ["code", "salience", "evidence"]
    evidence = first["evidence"][0]
    assert (evidence["surface"], evidence["zone"], evidence["start"]) == ("Kyrgyzstan", "title", 0)
    assert "KG" in evidence["rule"]


def test_a_country_that_is_only_named_far_below_is_mentioned(call: Call) -> None:
    far = f"{BRIDGE['text']}\n{'Water is scarce there. ' * 30}\nA guest from Mongolia came."
    (line,) = written(call({**BRIDGE, "text": far}))
    assert codes(line, "mentioned") == ["MN"]


def test_lines_are_answered_in_order_with_ids_as_they_came(call: Call) -> None:
    lines = written(call({"id": 7, "title": ""}, b"", {"id": "é", "text": "Kazakhstan"}))
    assert [line["id"] for line in lines] == [7, "é"]
    assert lines[0] == {
        "id": 7,
        "lang": "und",
        "script": "Zyyy",
        "countries": [],
        "mentioned": [],
        "regions": [],
    }


def test_a_file_is_read_as_the_standard_input_is(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(BRIDGE).encode())
    named = call(arguments=("tag", "--jsonl", str(path)))
    assert named.stdout == call(BRIDGE).stdout == call(BRIDGE, arguments=("tag", "--jsonl", "-")).stdout


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b'{"id": "1", "title": "\\ud800"}', "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1]", "is no JSON object"),
        (b'{"id": "1"}', "neither `title` nor `text`"),
        (b'{"id": "1", "title": 5}', "`title` is a number"),
        (b'{"title": "T"}', "has no `id`"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_costs_only_itself(
    call: Call, line: bytes, words: str
) -> None:
    result = call(BRIDGE, line, {**BRIDGE, "id": "c"}, expected=3)
    assert [one["id"] for one in written(result)] == ["b", "c"]
    fault, account = result.stderr.splitlines()
    assert ":2: " in fault
    assert words in fault
    assert account == "1 of 3 lines left out: they could not be read."


def test_a_line_that_is_too_long_is_skipped_to_its_end(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1_000)
    result = call({**BRIDGE, "text": "x" * 5_000}, BRIDGE, {**BRIDGE, "text": "x" * 5_000}, expected=3)
    assert [one["id"] for one in written(result)] == ["b"]
    first, second, _ = result.stderr.splitlines()
    assert ":1: is longer than 1,000 bytes" in first
    assert ":3: is longer than 1,000 bytes" in second


def test_the_owner_of_a_text_may_hint_at_its_language(call: Call) -> None:
    short = {"id": 1, "title": "Астана", "text": ""}
    hinted = call({**short, "lang": "kk-KZ"}, {**short, "lang": "ru"}, {**short, "lang": "und"}, short)
    kazakh, russian, nameless, silent = (line["lang"] for line in written(hinted))
    assert (kazakh, russian) == ("kk", "ru")
    assert nameless == silent != "und"


def test_a_configured_source_lends_its_language_and_its_country(configured: Call) -> None:
    text = {"id": 1, "title": "Снег", "text": ""}
    lines = written(configured({**text, "source": "dala"}, {**text, "source": "oasis"}, text))
    assert [codes(line) for line in lines] == [["KZ"], ["UZ"], []]
    assert lines[0]["lang"] == "kk"
    assert lines[0]["countries"][0]["evidence"][0]["zone"] == "source"


def test_a_source_that_nobody_knows_is_fine(configured: Call) -> None:
    (line,) = written(configured({**BRIDGE, "source": "elsewhere"}))
    assert codes(line) == ["KG", "TJ"]


def test_only_configured_languages_are_told_apart(call: Call, configured: Call, tmp_path: Path) -> None:
    ukrainian = {"id": 1, "title": "Міністр відкрив нову школу в долині", "text": ""}
    (restricted,) = written(configured(ukrainian))
    (tmp_path / "config.yaml").unlink()
    (free,) = written(call(ukrainian))
    assert restricted["lang"] != free["lang"] == "uk"


def test_a_configuration_that_was_named_must_be_there(call: Call) -> None:
    result = call(BRIDGE, arguments=("--config", "none.yaml", "tag", "--jsonl"), expected=2)
    assert "none.yaml" in result.stderr


def test_the_form_of_the_items_must_be_said(call: Call) -> None:
    assert "--jsonl" in call(arguments=("tag",), expected=2).stderr


def test_the_operators_gazetteer_and_groups_count(call: Call, tmp_path: Path) -> None:
    (tmp_path / "KZ.toml").write_text('[places]\nen = ["Quorford"]\n[without]\nany = ["Astana"]\n', "utf-8")
    region = {**SETTINGS["region"], "gazetteer": ["KZ.toml"], "groups": {"OASES": ["KZ", "KG", "TJ"]}}
    (tmp_path / "config.yaml").write_text(json.dumps({**SETTINGS, "region": region}), encoding="utf-8")
    lines = written(
        call({**BRIDGE, "text": "It leads to Tajikistan and to Quorford."}, {"id": 1, "text": "Astana"})
    )
    assert [codes(line) for line in lines] == [["KG", "TJ", "KZ"], []]
    assert codes(lines[0], "regions") == ["region:OASES"]


def test_a_fault_in_the_operators_gazetteer_stops_the_command_before_it_reads(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "KZ.toml").write_text('[places]\nen = [""]\n', "utf-8")
    region = {**SETTINGS["region"], "gazetteer": ["KZ.toml"]}
    (tmp_path / "config.yaml").write_text(json.dumps({**SETTINGS, "region": region}), encoding="utf-8")
    result = call(BRIDGE, expected=2)
    assert "KZ.toml:2:1: [places] en: '' is no word" in result.stderr


def test_the_date_says_who_was_in_office(call: Call) -> None:
    line = {"id": 1, "title": "Atambayev plants a tree"}
    lines = written(call({**line, "date": "2015-05-01"}, {**line, "date": "2020-05-01"}, line))
    assert [codes(line) for line in lines] == [["KG"], [], ["KG"]]
    assert codes(lines[1], "mentioned") == ["KG"]
