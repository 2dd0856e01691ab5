"""When a server or a domain is left alone because it answers everybody with trouble.

Ten troubles in a row open a circuit: nothing goes there for five minutes. Then a few letters try again; the
first that gets through closes the circuit, and if none does it opens for longer, up to half an hour. One
trouble says nothing: servers close connections and refuse for now all the time.

Circuits are kept in memory. What they cost is on record all the same: letters that met an open one wait by
their own rows, a server's rest by its own. A new process finds out with ten letters, and asks no sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TROUBLES = 10
"""In a row, until a circuit opens."""
PROBES = 3
"""Troubles in a row, after a rest, until it opens again."""
RESTS = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=30))
"""How long it stays open, the first time and each time after without a success between."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """What is known of one server or domain."""

    troubles: int = 0
    """In a row, since the last success or rest."""
    openings: int = 0
    """In a row, without a success between."""
    open_until: datetime | None = None


CLOSED = Circuit()
"""Nothing is known, or something got through: all before is forgotten."""


def is_open(circuit: Circuit, now: datetime) -> bool:
    """Whether nothing may go there now. A rest longer than any is one of a clock that was wrong."""
    return circuit.open_until is not None and now < circuit.open_until <= now + RESTS[-1]


def after_trouble(circuit: Circuit, now: datetime) -> Circuit:
    """One more trouble. Those that come while it is open are of letters that were under way: not counted."""
    if is_open(circuit, now):
        return circuit
    troubles = circuit.troubles + 1
    if troubles < (PROBES if circuit.openings else TROUBLES):
        return Circuit(troubles, circuit.openings)
    rest = RESTS[min(circuit.openings, len(RESTS) - 1)]
    return Circuit(0, circuit.openings + 1, now + rest)
