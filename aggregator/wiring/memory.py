"""Memory, handled as suits a program that makes and drops objects by the hundred thousand."""

from __future__ import annotations

import ctypes
import gc

THRESHOLD = 50_000
"""New objects between two looks at the young ones; Python's own 700 are reached many times in every batch."""
YOUNG_LOOKS = 20
"""Looks at one generation before the next older one is looked at."""

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h."""


def prepare_for_batches() -> None:
    """To be called by a process that polls, once its work begins."""
    _look_for_cycles_rarely()
    _use_one_arena()


def _look_for_cycles_rarely() -> None:
    # A batch is held and dropped, with hardly a cycle in it: the collector would walk it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD, YOUNG_LOOKS, YOUNG_LOOKS)


def _use_one_arena() -> None:
    # Each thread that stores would get an arena of its own, grown and given back with every batch; with
    # Python's own lock there is no competition for a single one. Other C libraries have no such thing.
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_ARENA_MAX, 1)
