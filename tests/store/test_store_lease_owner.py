"""Who holds a lease, and when a successor may take it."""

from __future__ import annotations

import os
import subprocess
import sys

from aggregator.store import lease_owner


def test_a_living_process_is_not_gone() -> None:
    assert not lease_owner.is_gone(lease_owner.me())


def test_a_process_that_ended_is_gone() -> None:
    script = "from aggregator.store import lease_owner; print(lease_owner.me())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert lease_owner.is_gone(ended.stdout.strip())


def test_a_later_process_with_the_same_number_is_somebody_else() -> None:
    place, pid, started, _ = lease_owner.me().split("/")
    assert pid == str(os.getpid())
    assert lease_owner.is_gone(f"{place}/{pid}/{int(started) - 1}")


def test_of_another_machine_nothing_can_be_told() -> None:
    _, pid, _, _ = lease_owner.me().split("/")
    assert not lease_owner.is_gone(f"elsewhere:1/{pid}/1")
    assert not lease_owner.is_gone(f"unknown/{pid}/0")
    assert not lease_owner.is_gone("")
