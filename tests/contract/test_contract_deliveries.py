"""The port `Ledger`: every letter once, and no letter to those who must get none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.errors import StoreError, UsageError
from aggregator.model import Choice, DeliveryState, Phase, Settlement, SmtpReply
from aggregator.store.delivery_rows import REPLY_CHARACTERS
from aggregator.store.engine import reading, writing
from aggregator.store.tables import attempts, deliveries

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ACCEPTED = SmtpReply(Phase.DOT, 250, "queued as 4F2", "2.0.0", "mx.example", "4F2")
SENT = Settlement(DeliveryState.SENT, "accepted")
LOST = SmtpReply(Phase.DOT, None, "connection lost")


@pytest.fixture
def due(adapters, make):
    """The moment at which two letters of an issue are due."""
    return make.frozen(adapters, "aida@example.org", "bek@example.org")


def rows(adapters, table, *columns):
    with reading(adapters.engine) as connection:
        return connection.execute(select(*columns or (table,)).order_by(table.c.id)).all()


def states(adapters):
    return [row.state for row in rows(adapters, deliveries)]


def test_letters_are_claimed_once_due_and_not_before(adapters, due):
    ledger = adapters.ledger()
    assert not ledger.claim(due - timedelta(seconds=1), 10)
    assert [delivery.address for delivery in ledger.claim(due, 10)] == ["aida@example.org", "bek@example.org"]
    assert not ledger.claim(due, 10)


def test_a_claim_takes_no_more_than_it_may(adapters, due):
    ledger = adapters.ledger()
    assert len(ledger.claim(due, 1)) == 1
    assert len(ledger.claim(due, 5)) == 1
    assert not ledger.claim(due, 5)


def test_letters_come_ordered_by_variant(adapters, make):
    english, french = Choice("en"), Choice("fr")
    for number, choice in enumerate((french, english, french, english)):
        adapters.subscribers.add(
            f"r{number}@example.org", "weekly", "weekly-1", choice, consent="on paper", now=make.now
        )
    issue = make.issue(make.told(adapters, "g1", "g2"), choices=(english, french))
    adapters.issues.freeze(issue)
    claimed = adapters.ledger().claim(issue.send_after, 10)
    assert [delivery.address[:2] for delivery in claimed] == ["r1", "r3", "r0", "r2"]


def test_senders_at_once_never_claim_the_same_letter(adapters, make):
    due = make.frozen(adapters, *(f"r{number}@example.org" for number in range(40)))

    def claim_all(_):
        ledger, claimed = adapters.ledger(), []
        while some := ledger.claim(due, 3):
            claimed += [delivery.id for delivery in some]
        return claimed

    with ThreadPoolExecutor(4) as pool:
        together = [number for claimed in pool.map(claim_all, range(4)) for number in claimed]
    assert len(together) == len(set(together)) == 40


def test_what_is_fixed_at_the_first_claim_stays_for_every_later_one(adapters, due):
    first = adapters.ledger().claim(due + timedelta(microseconds=5), 1)[0]
    assert first.date == due
    assert first.message_id.startswith(f"{first.issue_id}.{first.id}.")
    assert first.message_id.endswith("@mail.example")
    later = due + HOUR
    again = adapters.ledger()
    assert again.recover(later) == 1
    second = next(one for one in again.claim(later, 2) if one.id == first.id)
    assert second == first


def test_tokens_and_message_ids_differ_and_only_the_tokens_hash_is_stored(adapters, due):
    one, other = adapters.ledger().claim(due, 2)
    assert one.token != other.token
    assert one.message_id != other.message_id
    assert one.token.encode() not in b"".join(row.token_hash for row in rows(adapters, deliveries))
    assert {row.secret_key_id for row in rows(adapters, deliveries)} == {"second"}


def test_a_letter_that_waited_too_long_expires(adapters, due):
    assert not adapters.ledger().claim(due + timedelta(hours=48), 10)
    assert states(adapters) == ["expired", "expired"]


def test_an_accepted_letter_is_sent_with_all_that_the_server_said(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.reach(delivery, Phase.DOT)
    ledger.settle(delivery, SENT, ACCEPTED, due + MINUTE)
    row = rows(adapters, deliveries)[0]
    assert (row.state, row.sent_at, row.attempts, row.phase) == ("sent", due + MINUTE, 1, "dot")
    assert (row.smtp_code, row.enhanced, row.server, row.queue_id) == (250, "2.0.0", "mx.example", "4F2")
    assert (row.lease_owner, row.lease_until) == (None, None)
    (attempt,) = rows(adapters, attempts)
    assert (attempt.delivery_id, attempt.at, attempt.phase) == (delivery.id, due + MINUTE, "dot")
    assert (attempt.code, attempt.text, attempt.state, attempt.counted) == (
        250,
        "queued as 4F2",
        "sent",
        True,
    )
    assert ledger.counts() == {DeliveryState.SENT: 1, DeliveryState.READY: 1}
    assert ledger.counts(delivery.issue_id) == ledger.counts()
    assert ledger.counts(delivery.issue_id + 1) == {}


def test_a_deferred_letter_waits_for_its_moment_and_counts_its_tries(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    greylisted = SmtpReply(Phase.RCPT, 450, "later")
    deferred = Settlement(DeliveryState.DEFERRED, "greylisted", retry_at=due + HOUR)
    ledger.settle(delivery, deferred, greylisted, due)
    assert [one.id for one in ledger.claim(due + MINUTE, 5)] == [delivery.id + 1]
    (again,) = ledger.claim(due + HOUR, 5)
    assert (again.id, again.attempts) == (delivery.id, 1)


def test_a_fault_of_the_server_is_held_against_nobody_and_pauses_it(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    refused = SmtpReply(Phase.CONNECT, 535, "wrong password", server="relay.example")
    pause = Settlement(DeliveryState.READY, "login refused", counts=False, pause_server=HOUR)
    ledger.settle(delivery, pause, refused, due)
    assert not ledger.claim(due + MINUTE, 5)
    assert not rows(adapters, attempts)[0].counted
    again = ledger.claim(due + HOUR, 5)
    assert {(one.id, one.attempts) for one in again} == {(delivery.id, 0), (delivery.id + 1, 0)}


def test_a_later_pause_of_a_server_replaces_an_earlier_one(adapters, due):
    ledger = adapters.ledger()
    for delivery, length in zip(ledger.claim(due, 2), (9 * HOUR, HOUR), strict=True):
        pause = Settlement(DeliveryState.READY, "login refused", counts=False, pause_server=length)
        ledger.settle(delivery, pause, SmtpReply(Phase.CONNECT, 535, "no"), due)
    assert len(ledger.claim(due + HOUR, 5)) == 2


def test_an_address_that_does_not_exist_is_suppressed_for_good(adapters, make, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    unknown = SmtpReply(Phase.RCPT, 550, "no such user", "5.1.1")
    ledger.settle(delivery, Settlement(DeliveryState.FAILED, "no such user", suppress=True), unknown, due)
    assert states(adapters) == ["failed", "ready"]
    assert ledger.refusal(delivery) == "the address is suppressed: no such user"
    told = make.told(adapters, "g9")
    assert adapters.issues.freeze(make.issue(told, period=make.period(48))) == 1


def test_who_left_after_the_freeze_is_refused(adapters, make, due):
    ledger = adapters.ledger()
    aida, bek = ledger.claim(due, 2)
    adapters.subscribers.leave("aida@example.org", now=make.now)
    assert ledger.refusal(aida) == "the reader left"
    assert ledger.refusal(bek) is None
    ledger.settle(aida, Settlement(DeliveryState.SUPPRESSED, "the reader left"), None, due)
    row = rows(adapters, deliveries)[0]
    assert (row.state, row.attempts, row.reason) == ("suppressed", 0, "the reader left")
    assert rows(adapters, attempts) == []


def test_a_suppression_after_the_freeze_refuses_too(adapters, make, due):
    delivery = adapters.ledger().claim(due, 1)[0]
    adapters.subscribers.suppress("AIDA@example.org", "complaint", now=make.now)
    assert adapters.ledger().refusal(delivery) == "the address is suppressed: complaint"


def test_a_crash_before_the_dot_gives_the_letter_back_and_after_it_is_unknown(adapters, due):
    crashed = adapters.ledger()
    before, after = crashed.claim(due, 2)
    crashed.reach(before, Phase.RCPT)
    crashed.reach(after, Phase.DOT)
    ledger = adapters.ledger()
    assert ledger.recover(due + timedelta(minutes=14)) == 0
    assert ledger.recover(due + timedelta(minutes=15)) == 2
    assert [one.id for one in ledger.unknown()] == [after.id]
    assert [one.id for one in ledger.claim(due + HOUR, 5)] == [before.id]
    assert ledger.recover(due + HOUR) == 0


def test_a_letter_whose_connection_was_lost_after_the_dot_is_unknown_until_reconciled(adapters, due):
    ledger = adapters.ledger()
    one, other = ledger.claim(due, 2)
    for delivery in (one, other):
        ledger.settle(delivery, Settlement(DeliveryState.UNKNOWN, "lost after the dot"), LOST, due)
    assert [delivery.message_id for delivery in ledger.unknown()] == [one.message_id, other.message_id]
    assert not ledger.claim(due + HOUR, 5)
    ledger.settle(one, Settlement(DeliveryState.SENT, "the relay has it"), None, due + HOUR)
    ledger.settle(other, Settlement(DeliveryState.READY, "the relay has not"), None, due + HOUR)
    assert states(adapters) == ["sent", "ready"]
    assert rows(adapters, deliveries)[0].sent_at == due + HOUR
    (again,) = ledger.claim(due + HOUR, 5)
    assert (again.message_id, again.attempts) == (other.message_id, 1)


def test_the_operator_settles_unknown_letters_and_no_others(adapters, due):
    ledger = adapters.ledger()
    lost, leased = ledger.claim(due, 2)
    ledger.settle(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)
    assert ledger.release([lost.id, leased.id], DeliveryState.SENT, due + HOUR) == 1
    assert states(adapters) == ["sent", "leased"]
    assert rows(adapters, deliveries)[0].sent_at == due + HOUR
    with pytest.raises(UsageError, match="sent or ready"):
        ledger.release([lost.id], DeliveryState.FAILED, due)


def test_a_letter_the_operator_sends_again_goes_out_however_old_it_is(adapters, due):
    ledger = adapters.ledger()
    lost = ledger.claim(due, 1)[0]
    ledger.settle(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)
    days_later = due + timedelta(days=4)
    assert ledger.release([lost.id], DeliveryState.READY, days_later) == 1
    (again,) = ledger.claim(days_later, 5)
    assert (again.id, again.message_id, again.token) == (lost.id, lost.message_id, lost.token)


def test_a_release_never_shortens_a_letters_time(adapters, due):
    ledger = adapters.ledger()
    lost = ledger.claim(due, 1)[0]
    ledger.settle(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)
    ledger.release([lost.id], DeliveryState.READY, due)
    assert ledger.claim(due, 1)[0].expires_at == lost.expires_at


def test_a_sender_that_lost_its_lease_must_not_hand_the_letter_over(adapters, due):
    slow, quick = adapters.ledger(), adapters.ledger()
    delivery = slow.claim(due, 1)[0]
    later = due + HOUR
    quick.recover(later)
    assert quick.claim(later, 1)[0].id == delivery.id
    with pytest.raises(StoreError, match="lease"):
        slow.reach(delivery, Phase.DOT)


def test_a_sender_that_lost_its_lease_may_only_say_that_it_was_accepted(adapters, due):
    slow, quick = adapters.ledger(), adapters.ledger()
    one, other = slow.claim(due, 2)
    quick.recover(due + HOUR)
    quick.claim(due + HOUR, 2)
    failed = Settlement(DeliveryState.FAILED, "refused", suppress=True)
    slow.settle(one, failed, SmtpReply(Phase.RCPT, 550, "no"), due + HOUR)
    slow.settle(other, SENT, ACCEPTED, due + HOUR)
    assert states(adapters) == ["leased", "sent"]
    assert quick.refusal(one) is None
    assert len(rows(adapters, attempts)) == 1


def test_what_was_sent_stays_sent(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.settle(delivery, SENT, ACCEPTED, due)
    ledger.settle(delivery, Settlement(DeliveryState.READY, "once more"), LOST, due)
    ledger.settle(delivery, SENT, ACCEPTED, due + HOUR)
    row = rows(adapters, deliveries)[0]
    assert (row.state, row.sent_at, row.attempts) == ("sent", due, 1)


def test_a_long_reply_is_cut(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.settle(delivery, SENT, SmtpReply(Phase.DOT, 250, "x" * 5000 + "\0"), due)
    assert len(rows(adapters, deliveries)[0].smtp_text) == REPLY_CHARACTERS


def test_mail_of_another_kind_is_not_claimed_as_a_letter_of_an_issue(adapters, due):
    with writing(adapters.engine) as connection:
        connection.execute(update(deliveries).values(kind="confirm"))
    assert not adapters.ledger().claim(due, 5)


def test_a_variant_is_read_once(adapters, due, queries):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    first = ledger.variant(delivery.variant_id)
    queries.count = 0
    assert ledger.variant(delivery.variant_id) is first
    assert queries.count == 0
