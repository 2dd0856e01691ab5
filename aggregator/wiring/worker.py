"""What worker processes are told to do, in a module that is light to load on this side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.model import Claim, Fetched, Reading, Region, SourceFailure

HELD = "aggregator.wiring.warm"
"""The module that workers hold."""


@dataclass(frozen=True, slots=True)
class ReadBody:
    """`reading.ReadBody`, by the configured region; travels to worker processes."""

    region: Region

    def __call__(self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]) -> Reading | SourceFailure:
        """Read one body."""
        # Here and not above: parser, gazetteer and language model are for workers alone to load.
        from aggregator import reading

        return reading.ReadBody(self.region)(claim, fetched, known)
