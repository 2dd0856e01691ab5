"""Three hundred sources of which half are hostile: the other half must not notice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.misdeeds import KINDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = 300


@pytest.fixture(scope="module")
def account() -> dict[str, Any]:
    """What became of a siege; in a process of its own, because its memory is measured."""
    script = ROOT / "benchmarks" / "proof_hostile.py"
    options = ["--sources", str(SOURCES), "--timeout", "3", "--time-limit", "5", "--json"]
    outcome = subprocess.run(
        [sys.executable, str(script), *options], capture_output=True, text=True, timeout=110, check=False
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    assert "unexpected" not in outcome.stderr
    return dict(json.loads(outcome.stdout))


def test_every_misdeed_has_its_turn() -> None:
    assert len(KINDS) <= SOURCES / 2


def test_all_good_sources_are_polled_on_time(account: dict[str, Any]) -> None:
    assert account["good_polled"] == account["good"] == SOURCES / 2
    assert account["good_late"] < 60


def test_every_hostile_source_has_a_state_that_fits_what_it_did(account: dict[str, Any]) -> None:
    assert account["astray"] == {}
    assert sum(account["states"].values()) == SOURCES
    assert account["longest_message"] < 2_000


def test_memory_stays_bounded(account: dict[str, Any]) -> None:
    assert account["grown_mb"] < 300


def test_the_workers_are_there_again_afterwards(account: dict[str, Any]) -> None:
    assert account["good_again"] == 20
