"""The port `Ledger`: every letter once, and no letter to those who must get none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.errors import UsageError
from aggregator.model import (
    Choice,
    DeliveryKind,
    DeliveryState,
    Notice,
    Outcome,
    Phase,
    Settlement,
    SmtpReply,
)
from aggregator.store import notices
from aggregator.store.delivery_rows import REPLY_CHARACTERS
from aggregator.store.engine import reading, writing
from aggregator.store.issue_desk import IssueDesk
from aggregator.store.tables import attempts, deliveries, subscriptions

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


def test_a_letter_of_a_restored_database_has_nothing_of_the_one_that_had_its_number(adapters, due):
    before = adapters.ledger().claim(due, 2)
    backup = {"state": "ready", "phase": None, "message_id": None, "secret_key_id": None, "nonce": None}
    with writing(adapters.engine) as connection:
        connection.execute(update(deliveries).values(**backup, lease_owner=None, token_hash=None))
    after = adapters.ledger().claim(due, 2)
    assert [one.id for one in after] == [one.id for one in before]
    for name in ("token", "message_id", "bounce_tag"):
        assert len({getattr(one, name) for one in (*before, *after)}) == 4


def test_a_letter_that_waited_too_long_expires(adapters, due):
    assert not adapters.ledger().claim(due + timedelta(hours=48), 10)
    assert states(adapters) == ["expired", "expired"]


def test_an_accepted_letter_is_sent_with_all_that_the_server_said(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.reach_all([delivery], Phase.DOT)
    ledger.settle_all([Outcome(delivery, SENT, ACCEPTED, due + MINUTE)])
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


def test_a_deferred_letter_waits_for_its_moment_and_counts_its_tries(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    greylisted = SmtpReply(Phase.RCPT, 450, "later")
    deferred = Settlement(DeliveryState.DEFERRED, "greylisted", retry_at=due + HOUR)
    ledger.settle_all([Outcome(delivery, deferred, greylisted, due)])
    assert [one.id for one in ledger.claim(due + MINUTE, 5)] == [delivery.id + 1]
    (again,) = ledger.claim(due + HOUR, 5)
    assert (again.id, again.attempts) == (delivery.id, 1)


def test_a_fault_of_the_server_is_held_against_nobody_and_pauses_it(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    refused = SmtpReply(Phase.CONNECT, 535, "wrong password", server="relay.example")
    pause = Settlement(DeliveryState.READY, "login refused", counts=False, pause_server=HOUR)
    ledger.settle_all([Outcome(delivery, pause, refused, due)])
    assert [(one.server, one.until) for one in ledger.pauses(due + MINUTE)] == [("relay.example", due + HOUR)]
    assert not ledger.pauses(due + HOUR)
    assert not rows(adapters, attempts)[0].counted
    again = ledger.claim(due + HOUR, 5)
    assert {(one.id, one.attempts) for one in again} == {(delivery.id, 0), (delivery.id + 1, 0)}


def test_a_later_pause_of_a_server_replaces_an_earlier_one(adapters, due):
    ledger = adapters.ledger()
    for delivery, length in zip(ledger.claim(due, 2), (HOUR, HOUR / 2), strict=True):
        pause = Settlement(DeliveryState.READY, "login refused", counts=False, pause_server=length)
        ledger.settle_all([Outcome(delivery, pause, SmtpReply(Phase.CONNECT, 535, "no"), due)])
    assert len(ledger.pauses(due)) == 1
    assert not ledger.pauses(due + HOUR / 2)


@pytest.mark.parametrize("ahead", [3 * HOUR, timedelta(days=1500)])
def test_a_pause_that_a_wrong_clock_wrote_is_none(adapters, due, ahead):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    pause = Settlement(DeliveryState.READY, "login refused", counts=False, pause_server=HOUR)
    ledger.settle_all([Outcome(delivery, pause, SmtpReply(Phase.CONNECT, 535, "no"), due + ahead)])
    assert not ledger.pauses(due)


def test_an_address_that_does_not_exist_is_suppressed_for_good(adapters, make, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    unknown = SmtpReply(Phase.RCPT, 550, "no such user", "5.1.1")
    ledger.settle_all(
        [Outcome(delivery, Settlement(DeliveryState.FAILED, "no such user", suppress=True), unknown, due)]
    )
    assert states(adapters) == ["failed", "ready"]
    assert (
        ledger.refusals([delivery], delivery.date).get(delivery.id)
        == "the address is suppressed: no such address: 550 5.1.1"
    )
    told = make.told(adapters, "g9")
    assert adapters.issues.freeze(make.issue(told, period=make.period(48))) == 1


def test_who_left_after_the_freeze_is_refused(adapters, make, due):
    ledger = adapters.ledger()
    aida, bek = ledger.claim(due, 2)
    adapters.subscribers.leave("aida@example.org", now=make.now)
    assert ledger.refusals([aida], aida.date).get(aida.id) == "the reader left"
    assert ledger.refusals([bek], bek.date).get(bek.id) is None
    ledger.settle_all([Outcome(aida, Settlement(DeliveryState.SUPPRESSED, "the reader left"), None, due)])
    row = rows(adapters, deliveries)[0]
    assert (row.state, row.attempts, row.reason) == ("suppressed", 0, "the reader left")
    assert rows(adapters, attempts) == []


def test_a_suppression_after_the_freeze_refuses_too(adapters, make, due):
    delivery = adapters.ledger().claim(due, 1)[0]
    adapters.subscribers.suppress("AIDA@example.org", "complaint", now=make.now)
    assert (
        adapters.ledger().refusals([delivery], delivery.date).get(delivery.id)
        == "the address is suppressed: complaint"
    )


def test_a_crash_before_the_dot_gives_the_letter_back_and_after_it_is_unknown(adapters, due):
    crashed = adapters.ledger()
    before, after = crashed.claim(due, 2)
    crashed.reach_all([before], Phase.RCPT)
    crashed.reach_all([after], Phase.DOT)
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
        ledger.settle_all(
            [Outcome(delivery, Settlement(DeliveryState.UNKNOWN, "lost after the dot"), LOST, due)]
        )
    assert [delivery.message_id for delivery in ledger.unknown()] == [one.message_id, other.message_id]
    assert not ledger.claim(due + HOUR, 5)
    ledger.settle_all([Outcome(one, Settlement(DeliveryState.SENT, "the relay has it"), None, due + HOUR)])
    ledger.settle_all(
        [Outcome(other, Settlement(DeliveryState.READY, "the relay has not"), None, due + HOUR)]
    )
    assert states(adapters) == ["sent", "ready"]
    assert rows(adapters, deliveries)[0].sent_at == due + HOUR
    (again,) = ledger.claim(due + HOUR, 5)
    assert (again.message_id, again.attempts) == (other.message_id, 1)


def test_the_operator_settles_unknown_letters_and_no_others(adapters, due):
    ledger = adapters.ledger()
    lost, leased = ledger.claim(due, 2)
    ledger.settle_all([Outcome(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)])
    assert ledger.release([lost.id, leased.id], DeliveryState.SENT, due + HOUR) == 1
    assert states(adapters) == ["sent", "leased"]
    assert rows(adapters, deliveries)[0].sent_at == due + HOUR
    with pytest.raises(UsageError, match="sent or ready"):
        ledger.release([lost.id], DeliveryState.FAILED, due)


def test_a_letter_the_operator_sends_again_goes_out_however_old_it_is(adapters, due):
    ledger = adapters.ledger()
    lost = ledger.claim(due, 1)[0]
    ledger.settle_all([Outcome(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)])
    days_later = due + timedelta(days=4)
    assert ledger.release([lost.id], DeliveryState.READY, days_later) == 1
    (again,) = ledger.claim(days_later, 5)
    assert (again.id, again.message_id, again.token) == (lost.id, lost.message_id, lost.token)


def test_a_release_never_shortens_a_letters_time(adapters, due):
    ledger = adapters.ledger()
    lost = ledger.claim(due, 1)[0]
    ledger.settle_all([Outcome(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)])
    ledger.release([lost.id], DeliveryState.READY, due)
    assert ledger.claim(due, 1)[0].expires_at == lost.expires_at


def test_a_sender_that_lost_its_lease_must_not_hand_the_letter_over(adapters, due):
    slow, quick = adapters.ledger(), adapters.ledger()
    delivery = slow.claim(due, 1)[0]
    later = due + HOUR
    quick.recover(later)
    assert quick.claim(later, 1)[0].id == delivery.id
    assert slow.reach_all([delivery], Phase.DOT) == frozenset()


def test_a_sender_that_lost_its_lease_may_only_say_that_it_was_accepted(adapters, due):
    slow, quick = adapters.ledger(), adapters.ledger()
    one, other = slow.claim(due, 2)
    quick.recover(due + HOUR)
    quick.claim(due + HOUR, 2)
    failed = Settlement(DeliveryState.FAILED, "refused", suppress=True)
    slow.settle_all([Outcome(one, failed, SmtpReply(Phase.RCPT, 550, "no"), due + HOUR)])
    slow.settle_all([Outcome(other, SENT, ACCEPTED, due + HOUR)])
    assert states(adapters) == ["leased", "sent"]
    assert quick.refusals([one], one.date).get(one.id) is None
    assert len(rows(adapters, attempts)) == 1


def test_what_was_sent_stays_sent(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.settle_all([Outcome(delivery, SENT, ACCEPTED, due)])
    ledger.settle_all([Outcome(delivery, Settlement(DeliveryState.READY, "once more"), LOST, due)])
    ledger.settle_all([Outcome(delivery, SENT, ACCEPTED, due + HOUR)])
    row = rows(adapters, deliveries)[0]
    assert (row.state, row.sent_at, row.attempts) == ("sent", due, 1)


def test_a_long_reply_is_cut(adapters, due):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    ledger.settle_all([Outcome(delivery, SENT, SmtpReply(Phase.DOT, 250, "x" * 5000 + "\0"), due)])
    assert len(rows(adapters, deliveries)[0].smtp_text) == REPLY_CHARACTERS


def enqueue(adapters, make, kind=DeliveryKind.CONFIRM, address="cem@example.org", expires_after=HOUR):
    notice = Notice("en", "Please confirm", "<p>[[link]]</p>", "[[link]]", "/c/")
    with writing(adapters.engine) as connection:
        return notices.enqueue(
            connection,
            make.secrets,
            kind=kind,
            notice=notice,
            address=address,
            subscriber_id=None,
            now=make.now,
            expires_at=make.now + expires_after,
            link_base="https://news.example",
        )


def test_a_notice_goes_ahead_of_every_issue(adapters, make, due):
    number, secret = enqueue(adapters, make, expires_after=timedelta(days=5))
    ledger = adapters.ledger()
    claimed = ledger.claim(due, 10)
    assert [one.kind for one in claimed] == [DeliveryKind.CONFIRM, DeliveryKind.ISSUE, DeliveryKind.ISSUE]
    first = claimed[0]
    assert (first.id, first.token, first.issue_id, first.variant_id) == (number, secret, None, None)
    assert (first.link_base, first.newsletter) == ("https://news.example", "")
    assert ledger.notice(number).subject == "Please confirm"
    assert ledger.refusals(claimed, due) == {}


def test_notices_alone_are_claimed_where_no_newsletter_may_send(adapters, make, due):
    enqueue(adapters, make, expires_after=timedelta(days=5))
    ledger = adapters.ledger()
    assert [one.kind for one in ledger.claim(due, 10, ())] == [DeliveryKind.CONFIRM]
    assert not ledger.claim(due, 10, ("monthly",))
    assert len(ledger.claim(due, 10, ("monthly", "weekly"))) == 2


def test_a_notice_that_nobody_sent_in_time_expires(adapters, make):
    enqueue(adapters, make)
    assert not adapters.ledger().claim(make.now + HOUR, 5)
    assert states(adapters) == ["expired"]


def test_a_suppressed_address_gets_no_notice_but_the_operator_gets_alerts(adapters, make):
    adapters.subscribers.suppress("cem@example.org", "complaint", now=make.now)
    enqueue(adapters, make)
    enqueue(adapters, make, DeliveryKind.ALERT)
    ledger = adapters.ledger()
    claimed = ledger.claim(make.now, 5)
    refused = ledger.refusals(claimed, make.now)
    assert {one.kind: one.id in refused for one in claimed} == {
        DeliveryKind.CONFIRM: True,
        DeliveryKind.ALERT: False,
    }


def test_who_pauses_after_the_freeze_is_refused_until_the_pause_ends(adapters, due):
    ledger = adapters.ledger()
    aida, _ = ledger.claim(due, 2)
    with writing(adapters.engine) as connection:
        until = update(subscriptions).where(subscriptions.c.subscriber_id == aida.subscriber_id)
        connection.execute(until.values(paused_until=due + HOUR))
    assert ledger.refusals([aida], due) == {aida.id: "the reader has paused"}
    assert ledger.refusals([aida], due + HOUR) == {}


def test_letters_of_a_paused_issue_wait_and_get_back_their_time(adapters, due):
    ledger, desk = adapters.ledger(), IssueDesk(adapters.engine)
    (issue,) = desk.recent(5)
    assert desk.pause(issue.issue_id, due, "a typo")
    assert not desk.pause(issue.issue_id, due)
    assert not ledger.claim(due + HOUR, 5)
    paused = desk.progress(issue.issue_id)
    assert (paused.paused_at, paused.pause_reason) == (due, "a typo")
    assert not ledger.claim(due + 60 * HOUR, 5), "when they would be too old"
    assert desk.progress(issue.issue_id).counts == {DeliveryState.READY: 2}
    assert desk.resume(issue.issue_id, due + 72 * HOUR)
    assert not desk.resume(issue.issue_id, due)
    assert len(ledger.claim(due + 110 * HOUR, 5)) == 2


def test_letters_of_unknown_fate_get_back_the_time_of_a_pause_too(adapters, due):
    ledger, desk = adapters.ledger(), IssueDesk(adapters.engine)
    lost, _ = ledger.claim(due, 2)
    ledger.settle_all([Outcome(lost, Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due)])
    desk.pause(lost.issue_id, due)
    desk.resume(lost.issue_id, due + 60 * HOUR)
    (doubt,) = ledger.doubts(None)
    assert doubt.delivery.expires_at == lost.expires_at + 60 * HOUR


def test_a_cancelled_issue_sends_no_more_of_its_letters(adapters, due):
    ledger, desk = adapters.ledger(), IssueDesk(adapters.engine)
    leased = ledger.claim(due, 1)[0]
    assert desk.cancel(leased.issue_id, due) == 1
    assert desk.cancel(leased.issue_id, due) == 0
    ledger.settle_all([Outcome(leased, Settlement(DeliveryState.DEFERRED, "later", retry_at=due), None, due)])
    assert not ledger.claim(due + HOUR, 5)
    assert states(adapters) == ["cancelled", "cancelled"]
    assert not desk.pause(leased.issue_id, due)
    progress = desk.progress(leased.issue_id)
    assert (progress.state, progress.counts) == ("cancelled", {DeliveryState.CANCELLED: 2})


def test_progress_tells_when_the_first_and_the_last_letter_went(adapters, due):
    ledger, desk = adapters.ledger(), IssueDesk(adapters.engine)
    one, other = ledger.claim(due, 2)
    ledger.settle_all([Outcome(one, SENT, ACCEPTED, due)])
    ledger.settle_all([Outcome(other, SENT, ACCEPTED, due + MINUTE)])
    progress = desk.progress(one.issue_id)
    assert (progress.first_sent_at, progress.last_sent_at) == (due, due + MINUTE)
    assert (progress.newsletter, progress.track, progress.period_key) == ("weekly", "weekly-1", "2026-W47")
    assert progress.counts == {DeliveryState.SENT: 2}
    assert desk.progress(one.issue_id + 1) is None


def test_an_issue_whose_text_is_refused_is_stopped_and_its_letters_wait_again(adapters, due):
    ledger = adapters.ledger()
    text, mailbox = ledger.claim(due, 2)
    failed = Settlement(DeliveryState.FAILED, "the text is refused", counts=False)
    ledger.settle_all([Outcome(text, failed, SmtpReply(Phase.DOT, 554, "spam", "5.7.1"), due)])
    ledger.settle_all([Outcome(mailbox, failed, SmtpReply(Phase.DOT, 550, "no such user", "5.1.1"), due)])
    assert ledger.stop_issue(text.issue_id, "the text is refused", due)
    assert not ledger.stop_issue(text.issue_id, "once more", due)
    assert states(adapters) == ["ready", "failed"]
    assert not ledger.claim(due, 5)
    IssueDesk(adapters.engine).resume(text.issue_id, due)
    assert [one.id for one in ledger.claim(due, 5)] == [text.id]


def test_letters_refused_by_policy_before_the_text_wait_again_as_well_when_their_issue_is_stopped(
    adapters, make
):
    due = make.frozen(adapters, *(f"r{number}@example.org" for number in range(5)))
    ledger = adapters.ledger()
    said = [(554, "5.7.1"), (550, "5.7.1"), (554, ""), (550, ""), (554, "5.1.1")]
    claimed = ledger.claim(due, 5)
    failed = Settlement(DeliveryState.FAILED, "refused", counts=False)
    ledger.settle_all(
        [
            Outcome(one, failed, SmtpReply(Phase.RCPT, code, "no", status), due)
            for one, (code, status) in zip(claimed, said, strict=True)
        ]
    )
    ledger.stop_issue(claimed[0].issue_id, "refused by policy", due)
    assert states(adapters) == ["ready", "ready", "ready", "failed", "failed"]


def test_what_is_given_back_is_ready_before_the_dot_and_unknown_after(adapters, due):
    ledger = adapters.ledger()
    before, after = ledger.claim(due, 2)
    ledger.reach_all([after], Phase.DOT)
    assert ledger.give_back([before, after], due + MINUTE) == 2
    (doubt,) = ledger.doubts(None)
    assert (doubt.delivery.id, doubt.since) == (after.id, due + MINUTE)
    assert ledger.doubts(None, after.id) == []
    assert [one.id for one in ledger.claim(due + MINUTE, 5)] == [before.id]
    assert ledger.give_back([before], due + MINUTE) == 0


def test_a_letter_claimed_twice_by_one_process_goes_over_once(adapters, due):
    ledger = adapters.ledger()
    first = ledger.claim(due, 1)[0]
    assert ledger.recover(due + HOUR) == 1
    second = next(one for one in ledger.claim(due + HOUR, 5) if one.id == first.id)
    assert ledger.reach_all([first], Phase.DOT) == frozenset()
    assert ledger.reach_all([second], Phase.DOT) == {first.id}


def test_a_lease_from_a_clock_that_ran_ahead_lapses_at_once(adapters, due):
    ahead = adapters.ledger().claim(due + timedelta(hours=40), 1)[0]
    ledger = adapters.ledger()
    assert ledger.recover(due) == 1
    assert ahead.id in {one.id for one in ledger.claim(due, 5)}


def test_many_letters_are_settled_together_each_by_its_own_outcome(adapters, make):
    due = make.frozen(adapters, *(f"r{number}@example.org" for number in range(6)))
    ledger = adapters.ledger()
    claimed = ledger.claim(due, 6)
    assert ledger.reach_all(claimed[:2], Phase.DOT) == {one.id for one in claimed[:2]}
    deferred = Settlement(DeliveryState.DEFERRED, "later", retry_at=due + HOUR)
    gone = Settlement(DeliveryState.FAILED, "no such user", suppress=True)
    ledger.settle_all(
        [
            Outcome(claimed[0], SENT, ACCEPTED, due),
            Outcome(claimed[1], Settlement(DeliveryState.UNKNOWN, "lost"), LOST, due),
            Outcome(claimed[2], deferred, SmtpReply(Phase.RCPT, 450, "later"), due),
            Outcome(claimed[3], gone, SmtpReply(Phase.RCPT, 550, "no"), due),
            Outcome(claimed[4], Settlement(DeliveryState.SUPPRESSED, "the reader left"), None, due),
        ]
    )
    assert states(adapters) == ["sent", "unknown", "deferred", "failed", "suppressed", "leased"]
    assert len(rows(adapters, attempts)) == 4
    assert sum(ledger.counts().values()) == 6
    assert [one.id for one in ledger.claim(due + HOUR, 5)] == [claimed[2].id]


def test_a_claim_looks_at_no_letters_of_later_hours_or_paused_issues(adapters, make, queries):
    due = make.frozen(adapters, *(f"r{number}@example.org" for number in range(30)))
    ledger = adapters.ledger()
    with writing(adapters.engine) as connection:
        later = update(deliveries).where(deliveries.c.id > 2)
        connection.execute(later.values(not_before=due + HOUR))
    queries.count = 0
    assert len(ledger.claim(due, 100)) == 2
    assert queries.count < 20


def test_a_variant_is_read_once(adapters, due, queries):
    ledger = adapters.ledger()
    delivery = ledger.claim(due, 1)[0]
    first = ledger.variant(delivery.variant_id)
    queries.count = 0
    assert ledger.variant(delivery.variant_id) is first
    assert queries.count == 0


def test_an_alert_of_one_subject_is_mailed_once_a_day(adapters, make):
    alerts, ledger = notices.AlertStore(adapters.engine, make.secrets), adapters.ledger()
    mail = Notice("en", "Letters are held", "", "3 letters")

    def tell(notice, at):
        return alerts.tell(notice, "desk@example.org", at, "https://news.example")

    assert tell(mail, make.now)
    assert not tell(mail, make.now + 23 * HOUR)
    assert tell(Notice("en", "An issue was not sent", "", ""), make.now)
    assert tell(mail, make.now + 24 * HOUR)
    assert ledger.notices_wait(make.now)
    claimed = ledger.claim(make.now, 5)
    assert [one.kind for one in claimed] == [DeliveryKind.ALERT] * 2
    assert not ledger.notices_wait(make.now)
