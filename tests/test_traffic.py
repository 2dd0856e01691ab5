"""What is learned of servers and domains, and of issues that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import DeliveryState, Settlement
from aggregator.newsletter.circuit import RESTS, TROUBLES
from aggregator.newsletter.replies import Fault
from aggregator.traffic import REFUSALS, Traffic

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
FAILED = Settlement(DeliveryState.FAILED, "refused", counts=False)
SENT = Settlement(DeliveryState.SENT, "accepted")


def learn(traffic: Traffic, fault: Fault, times: int) -> list[timedelta]:
    learned = [traffic.learn("mx.example:25", "full.example", fault, NOW) for _ in range(times)]
    return [rest for rest in learned if rest is not None]


def test_a_success_between_begins_the_count_of_a_server_anew() -> None:
    traffic = Traffic()
    assert learn(traffic, Fault.SERVER, TROUBLES - 1) == []
    assert learn(traffic, Fault.NONE, 1) == []
    assert learn(traffic, Fault.SERVER, TROUBLES - 1) == []
    assert learn(traffic, Fault.SERVER, 1) == [RESTS[0]]


def test_a_success_between_begins_the_count_of_a_domain_anew() -> None:
    traffic = Traffic()
    learn(traffic, Fault.DOMAIN, TROUBLES - 1)
    learn(traffic, Fault.NONE, 1)
    learn(traffic, Fault.DOMAIN, TROUBLES - 1)
    assert traffic.rests_until("@full.example", NOW) is None
    learn(traffic, Fault.DOMAIN, 1)
    assert traffic.rests_until("@full.example", NOW) == NOW + RESTS[0]


@pytest.mark.parametrize("fault", REFUSALS)
def test_refusals_count_in_a_row_by_issue_and_anew_when_there_were_enough(fault: Fault) -> None:
    traffic, few = Traffic(), REFUSALS[fault] - 1
    assert not any(traffic.refuses(1, fault, FAILED) for _ in range(few))
    assert not traffic.refuses(2, fault, FAILED), "another issue"
    assert not traffic.refuses(1, Fault.DOMAIN, FAILED), "says nothing of the issue"
    assert traffic.refuses(1, fault, FAILED)
    assert not any(traffic.refuses(1, fault, FAILED) for _ in range(few))
    assert not traffic.refuses(1, Fault.NONE, SENT)
    assert not any(traffic.refuses(1, fault, FAILED) for _ in range(few))
