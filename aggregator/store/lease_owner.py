"""Who holds a lease, written so that a successor can tell whether the holder is gone.

A lease protects letters from being sent by two processes. After a crash the next process need not wait for it
to run out: where it can see that the holder's process exists no more, the lease is void. Where it cannot see
(another machine, another container, before a reboot) it waits.
"""

from __future__ import annotations

import os
import secrets as random
from pathlib import Path

_PROC = Path("/proc")


def me() -> str:
    """A new holder in this process: `place/pid/start/nonce`; `place` is `unknown` where it cannot be told."""
    pid = os.getpid()
    return f"{_place()}/{pid}/{_started(pid)}/{random.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether a process that `me` described has ended for certain."""
    place, pid, started, *_ = (*owner.split("/"), "", "", "")
    if place == "unknown" or place != _place() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _place() -> str:
    """Where process ids mean the same: one boot of one machine, one namespace of processes."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return "unknown"


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot; `0` when there is none (proc(5), field 22)."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "0"
    # The second field is the command in parentheses and may hold anything, spaces and parentheses too.
    fields = stat[stat.rindex(")") + 2 :].split()
    return "0" if fields[0] == "Z" else fields[19]
