"""The house keeps its own rules: who may import whom, how long things grow, what README promises."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from aggregator.cli import main

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted((ROOT / "aggregator").rglob("*.py"))
LONGEST_FUNCTION = 60
SHORT_FUNCTION = 35
LONGEST_FILE = 300
LONG_BY_NATURE = {"aggregator/pipeline.py", "aggregator/model/__init__.py"}
"""Read from top to bottom: the conductor with its ports. And a list of names."""


def functions(path: Path) -> list[tuple[str, int]]:
    """Name and length in lines, without the docstring, of each function in a file."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert node.end_lineno is not None
            found.append((f"{path.relative_to(ROOT)}:{node.name}", node.end_lineno - body[0].lineno + 1))
    return found


ALL_FUNCTIONS = [
    function for path in CODE if "migrations/versions" not in path.as_posix() for function in functions(path)
]


def test_imports_follow_the_contracts() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout


def test_every_module_of_the_packages_is_declared_pure_or_an_adapter() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    declared = {
        name
        for one in contracts
        for key in ("source_modules", "protected_modules")
        for name in one.get(key, ())
    }
    modules = {
        f"aggregator.{path.parent.name}.{path.stem}"
        for path in CODE
        if path.parent in {ROOT / "aggregator" / name for name in ("ingest", "publish", "newsletter")}
        and path.stem != "__init__"
    }
    assert modules - declared == set()


def test_no_function_is_longer_than_a_screen() -> None:
    assert [name for name, length in ALL_FUNCTIONS if length > LONGEST_FUNCTION] == []


def test_nearly_all_functions_are_short() -> None:
    short = sum(length <= SHORT_FUNCTION for _, length in ALL_FUNCTIONS)
    assert short / len(ALL_FUNCTIONS) >= 0.95


def test_files_have_one_subject_and_stay_short() -> None:
    long = {
        name
        for path in CODE
        if (name := path.relative_to(ROOT).as_posix()) not in LONG_BY_NATURE
        and "migrations/versions" not in name
        and len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    }
    assert long == set()


def test_no_name_says_nothing() -> None:
    empty_words = re.compile(r"(^|_)(utils?|helpers?|manager|handlers?|misc)(_|$)")
    assert [path.name for path in CODE if empty_words.search(path.stem)] == []


def test_readme_shows_the_help_that_the_command_prints() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = CliRunner().invoke(main, ["--help"], prog_name="aggregator").output
    assert printed.strip() in readme


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements/*.txt")), ids=lambda path: path.name)
def test_locked_libraries_have_hashes_and_name_no_index(path: Path) -> None:
    lock = path.read_text(encoding="utf-8")
    assert "://" not in lock
    requirements = re.split(r"\n(?=\S)", lock.strip())
    assert [line for line in requirements if "--hash=sha256:" not in line] == []


def test_the_wheel_carries_all_that_the_program_reads(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    needed = {path.relative_to(ROOT).as_posix() for path in CODE}
    folders = ("editorial/gazetteer", "editorial/lexicon", "store/migrations", "demo/world")
    for folder in (f"aggregator/{folder}" for folder in folders):
        needed |= {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).glob("*.*")}
    templates = (ROOT / "templates").rglob("*.*")
    needed |= {f"aggregator/{path.relative_to(ROOT).as_posix()}" for path in templates}
    assert needed - carried == set()
    assert "aggregator/config.yaml" in carried


def test_every_kind_of_task_in_the_makefile_explains_itself() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    assert [target for target in targets if not re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)] == []
