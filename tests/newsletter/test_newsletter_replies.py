"""The table of replies, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import DeliveryState, Phase, SmtpReply
from aggregator.newsletter.replies import (
    CONFIGURATION_PAUSE,
    RETRIES,
    SOON,
    TABLE,
    Fault,
    fault,
    reconciled,
    refused,
    settle,
    unwritable,
)

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
SENT, UNKNOWN, FAILED = DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.FAILED
DEFERRED = DeliveryState.DEFERRED
CONNECT, MAIL, RCPT, DOT = Phase.CONNECT, Phase.MAIL, Phase.RCPT, Phase.DOT
FIRST = RETRIES[0]

ROWS = [
    # phase, code, enhanced | state, waits, counts, suppresses, pauses the server
    (DOT, 250, "2.0.0", SENT, None, True, False, None),
    (DOT, None, "", UNKNOWN, None, True, False, None),
    (CONNECT, None, "", DEFERRED, SOON, False, False, SOON),
    (CONNECT, None, "4.7.0", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (MAIL, None, "", DEFERRED, SOON, False, False, None),
    (RCPT, None, "", DEFERRED, SOON, False, False, None),
    (CONNECT, 421, "", DEFERRED, SOON, False, False, None),
    (RCPT, 421, "4.7.0", DEFERRED, SOON, False, False, None),
    (DOT, 421, "", DEFERRED, SOON, False, False, None),
    (CONNECT, 454, "4.7.0", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (MAIL, 530, "5.7.0", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (CONNECT, 535, "5.7.8", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (CONNECT, 538, "", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (CONNECT, 554, "5.7.1", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (MAIL, 550, "5.6.7", FAILED, None, False, False, None),
    (MAIL, 550, "5.7.1", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (MAIL, 553, "5.1.8", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (RCPT, 452, "4.5.3", DEFERRED, SOON, False, False, None),
    (RCPT, 452, "4.3.1", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (DOT, 452, "", DEFERRED, CONFIGURATION_PAUSE, False, False, CONFIGURATION_PAUSE),
    (RCPT, 452, "4.2.2", DEFERRED, FIRST, True, False, None),
    (RCPT, 450, "", DEFERRED, FIRST, True, False, None),
    (RCPT, 451, "4.7.1", DEFERRED, FIRST, True, False, None),
    (DOT, 450, "4.2.0", DEFERRED, FIRST, True, False, None),
    (RCPT, 452, "4.1.1", DEFERRED, FIRST, True, False, None),
    (RCPT, 550, "5.1.1", FAILED, None, True, True, None),
    (RCPT, 550, "5.1.2", FAILED, None, True, True, None),
    (RCPT, 556, "5.1.10", FAILED, None, True, True, None),
    (DOT, 550, "5.1.1", FAILED, None, True, True, None),
    (RCPT, 550, "5.7.1", FAILED, None, False, False, None),
    (RCPT, 550, "5.7.26", FAILED, None, False, False, None),
    (DOT, 554, "5.7.1", FAILED, None, False, False, None),
    (RCPT, 554, "", FAILED, None, False, False, None),
    (RCPT, 552, "5.2.2", FAILED, None, True, False, None),
    (DOT, 552, "5.2.2", FAILED, None, True, False, None),
    (DOT, 552, "5.3.4", FAILED, None, False, False, None),
    (RCPT, 552, "5.2.3", FAILED, None, False, False, None),
    (RCPT, 501, "", FAILED, None, True, True, None),
    (RCPT, 553, "5.1.3", FAILED, None, True, True, None),
    (RCPT, 550, "", FAILED, None, True, False, None),
    (RCPT, 550, "5.2.1", FAILED, None, True, False, None),
    (RCPT, 550, "5.1.11", FAILED, None, True, False, None),
    (DOT, 550, "", FAILED, None, False, False, None),
    (DOT, 354, "", DEFERRED, FIRST, True, False, None),
]


@pytest.mark.parametrize(
    ("phase", "code", "enhanced", "state", "waits", "counts", "suppresses", "pauses"),
    ROWS,
    ids=[f"{phase.value}-{code}-{enhanced}" for phase, code, enhanced, *_ in ROWS],
)
def test_a_reply_means(
    phase: Phase,
    code: int | None,
    enhanced: str,
    state: DeliveryState,
    waits: timedelta | None,
    counts: bool,
    suppresses: bool,
    pauses: timedelta | None,
) -> None:
    settlement = settle(SmtpReply(phase, code, "words", enhanced), attempts=0, now=NOW)
    assert settlement.state is state
    assert settlement.retry_at == (None if waits is None else NOW + waits)
    assert settlement.counts is counts
    assert settlement.suppress is suppresses
    assert settlement.pause_server == pauses


def test_every_row_of_the_table_is_reached() -> None:
    replies = [SmtpReply(phase, code, "", enhanced) for phase, code, enhanced, *_ in ROWS]
    reached = {next(number for number, row in enumerate(TABLE) if row.fits(reply)) for reply in replies}
    assert reached == set(range(len(TABLE)))


def test_waits_grow_until_the_refusal_is_final() -> None:
    greylisted = SmtpReply(Phase.RCPT, 450, "4.7.1 try later", "4.7.1")
    settlements = [settle(greylisted, attempts=tries, now=NOW) for tries in range(len(RETRIES) + 1)]
    assert [one.retry_at for one in settlements] == [NOW + wait for wait in RETRIES] + [None]
    assert settlements[-1].state is DeliveryState.FAILED
    assert not settlements[-1].suppress
    assert sorted(RETRIES) == list(RETRIES)
    assert sum(RETRIES, timedelta()) <= timedelta(hours=48)


def test_a_servers_fault_never_becomes_final() -> None:
    lost = SmtpReply(Phase.RCPT, None, "connection lost")
    assert settle(lost, attempts=99, now=NOW).state is DeliveryState.DEFERRED


def test_the_reason_tells_what_it_means_and_what_the_server_said() -> None:
    reply = SmtpReply(Phase.RCPT, 550, "5.1.1 User unknown", "5.1.1")
    assert settle(reply, attempts=0, now=NOW).reason == "no such address: 550 5.1.1 User unknown"
    lost = SmtpReply(Phase.DOT, None, "")
    assert (
        settle(lost, attempts=0, now=NOW).reason == "no reply after the text went over: it may have arrived"
    )


def test_reasons_name_no_address() -> None:
    reply = SmtpReply(RCPT, 550, "5.7.1 <aida.s@example.org>: not from desk@news.example", "5.7.1")
    said = settle(reply, attempts=0, now=NOW).reason
    assert said.endswith("550 5.7.1 <a…@example.org>: not from d…@news.example")
    assert "aida" not in unwritable(ValueError("no header holds aida@example.org")).reason
    assert len(unwritable(ValueError("x" * 100_000)).reason) < 1000


@pytest.mark.parametrize(
    ("phase", "code", "enhanced", "whose"),
    [
        (DOT, 250, "2.0.0", Fault.NONE),
        (DOT, None, "", Fault.SERVER),
        (RCPT, 421, "4.7.0", Fault.SERVER),
        (CONNECT, 454, "4.7.0", Fault.SERVER),
        (MAIL, 451, "", Fault.SERVER),
        (RCPT, 452, "4.3.1", Fault.SERVER),
        (RCPT, 452, "4.2.2", Fault.NONE),
        (RCPT, 451, "4.7.1", Fault.DOMAIN),
        (RCPT, 550, "5.1.1", Fault.NONE),
        (RCPT, 554, "5.1.1", Fault.NONE),
        (RCPT, 550, "", Fault.NONE),
        (RCPT, 550, "5.7.1", Fault.POLICY),
        (RCPT, 554, "", Fault.POLICY),
        (DOT, 554, "5.7.1", Fault.CONTENT),
        (DOT, 550, "5.1.1", Fault.NONE),
        (DOT, 552, "5.2.2", Fault.NONE),
        (MAIL, 550, "5.7.1", Fault.NONE),
    ],
)
def test_whose_trouble_a_reply_tells_of(phase: Phase, code: int | None, enhanced: str, whose: Fault) -> None:
    assert fault(SmtpReply(phase, code, "words", enhanced)) is whose


def test_who_left_gets_no_mail_and_no_attempt_is_counted() -> None:
    settlement = refused("left on Tuesday")
    assert (settlement.state, settlement.reason) == (DeliveryState.SUPPRESSED, "left on Tuesday")
    assert not settlement.counts


def test_a_letter_that_cannot_be_written_fails_by_name_and_not_through_its_reader() -> None:
    settlement = unwritable(ValueError("header List-Id must be ASCII"))
    assert settlement.state is DeliveryState.FAILED
    assert "ValueError: header List-Id must be ASCII" in settlement.reason
    assert (settlement.counts, settlement.suppress) == (False, False)
    assert unwritable(KeyError()).reason.endswith("KeyError")


def test_a_relays_record_settles_what_was_unknown() -> None:
    assert reconciled(accepted=True).state is DeliveryState.SENT
    again = reconciled(accepted=False)
    assert (again.state, again.counts) == (DeliveryState.READY, False)
