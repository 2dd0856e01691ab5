"""Whole-process figures of a command: wall, CPU of everything it started, memory."""

from __future__ import annotations

import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Figures:
    """What a command took: seconds, seconds of all its processes, megabytes."""

    wall: float
    cpu: float
    largest: float
    """Largest single process."""
    together: float
    """Proportional set size of all its processes at the worst moment: shared pages count once."""
    code: int


def run(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float = 600
) -> Figures:
    """Run a command to its end; its output goes to `folder`/output.txt.

    This process adopts what the command leaves behind (a fork server, say), so that its CPU counts too.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with (folder / "output.txt").open("ab") as output:
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            env={**_environment(), **environment},
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        watch = _Memory(process.pid)
        watch.start()
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        killer.cancel()
    cpu, largest = used.ru_utime + used.ru_stime, used.ru_maxrss
    while _of_session(process.pid):
        pid, _, left = os.wait4(-1, os.WNOHANG)
        if not pid:
            time.sleep(SAMPLE_SECONDS)
        cpu += left.ru_utime + left.ru_stime
        largest = max(largest, left.ru_maxrss)
    watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Figures(wall, cpu, largest / 1024, watch.worst / 1024, process.returncode)


def _environment() -> dict[str, str]:
    """Ours, save what keeps Python from storing bytecode: an installed program has it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class _Memory(threading.Thread):
    """Samples the memory of a session's processes."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._stopped = threading.Event()
        self.worst = 0

    def run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self.worst = max(self.worst, sum(map(_kilobytes, _of_session(self._session))))

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _of_session(session: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text(errors="replace").rsplit(") ", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(fields[3]) == session:
            found.append(int(path.name))
    return found


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
