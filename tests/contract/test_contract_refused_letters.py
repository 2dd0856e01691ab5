"""What the operator is told to look at: letters refused by policy, and letters held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from aggregator.model import (
    BounceKind,
    Delivery,
    DeliveryState,
    Finding,
    Outcome,
    Phase,
    Settlement,
    SmtpReply,
)
from aggregator.newsletter.replies import settle
from aggregator.store.bounces import BounceStore
from aggregator.store.overview import Overview
from aggregator.store.refused_letters import RefusedLetters
from tests.contract.conftest import SECRETS
from tests.contract.test_contract_bounces import mail

HOUR = timedelta(hours=1)
WELL = SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0")
POLICY = SmtpReply(Phase.RCPT, 550, "5.7.26 not signed", "5.7.26")
TOO_BIG = SmtpReply(Phase.DOT, 552, "5.3.4 too big", "5.3.4")
LOST = SmtpReply(Phase.DOT, None, "connection lost")


@pytest.fixture
def refused(adapters):
    return RefusedLetters(adapters.engine)


@pytest.fixture
def claimed(adapters, make):
    """Four letters to example.net, written in capitals too, and one elsewhere."""
    addresses = [f"r{number}@example.net" for number in range(3)]
    due = make.frozen(adapters, *addresses, "R3@EXAMPLE.net", "aida@example.org", "b@notexample.net")
    return adapters.ledger().claim(due, 10), due


def answer(adapters, delivery: Delivery, reply: SmtpReply, now) -> None:
    adapters.ledger().settle_all([Outcome(delivery, settle(reply, attempts=0, now=now), reply, now)])


def shown(found: Sequence) -> list[tuple]:
    return [(one.newsletter, one.domain, one.refused, one.tried, one.status) for one in found]


def test_refusals_by_policy_are_counted_by_domain_among_letters_that_were_answered(
    adapters, refused, claimed
):
    letters, now = claimed
    for delivery, reply in zip(letters, (POLICY, POLICY, WELL, TOO_BIG, POLICY, POLICY), strict=True):
        answer(adapters, delivery, reply, now)
    assert shown(refused.by_domain(now, 2)) == [("weekly", "example.net", 2, 4, "5.7.26")]
    assert shown(refused.by_domain(now, 1)) == [
        ("weekly", "example.net", 2, 4, "5.7.26"),
        ("weekly", "example.org", 1, 1, "5.7.26"),
        ("weekly", "notexample.net", 1, 1, "5.7.26"),
    ]
    assert refused.by_domain(now + HOUR, 1) == []


def test_what_comes_back_refused_counts_once_with_what_was_refused_at_once(adapters, refused, claimed, make):
    letters, now = claimed
    answer(adapters, letters[0], POLICY, now)
    answer(adapters, letters[1], WELL, now)
    for name, delivery in (("m1", letters[0]), ("m2", letters[1]), ("m3", letters[1])):
        returned = Finding(BounceKind.POLICY, status="5.7.1", tags=(delivery.bounce_tag,))
        assert BounceStore(adapters.engine, SECRETS).record([mail(returned, name=name)], now) == [True]
    ((_, domain, count, tried, _),) = shown(refused.by_domain(now, 1))
    assert (domain, count, tried) == ("example.net", 2, 2)


def test_a_letter_that_its_issue_waits_with_is_not_refused_yet(adapters, refused, claimed):
    letters, now = claimed
    spam = SmtpReply(Phase.DOT, 554, "5.7.1 spam", "5.7.1")
    for delivery in letters[:2]:
        answer(adapters, delivery, spam, now)
    assert shown(refused.by_domain(now, 2)) == [("weekly", "example.net", 2, 2, "5.7.1")]
    adapters.ledger().stop_issue(letters[0].issue_id, "refused", now)
    assert refused.by_domain(now, 1) == []


def test_letters_are_held_that_wait_for_a_word_and_do_not_go_again_by_themselves(adapters, claimed):
    letters, now = claimed
    overview = Overview(adapters.engine)
    assert overview.held(now, ()) == 0
    for delivery in letters[:2]:
        answer(adapters, delivery, LOST, now)
    assert overview.held(now, ()) == 2
    assert overview.held(now - timedelta(seconds=1), ()) == 0
    assert overview.held(now, {"weekly"}) == 0
    assert overview.held(now, {"another"}) == 2
    adapters.ledger().settle_all([Outcome(letters[0], Settlement(DeliveryState.SENT, "found"), None, now)])
    assert overview.held(now, ()) == 1
