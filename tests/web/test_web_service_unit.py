"""The shipped service of systemd: it can be read, it is locked up, and its commands exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from aggregator.cli import main

UNIT = Path(__file__).resolve().parents[2] / "deploy/systemd/news.service"
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    unit = tmp_path / "news.service"
    unit.write_text(re.sub(r"=/srv/\S+/aggregator", f"={sys.executable}", UNIT.read_text(encoding="utf-8")))
    told = subprocess.run([ANALYZE or "", "verify", unit], capture_output=True, text=True, check=False)
    assert "news.service" not in told.stdout + told.stderr


def test_the_commands_of_the_service_exist() -> None:
    commands = re.findall(r"config\.yaml (\S+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands == ["check-config", "run"]
    assert set(commands) <= set(main.list_commands(click.Context(main)))
