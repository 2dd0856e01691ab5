"""The ledger of bounces: whose a bounce is, once each, and what follows."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from aggregator.bounces import BouncePorts, collect
from aggregator.model import (
    BounceKind,
    Choice,
    DeliveryState,
    Finding,
    Outcome,
    Phase,
    Settlement,
    SmtpReply,
    SoftRule,
    SortedMail,
    SubscriberState,
    Suppression,
)
from aggregator.store import bounce_rows, letter_identity
from aggregator.store.bounces import ARRIVED_AFTER, IGNORED_KEPT, KEPT, BounceStore
from aggregator.store.engine import reading, writing
from aggregator.store.secrets import Key, Secrets
from aggregator.store.suppressions import SuppressionStore
from aggregator.store.tables import deliveries
from tests.contract.conftest import SECRETS

AIDA, BEK = "aida@example.org", "bek@example.org"
WINDOW = SoftRule().window


@pytest.fixture
def store(adapters):
    return BounceStore(adapters.engine, SECRETS)


@pytest.fixture
def suppressions(adapters):
    return SuppressionStore(adapters.engine, SECRETS)


@pytest.fixture
def sent(adapters, make):
    """An issue went out to two readers; its deliveries by address."""
    due = make.frozen(adapters, AIDA, BEK)
    ledger = adapters.ledger()
    claimed = ledger.claim(due, 10)
    reply = SmtpReply(Phase.DOT, 250, "2.0.0 ok", "2.0.0")
    for delivery in claimed:
        ledger.settle_all([Outcome(delivery, Settlement(DeliveryState.SENT, "accepted"), reply, due)])
    return {delivery.address: delivery for delivery in claimed}


def mail(*findings, name="m1", source="maildir"):
    return SortedMail(source, name, hashlib.sha256(name.encode()).digest(), findings)


def tagged(delivery, kind=BounceKind.HARD, **fields):
    return Finding(kind, tags=(delivery.bounce_tag,), **fields)


def follow(store, now):
    return collect(now, BouncePorts((), store, lambda source, content: ()))


def states(adapters, email=AIDA):
    return {one.newsletter: one.state for one in adapters.subscribers.all() if one.email == email}


def test_a_hard_bounce_suppresses_the_address_at_once_and_once(store, suppressions, sent, make):
    said = mail(tagged(sent[AIDA], status="5.1.1", diagnostic="550 5.1.1 unknown"))
    assert store.record([said], make.now) == [True]
    assert store.record([said], make.now) == [True]
    report = follow(store, make.now)
    assert (report.judged, report.suppressed, report.left) == ({BounceKind.HARD: 1}, 1, 0)
    assert suppressions.reason(AIDA) == "no such address: 550 5.1.1 unknown"
    assert suppressions.reason(BEK) is None
    (bounce,) = store.recent(10)
    assert (bounce.delivery_id, bounce.newsletter) == (sent[AIDA].id, "weekly")
    assert (bounce.consequence, bounce.source, bounce.key) == ("suppressed", "maildir", "m1")
    assert follow(store, make.now).judged == {}


def test_a_letter_to_a_suppressed_address_is_refused(adapters, store, sent, make):
    store.record([mail(tagged(sent[AIDA]))], make.now)
    follow(store, make.now)
    assert "no such address" in adapters.ledger().refusals([sent[AIDA]], sent[AIDA].date).get(sent[AIDA].id)


def test_tags_of_letters_before_a_change_of_keys_are_believed(adapters, sent, make):
    rotated = BounceStore(adapters.engine, Secrets((*SECRETS.keys, Key("newest", b"8" * 32))))
    assert rotated.record([mail(tagged(sent[AIDA]))], make.now) == [True]


def test_a_letter_before_the_backup_says_nothing_of_the_one_that_has_its_number_now(store, sent, make):
    number = sent[AIDA].id
    before = letter_identity.bounce_tag(SECRETS.current, number, "another row's")
    finding = Finding(BounceKind.HARD, tags=(before,))
    assert store.record([mail(finding)], make.now) == [False]


def test_a_forged_tag_changes_nothing_and_the_mail_stays(store, suppressions, sent, make):
    tag = letter_identity.bounce_tag(Key("other", b"9" * 32), sent[AIDA].id, "")
    forged = mail(Finding(BounceKind.HARD, tags=(tag,), diagnostic="550"))
    assert store.record([forged], make.now) == [False]
    assert store.record([forged], make.now) == [False]
    follow(store, make.now)
    assert suppressions.count() == 0
    assert [(one.kind, one.diagnostic) for one in store.recent(10)] == [
        (BounceKind.STRANGE, "a hard of no letter of ours: 550")
    ]


def test_a_genuine_tag_of_no_delivery_is_strange(store, make):
    tag = letter_identity.bounce_tag(SECRETS.current, 12345, "")
    assert store.record([mail(Finding(BounceKind.HARD, tags=(tag,)))], make.now) == [False]


def test_the_returned_letters_message_id_serves_where_no_tag_does(store, suppressions, sent, make):
    finding = Finding(BounceKind.HARD, tags=("7-00000000",), message_ids=("x@y", sent[BEK].message_id))
    assert store.record([mail(finding)], make.now) == [True]
    follow(store, make.now)
    assert suppressions.reason(BEK) == "no such address"


def test_a_recipient_is_believed_where_it_was_signed_for(adapters, store, suppressions, sent, make):
    findings = (
        Finding(BounceKind.COMPLAINT, recipient="AIDA@example.ORG"),
        Finding(BounceKind.HARD, recipient="stranger@example.net"),
        Finding(BounceKind.HARD, recipient="no address"),
    )
    assert store.record([mail(*findings)], make.now) == [False]
    follow(store, make.now)
    assert states(adapters) == {"weekly": SubscriberState.LEFT}
    assert (suppressions.reason(AIDA), suppressions.count()) == ("complaint", 2)
    assert suppressions.reason("stranger@example.net") == "no such address"


def test_a_complaint_ends_all_newsletters_and_an_unsubscribing_mail_one(
    adapters, store, suppressions, sent, make
):
    for email in (AIDA, BEK):
        adapters.subscribers.add(email, "daily", "daily", Choice("en"), consent="on paper", now=make.now)
    leaving = Finding(BounceKind.UNSUBSCRIBE, token=sent[BEK].token)
    store.record([mail(tagged(sent[AIDA], BounceKind.COMPLAINT)), mail(leaving, name="m2")], make.now)
    report = follow(store, make.now)
    assert (report.suppressed, report.left) == (1, 2)
    assert set(states(adapters).values()) == {SubscriberState.LEFT}
    assert states(adapters, BEK) == {"daily": SubscriberState.CONFIRMED, "weekly": SubscriberState.LEFT}
    assert suppressions.reason(BEK) is None
    assert [one.consequence for one in store.recent(2)] == ["left weekly", "suppressed, left all newsletters"]


def test_a_guessed_token_lets_nobody_leave(adapters, store, sent, make):
    assert store.record([mail(Finding(BounceKind.UNSUBSCRIBE, token="guessed"))], make.now) == [False]
    follow(store, make.now)
    assert states(adapters, BEK) == {"weekly": SubscriberState.CONFIRMED}


def test_automatic_answers_are_counted_and_nothing_else(store, make):
    ignored = Finding(BounceKind.IGNORED, diagnostic="an automatic answer")
    assert store.record([mail(ignored)], make.now) == [True]
    assert follow(store, make.now).judged == {}
    assert store.counts(make.now) == {BounceKind.IGNORED: 1}
    assert store.counts(make.now + timedelta(seconds=1)) == {}


def soft(store, adapters, make, days):
    """One letter a day came back, each of an issue of its own; they went out `days` days ago."""
    make.told(adapters, "g1")
    adapters.subscribers.add(AIDA, "weekly", "weekly-1", Choice("en"), consent="on paper", now=make.now)
    ledger, reply = adapters.ledger(), SmtpReply(Phase.DOT, 250, "ok")
    letters = []
    for number, day in enumerate(days):
        issue = make.issue(
            list(adapters.stories.newest("everything", 1)) if number == 0 else [],
            period=make.period(number),
        )
        adapters.issues.freeze(issue)
        (delivery,) = ledger.claim(issue.send_after, 10)
        ledger.settle_all(
            [
                Outcome(
                    delivery,
                    Settlement(DeliveryState.SENT, "accepted"),
                    reply,
                    make.now - timedelta(days=day),
                )
            ]
        )
        letters.append(delivery)
    return letters


def came_back(store, make, *letters, at=None):
    mails = [mail(tagged(one, BounceKind.SOFT, status="5.2.2"), name=f"s{one.id}") for one in letters]
    store.record(mails, at or make.now)


def test_a_full_mailbox_is_given_up_after_five_letters(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [5, 4, 3, 2, 1])
    came_back(store, make, *letters[:4])
    follow(store, make.now)
    assert suppressions.reason(AIDA) is None
    came_back(store, make, letters[4])
    follow(store, make.now)
    assert suppressions.reason(AIDA) == "5 letters came back within 45 days and none arrived: 5.2.2"


def test_one_letter_that_came_back_often_counts_once(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [5])
    findings = [tagged(letters[0], BounceKind.SOFT)] * 6
    store.record([mail(*findings)], make.now)
    follow(store, make.now)
    assert suppressions.count() == 0


def test_a_letter_that_arrived_since_begins_the_count_anew(adapters, store, suppressions, make):
    first = ARRIVED_AFTER.days + 10
    letters = soft(store, adapters, make, [first, first - 1, first - 2, first - 3, 7, 1])
    came_back(store, make, *letters[:4], at=make.now - timedelta(days=8))
    follow(store, make.now - timedelta(days=8))
    # The fifth went out a week ago, and nothing came back of it.
    came_back(store, make, letters[5])
    follow(store, make.now)
    assert suppressions.count() == 0


def test_a_letter_that_was_refused_by_policy_did_not_arrive(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [12, 11, 10, 9, 8, 1])
    refused = mail(tagged(letters[4], BounceKind.POLICY), name="policy")
    store.record([refused], make.now)
    came_back(store, make, *letters[:4], letters[5])
    follow(store, make.now)
    assert suppressions.count() == 1


def test_letters_on_their_way_are_not_believed_to_have_arrived(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [9, 8, 7, 6, 5.5, 1])
    came_back(store, make, *letters[:5])
    follow(store, make.now)
    assert suppressions.count() == 1


def test_what_came_back_long_ago_counts_no_more(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [5, 4, 3, 2, 1])
    came_back(store, make, *letters[:4], at=make.now - WINDOW - timedelta(days=1))
    came_back(store, make, letters[4])
    follow(store, make.now)
    assert suppressions.count() == 0


def test_who_is_taken_off_the_list_begins_anew(adapters, store, suppressions, make):
    letters = soft(store, adapters, make, [6, 5, 4, 3, 2, 1])
    came_back(store, make, *letters[:5])
    follow(store, make.now)
    assert suppressions.remove(AIDA) is True
    assert suppressions.remove(AIDA) is False
    came_back(store, make, letters[5])
    follow(store, make.now)
    assert suppressions.reason(AIDA) is None


@pytest.mark.parametrize(
    ("settlement", "kind"),
    [
        (Settlement(DeliveryState.FAILED, "no such address", suppress=True), BounceKind.HARD),
        (Settlement(DeliveryState.FAILED, "full"), BounceKind.SOFT),
        (Settlement(DeliveryState.FAILED, "policy", counts=False), BounceKind.POLICY),
    ],
)
def test_what_a_server_refuses_at_once_stands_in_the_same_ledger(
    adapters, store, suppressions, sent, make, settlement, kind
):
    reply = SmtpReply(Phase.RCPT, 550, f"5.1.1 <{AIDA}> unknown", "5.1.1")
    for _ in range(2):
        with writing(adapters.engine) as connection:
            bounce_rows.refused(
                connection, sent[AIDA].id, SECRETS.address_hash(AIDA), settlement, reply, make.now
            )
    (bounce,) = store.recent(10)
    assert (bounce.kind, bounce.source, bounce.diagnostic) == (kind, "smtp", "550")
    follow(store, make.now)
    assert suppressions.reason(AIDA) == ("no such address: 5.1.1 550" if kind is BounceKind.HARD else None)


def test_a_letter_that_is_refused_at_the_door_is_a_bounce_of_its_address(adapters, store, suppressions, make):
    due = make.frozen(adapters, AIDA)
    (delivery,) = adapters.ledger().claim(due, 10)
    reply = SmtpReply(Phase.RCPT, 550, f"5.1.1 <{AIDA}> unknown", "5.1.1")
    adapters.ledger().settle_all(
        [Outcome(delivery, Settlement(DeliveryState.FAILED, f"no {AIDA}", suppress=True), reply, due)]
    )
    assert suppressions.reason(AIDA) == "no such address: 550 5.1.1"
    (bounce,) = store.recent(10, address=AIDA)
    assert (bounce.kind, bounce.delivery_id, bounce.newsletter) == (BounceKind.HARD, delivery.id, "weekly")


@pytest.mark.parametrize(
    ("state", "reply"),
    [
        (DeliveryState.DEFERRED, SmtpReply(Phase.RCPT, 450, "later")),
        (DeliveryState.SENT, SmtpReply(Phase.DOT, 250, "ok")),
        (DeliveryState.FAILED, None),
        (DeliveryState.FAILED, SmtpReply(Phase.MAIL, None, "lost")),
    ],
)
def test_what_is_no_refusal_is_no_bounce(adapters, store, sent, make, state, reply):
    with writing(adapters.engine) as connection:
        bounce_rows.refused(connection, sent[AIDA].id, b"h" * 32, Settlement(state, ""), reply, make.now)
    assert store.recent(10) == []


def test_what_names_an_erased_reader_finds_the_person_and_not_the_address(
    adapters, store, suppressions, sent, make
):
    with writing(adapters.engine) as connection:
        connection.execute(update(deliveries).where(deliveries.c.id == sent[AIDA].id).values(address=""))
    store.record([mail(tagged(sent[AIDA]))], make.now)
    follow(store, make.now)
    assert suppressions.reason(AIDA) == "no such address"


def test_the_ledger_is_searched_by_kind_address_and_number(store, sent, make):
    store.record([mail(tagged(sent[AIDA])), mail(tagged(sent[BEK], BounceKind.SOFT), name="m2")], make.now)
    (hard,) = store.recent(10, kind=BounceKind.HARD)
    assert store.recent(10, address="Aida@example.org") == [hard]
    assert store.one(hard.id) == hard
    assert store.one(999) is None
    assert len(store.recent(1)) == 1


def test_old_rows_go_but_never_one_that_waits(store, sent, make):
    store.record([mail(Finding(BounceKind.IGNORED)), mail(tagged(sent[AIDA]), name="m2")], make.now)
    store.tidy(make.now + IGNORED_KEPT + timedelta(days=1))
    assert [one.kind for one in store.recent(10)] == [BounceKind.HARD]
    store.tidy(make.now + KEPT + timedelta(days=1))
    assert [one.kind for one in store.recent(10)] == [BounceKind.HARD]
    follow(store, make.now + KEPT + timedelta(days=1))
    assert store.recent(10) == []


def test_a_mailbox_goes_on_where_it_was_left(store):
    assert store.position("a") == (0, 0)
    store.advance("a", 7, 12)
    store.advance("a", 8, 3)
    assert (store.position("a"), store.position("b")) == ((8, 3), (0, 0))


def test_a_list_of_addresses_is_added_once_and_keeps_its_reasons(suppressions, make):
    first = Suppression(suppressions.hash_of(AIDA), "complaint", make.now)
    again = Suppression(first.address_hash, "other", make.now + timedelta(days=1))
    other = Suppression(suppressions.hash_of(BEK), "x" * 1_000, make.now - timedelta(days=1))
    assert suppressions.add([first, other]) == 2
    assert suppressions.add([again]) == 0
    assert suppressions.add([]) == 0
    listed = suppressions.all()
    assert [one.address_hash for one in listed] == [first.address_hash, other.address_hash]
    assert (listed[0], len(listed[1].reason)) == (first, 600)


def test_an_address_is_recognised_by_another_program_with_the_same_keys(adapters, suppressions, make):
    suppressions.add([Suppression(suppressions.hash_of(AIDA), "complaint", make.now)])
    rotated = Secrets((*SECRETS.keys, Key("third", b"3" * 32)))
    assert SuppressionStore(adapters.engine, rotated).reason(" AIDA@Example.org ") == "complaint"


def test_no_address_is_kept(adapters, store, sent, make):
    store.record([mail(tagged(sent[AIDA], diagnostic="550"))], make.now)
    follow(store, make.now)
    from aggregator.store.tables import bounces, suppressions

    with reading(adapters.engine) as connection:
        kept = [*connection.execute(select(bounces)), *connection.execute(select(suppressions))]
    assert "aida" not in repr(kept)
