"""The command `aggregator` by a clock that is off, or on a disk that has no more room.

One process has all modules loaded and forks a child per command: a sender that is killed fifty times need not
load them fifty times. The child runs the command's own `main`, as `python -m aggregator` does.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOADED = ("newsletter", "subscriber", "poll")
"""Commands that are loaded before the first is called; others load themselves."""


@dataclass(slots=True)
class Called:
    """A command that was called, as `subprocess.Popen` would show it; somebody else's child."""

    pid: int
    said: Path
    """What it wrote to stdout and stderr."""
    _watched: int
    code: int | None = None

    def poll(self) -> int | None:
        """The exit code; None while it runs. Killed ones have -9."""
        if self.code is None and select.select([self._watched], [], [], 0)[0]:
            self._close()
        return self.code

    def wait(self, seconds: float) -> int:
        """The exit code, once it ended; raises TimeoutError when it does not."""
        if self.code is None:
            if not select.select([self._watched], [], [], seconds)[0]:
                raise TimeoutError(f"still running after {seconds} s: {self.words()}")
            self._close()
        assert self.code is not None
        return self.code

    def send_signal(self, number: signal.Signals) -> None:
        if self.code is None:
            with suppress(ProcessLookupError):  # it came to its own end a moment ago
                signal.pidfd_send_signal(self._watched, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def words(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def _close(self) -> None:
        os.close(self._watched)
        self.code = _told(self.said)


def _told(said: Path) -> int:
    """The exit code that a command left behind; one that was killed left none."""
    path = said.with_suffix(".code")
    # It may have been killed before the number stood in the file.
    code = path.read_text(encoding="ascii") if path.exists() else ""
    return int(code) if code else -signal.SIGKILL


@dataclass(slots=True)
class Commands:
    """Calls commands of one installation."""

    folder: Path
    _process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        """The parent of all that is called."""
        return self._process.pid

    def call(self, *arguments: str, shift: float = 0.0, pages: int = 0) -> Called:
        """Start a command by a clock that is `shift` seconds ahead.

        `pages`: how large an SQLite database may grow (`PRAGMA max_page_count`); 0 leaves it alone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = self.folder / f"said-{time.monotonic_ns()}.txt"
        said.touch()
        called = ["--config", str(self.folder / "config.yaml"), *arguments]
        order = {"arguments": called, "shift": shift, "pages": pages, "said": str(said)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        try:
            return Called(pid, said, os.pidfd_open(pid))
        except ProcessLookupError:
            # It has come to its end by now.
            return Called(pid, said, -1, _told(said))


@contextmanager
def commands(folder: Path) -> Iterator[Commands]:
    """What calls commands, for as long as the block lasts; they write into the folder what they say."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "tests.shifted"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, env=unmeasured())
    with process:
        yield Commands(folder, process)
        assert process.stdin is not None
        process.stdin.close()


def unmeasured() -> dict[str, str]:
    """The environment without what makes coverage follow: whoever is killed has nothing to tell it."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


# ------------------------------------------------------------------------------- in the process that forks


def _serve() -> None:
    _make_shiftable()
    for name in LOADED:
        import_module(f"aggregator.cli.{name}")
    # Nobody waits for the children here: the system clears them away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _be_called(**order)
        print(pid, flush=True)


_off = timedelta()


def _make_shiftable() -> None:
    """Comes before the commands are loaded: they take `now` along by its name."""
    from aggregator.cli import terminal
    from aggregator.wiring import clock

    clock.now = terminal.now = lambda: datetime.now(UTC) + _off


def _be_called(arguments: Sequence[str], shift: float, pages: int, said: str) -> None:
    global _off  # noqa: PLW0603 - a process of its own, for one command
    from aggregator.cli import main

    code: Any = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with Path(said).open("ab") as output, Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        _off = timedelta(seconds=shift)
        if pages:
            _bound(pages)
        main(args=list(arguments), prog_name="aggregator")
    except SystemExit as end:
        code = 0 if end.code is None else end.code
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        Path(said).with_suffix(".code").write_text(str(code), encoding="ascii")
        os._exit(code)


def _bound(pages: int) -> None:
    from sqlalchemy import Engine, event

    @event.listens_for(Engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")


if __name__ == "__main__":
    _serve()
