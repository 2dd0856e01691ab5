"""A command starts quickly: it loads what it needs and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from pkgutil import iter_modules

import pytest

import aggregator.cli

PROGRAM = """
import sys
from aggregator.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, sep="\\n", file=sys.stderr)
"""
SETTINGS = {
    "site": {"title": "Dala", "base_url": "http://127.0.0.1:1", "contact": "desk@example.org"},
    "region": {"name": "Steppe", "countries": ["KZ"], "languages": ["kk"]},
    "sources": [{"id": "dala", "name": "Dala", "url": "http://127.0.0.1:1/feed", "time_zone": "Asia/Almaty"}],
}
ALWAYS_NEEDLESS = {"alembic", "mako", "pygments"}
NEEDLESS_FOR_A_POLL = ALWAYS_NEEDLESS | {
    *("starlette", "uvicorn", "jinja2", "feedgen", "css_inline", "aiosmtplib", "aiosmtpd", "apscheduler"),
    *(
        "feedparser",
        "lxml",
        "nh3",
        "ahocorasick_rs",
        "numpy",
        "anyascii",
        "zstandard",
        "dateutil",
        "selectolax",
        "email_validator",
    ),
    *("rich", "psycopg", "babel.support"),
}
ONLY_TO_ASK = {"aiohttp", "pycurl", "pebble", "multiprocessing.forkserver", "PIL"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose database is made, and whose source was polled a moment ago."""
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(SETTINGS))
    loaded_by("--config", str(path), "poll")
    return path


def loaded_by(*arguments: str) -> set[str]:
    """The modules that a command loads, in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert outcome.returncode == 0, outcome.stderr
    return set(outcome.stderr.splitlines())


def test_a_poll_with_nothing_due_loads_neither_what_asks_nor_any_other_step(config: Path) -> None:
    assert loaded_by("--config", str(config), "poll") & (NEEDLESS_FOR_A_POLL | ONLY_TO_ASK) == set()


@pytest.mark.parametrize("command", [("sources",), ("publish",), ("subscriber", "list"), ("check-config",)])
def test_alembic_is_loaded_only_for_a_database_of_another_version(
    config: Path, command: tuple[str, ...]
) -> None:
    assert loaded_by("--config", str(config), *command) & ALWAYS_NEEDLESS == set()


def test_checking_the_configuration_opens_no_database(config: Path) -> None:
    assert "sqlalchemy" not in loaded_by("--config", str(config), "check-config")


def test_judgement_is_looked_at_without_database_network_or_parsers(config: Path, tmp_path: Path) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": 1, "title": "Snow in the mountains", "lang": "en", "countries": []}')
    needless = {"sqlalchemy", "feedparser", "nh3", "jinja2", "starlette", "rich"} | ONLY_TO_ASK
    for command in (("tag", "--jsonl"), ("cluster", "--jsonl"), ("evaluate", "tags")):
        assert loaded_by("--config", str(config), *command, str(items)) & needless == set()


def test_the_version_is_told_without_reading_anything() -> None:
    assert loaded_by("--version") & {"pydantic", "ruamel.yaml", "sqlalchemy", "aggregator.model"} == set()


def test_every_module_of_commands_is_listed_and_has_its_command() -> None:
    folder = Path(aggregator.cli.__file__).parent
    shared = {"csv_lines", "json_lines", "mail_jobs", "terminal"}
    modules = {name for _, name, _ in iter_modules([str(folder)])} - shared
    assert {name.replace("-", "_") for name in aggregator.cli.COMMANDS} == modules
