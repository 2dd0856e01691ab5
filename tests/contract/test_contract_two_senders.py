"""Two senders on one ledger: what one has claimed the other leaves alone, though their clocks differ."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aggregator.model import Phase
from tests.contract.conftest import Adapters, Make


@pytest.mark.parametrize("seconds", [-120, -2, -0.001, 0, 2, 120])
def test_fresh_leases_of_a_living_sender_are_its_own_though_clocks_differ(
    adapters: Adapters, make: Make, seconds: float
) -> None:
    due = make.frozen(adapters, "ann@example.org", "ben@example.org")
    first, second = adapters.ledger(), adapters.ledger()
    handed_over, _ = first.claim(due, 2)
    first.reach_all([handed_over], Phase.DOT)
    theirs = due + timedelta(seconds=seconds)
    assert second.recover(theirs) == 0
    assert not second.claim(theirs, 2)
    assert not second.unknown()


def test_two_senders_in_turn_get_every_letter_once(adapters: Adapters, make: Make) -> None:
    readers = [f"reader-{number}@example.org" for number in range(40)]
    due = make.frozen(adapters, *readers)
    senders = [adapters.ledger(), adapters.ledger()]
    claimed = [one for number in range(20) for one in senders[number % 2].claim(due, 3)]
    assert sorted(one.address for one in claimed) == sorted(readers)
