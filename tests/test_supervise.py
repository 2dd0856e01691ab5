"""The parent process keeps its children alive and ends them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PARENT = """
import asyncio, sys
from aggregator import supervise
supervise.FIRST_PAUSE = 0.05
commands = {{name: [sys.executable, "-c", code] for name, code in {children!r}.items()}}
sys.exit(asyncio.run(supervise.Supervisor(commands, drain={drain}).run()))
"""
STAYS = "import time\nopen({path!r}, 'a').write('x')\ntime.sleep(60)"


def parent(children: dict[str, str], drain: float = 5.0) -> subprocess.Popen[bytes]:
    code = PARENT.format(children=children, drain=drain)
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)


def wait_for(path: Path, text: str) -> None:
    deadline = time.monotonic() + 20
    while not path.exists() or not path.read_text().startswith(text):
        assert time.monotonic() < deadline, f"{path.name} never became {text!r}"
        time.sleep(0.02)


def test_a_child_that_ends_is_started_again(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    process = parent({"one": f"open({str(sign)!r}, 'a').write('x')"})
    wait_for(sign, "xxx")
    process.terminate()
    assert process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_children_end_with_the_parent(tmp_path: Path, number: int) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    process = parent({path.name: STAYS.format(path=str(path)) for path in (one, two)})
    wait_for(one, "x")
    wait_for(two, "x")
    process.send_signal(number)
    assert process.wait(20) == 0


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nimport os\n"
    deaf += f"open({str(sign)!r}, 'w').write(str(os.getpid()) + '.')\nimport time; time.sleep(60)"
    process = parent({"deaf": deaf}, drain=0.2)
    deadline = time.monotonic() + 20
    while not sign.exists() or "." not in sign.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.terminate()
    assert process.wait(20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(int(sign.read_text().rstrip(".")), 0)


def test_an_invalid_configuration_ends_everything(tmp_path: Path) -> None:
    process = parent({"bad": "raise SystemExit(2)", "good": "import time; time.sleep(60)"})
    assert process.wait(20) == 2
