"""`aggregator run`: it starts, answers, survives a dead network, and stops in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.installation import Installation, SourceHost, free_port

SHIPPED = Path(__file__).resolve().parents[2] / "config.yaml"


def answer(url: str, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, data, timeout=5) as response:
            return response.status, response.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8")


def eventually(condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with suppress(urllib.error.URLError, ConnectionError):
            if condition():
                return
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.2)


@pytest.fixture
def running(installation: Installation) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `run` on a free port; ends whatever is left of it."""
    started: list[subprocess.Popen[str]] = []
    port = free_port()
    installation.settings["web"] = {"port": port}
    installation.settings["site"]["base_url"] = f"http://127.0.0.1:{port}"  # type: ignore[index]

    def start() -> subprocess.Popen[str]:
        installation.write()
        started.append(installation.start("run"))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        except ValueError:
            """The test has read it to its end already."""


def site(installation: Installation) -> str:
    return str(installation.settings["site"]["base_url"])


def test_it_polls_publishes_and_serves_and_stops_in_order(
    installation: Installation, running: Callable[[], subprocess.Popen[str]], source_host: SourceHost
) -> None:
    installation.settings["sources"] = [{"id": "dala", "name": "Dala", "url": f"{source_host.url}/dala"}]
    process = running()
    url = site(installation)
    eventually(lambda: "Story 0 of dala" in answer(f"{url}/")[1], "the story on the front page")
    assert "Story 0 of dala" in answer(f"{url}/feeds/all.atom")[1]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert f"{url}/caught/" in out, "without smtp the address of the caught mail is told"


def test_a_dead_network_shows_at_each_source_and_stops_nothing(
    installation: Installation, running: Callable[[], subprocess.Popen[str]]
) -> None:
    """The shipped sources, each at a port on which nobody listens."""
    dead = f"http://127.0.0.1:{free_port()}"
    ids = re.findall(r"^  - id: (\S+)", SHIPPED.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(ids) > 100
    installation.settings["sources"] = [{"id": name, "name": name, "url": f"{dead}/{name}"} for name in ids]
    process = running()
    url = site(installation)
    eventually(lambda: answer(f"{url}/healthz")[0] == 200, "an answer on the web port")

    def all_in_trouble() -> bool:
        lines = installation.run("sources").stdout.splitlines()
        states = [line.split("\t")[1] for line in lines]
        return len(states) == len(ids) and set(states) == {"http-error"}

    eventually(all_in_trouble, "an error at each source")
    assert "Connection refused" in installation.run("sources", "--trouble").stdout
    assert answer(f"{url}/")[0] == 200
    assert process.poll() is None


def test_a_child_that_is_killed_comes_back(
    installation: Installation, running: Callable[[], subprocess.Popen[str]]
) -> None:
    process = running()
    url = site(installation)
    eventually(lambda: answer(f"{url}/healthz")[0] == 200, "an answer on the web port")
    web = child(process.pid, "web")
    os.kill(web, signal.SIGKILL)
    eventually(lambda: child(process.pid, "web") not in (0, web), "a new web process")
    eventually(lambda: answer(f"{url}/healthz")[0] == 200, "an answer of the new process")


def test_no_child_outlives_a_parent_that_is_killed(
    installation: Installation, running: Callable[[], subprocess.Popen[str]]
) -> None:
    process = running()
    eventually(lambda: all(child(process.pid, part) for part in ("web", "pipeline")), "both children")
    children = [child(process.pid, part) for part in ("web", "pipeline")]
    process.kill()
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the children's end")


def test_an_invalid_configuration_is_told_and_ends_with_2(
    installation: Installation, running: Callable[[], subprocess.Popen[str]]
) -> None:
    installation.settings["region"] = {"name": "Steppe", "countries": ["KAZ"]}
    process = running()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert re.search(r"config\.yaml:1:\d+: .*KAZ", err)


def child(parent: int, part: str) -> int:
    """Process id of a supervised part; 0 when there is none."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            command = (path / "cmdline").read_bytes().split(b"\0")
            owner = int((path / "stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()[1])
            if owner == parent and command[-2:] == [part.encode(), b""] and b"--part" in command:
                return int(path.name)
    return 0
