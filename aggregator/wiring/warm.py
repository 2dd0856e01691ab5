"""Loaded once by the process that worker processes are forked from: what they all hold, and would else load
one by one.

Importing this module is all that it is for.
"""

from __future__ import annotations

import gc

import aggregator.reading  # noqa: F401
from aggregator.editorial import ngrams

ngrams.shipped()
gc.collect()
gc.freeze()  # so that collections in the workers do not touch, and thereby copy, what they share
