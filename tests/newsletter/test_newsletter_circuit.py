"""When a server or a domain is left alone, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.newsletter.circuit import (
    CLOSED,
    PROBES,
    RESTS,
    TROUBLES,
    Circuit,
    after_trouble,
    is_open,
)

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def troubled(circuit: Circuit, times: int, at: datetime = NOW) -> Circuit:
    for _ in range(times):
        circuit = after_trouble(circuit, at)
    return circuit


def test_nine_troubles_say_nothing_and_the_tenth_opens_it_for_five_minutes() -> None:
    assert not is_open(troubled(CLOSED, TROUBLES - 1), NOW)
    opened = troubled(CLOSED, TROUBLES)
    assert is_open(opened, NOW + RESTS[0] - timedelta(seconds=1))
    assert not is_open(opened, NOW + RESTS[0])


def test_troubles_of_letters_under_way_do_not_prolong_a_rest() -> None:
    opened = troubled(CLOSED, TROUBLES)
    assert troubled(opened, 50, NOW + timedelta(minutes=1)) == opened


def test_each_rest_without_a_success_is_longer_up_to_half_an_hour() -> None:
    circuit, at, rests = troubled(CLOSED, TROUBLES), NOW, []
    for _ in range(6):
        assert circuit.open_until is not None
        rests.append(circuit.open_until - at)
        at = circuit.open_until
        circuit = troubled(circuit, PROBES, at)
    assert rests == [*RESTS, RESTS[-1], RESTS[-1]]


def test_a_rest_that_a_wrong_clock_began_is_none() -> None:
    ahead = troubled(CLOSED, TROUBLES, NOW + timedelta(days=1000))
    assert not is_open(ahead, NOW)
