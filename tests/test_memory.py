"""What a process that polls tells the allocator and the collector: in one of its own, to stay."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import gc
from aggregator.wiring.memory import THRESHOLD, prepare_for_batches
prepare_for_batches()
assert gc.get_threshold()[0] == THRESHOLD and gc.get_freeze_count() > 1000, gc.get_threshold()
"""
WITHOUT_GLIBC = "import ctypes; ctypes.CDLL = lambda _: object()"


def run(script):
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_a_process_that_polls_looks_for_cycles_rarely():
    ended = run(SCRIPT)
    assert ended.returncode == 0, ended.stderr


def test_with_another_c_library_its_memory_stays_as_it_is():
    ended = run(WITHOUT_GLIBC + SCRIPT)
    assert ended.returncode == 0, ended.stderr
