"""libyaml reads sound files for us, to the same values as ruamel.yaml in Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.config.yaml_source import MAX_NESTING, PARTING, Document, _is_read_alike, _parsed, read

TOP = Path(__file__).parents[2]
# fmt: off
PIECES = st.sampled_from((
    "a", "b: ", "key: ", "c:\n", "c:\n- ", "c:\n  - ", "- ", "-", "? ", "?", ":", ",", "[", "]", "{", "}",
    "---\n", "--- ", "...\n", "\n", "\n\n", "\n  ", "\n    ", " ", "# c", "a#b", '"q"', "'s'", "'it''s'",
    '"a\n b"', "x y\n  z", "|\n", "|-\n  ", ">\n  ", "&x ", "*x", "<<: ", "!t ", "!!str ", "!!int 3",
    "!!binary aGk=", '"\\n"', '"\\/"', '"\\x41"', "\\", "http://x/y?z=1#f", "=", "@", "`", "%", "é", "~",
    "null", "no", "yes", "off", "012", "0o7", "0x1F", "0b1", "1_0", "+1", ".5", "1.", "1.5", "1e3", "18:30",
    "2026-11-22",
))
# fmt: on


def parsed(text: str, *, quick: bool) -> Document:
    return _parsed(text, Document("config.yaml", quick=quick))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@given(st.lists(PIECES, max_size=12).map("".join))
@example("k: no\nl: 012\nm: 18:30\nn: 1_000\no: 0o14\np: 2026-11-22\nq: =\nr: ~\n<<: {x: On}")
@example("k: >-\n  two\n  lines\n\n  and one\nl: |\n    kept\n  # c\n")
@example("a: &x [1, {b: *x}]\n")
def test_what_libyaml_reads_without_fault_python_reads_alike(text: str) -> None:
    quick = parsed(text, quick=True)
    # What is no keys and values, or has a list for a key, is no configuration: its faults are read exactly.
    if (
        PARTING.search(text)
        or quick.faults
        or not isinstance(quick.values, dict)
        or "Node(" in str(quick.values)
    ):
        return
    exact = parsed(text, quick=False)
    assert (repr(quick.values), exact.faults) == (repr(exact.values), [])


def test_the_shipped_configuration_is_read_quickly_and_to_the_same_values() -> None:
    quick, exact = read(TOP / "config.yaml"), read(TOP / "config.yaml", exactly=True)
    assert (quick.quick, exact.quick) == (True, False)
    assert quick.values == exact.values


@pytest.mark.parametrize(
    "text",
    ["a:\t1\n", "a: 1\r\n", "%YAML 1.1\n---\na: no\n", "a: >\n     \n  b\n", "a: b\u2028c\n"],
    ids=["tab", "CRLF", "directive", "line of spaces", "line separator"],
)
def test_what_the_two_may_understand_differently_is_left_to_python(tmp_path: Path, text: str) -> None:
    assert not read(written(tmp_path / "config.yaml", text)).quick


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_that_would_exhaust_the_stack_is_left_to_python(opening: str) -> None:
    assert not _is_read_alike(opening * (MAX_NESTING + 1))


def test_libyaml_bears_the_deepest_nesting_that_it_is_given() -> None:
    assert not parsed("- " * MAX_NESTING, quick=True).values


def test_a_faulty_file_is_told_in_the_words_and_at_the_places_of_pythons_reading(tmp_path: Path) -> None:
    found = read(written(tmp_path / "config.yaml", "a: 1\nb: [1, 2\nc: 3\n"))
    assert not found.quick
    assert [(fault.line, fault.column) for fault in found.faults] == [(3, 2)]
