"""What mails say that come back."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import BounceKind, Finding
from aggregator.newsletter import verp
from aggregator.newsletter.bounce_mail import MOST_FINDINGS, Mailboxes, read
from aggregator.newsletter.bounce_parts import MESSAGE_BYTES
from tests.newsletter.returned_mails import BASE, MESSAGE_ID, TAG, TO, arf, dsn, plain

STATUS = b"Content-Type: message/delivery-status\r\n\r\n"
MAIL_RU = (
    "Message was not accepted -- invalid mailbox. Local mailbox a@b.example is unavailable: user not found"
)
CALLED_OUT = (
    f"Verification failed for <{TO}> 550-Called: 192.0.2.1 550-Sent: RCPT TO:<{TO}> "
    "550-Response: 550 No such user here 550 Sender verify failed"
)
BOXES = Mailboxes(BASE, "u@news.example.org")


def only(raw: bytes) -> Finding:
    (finding,) = read(raw, BOXES)
    return finding


def test_a_delivery_report_names_letter_kind_and_reason_without_the_address() -> None:
    assert only(dsn()) == Finding(
        BounceKind.HARD,
        "5.1.1",
        "550 5.1.1 <…>: Recipient address rejected: User unknown",
        tags=(TAG,),
        message_ids=(MESSAGE_ID,),
    )


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "smtp; 550 5.1.1 no", BounceKind.HARD),
        ("5.1.2", "smtp; 550 no such domain", BounceKind.HARD),
        ("5.1.10", "smtp; 556 null MX", BounceKind.HARD),
        ("5.2.1", "smtp; 550 5.2.1 disabled", BounceKind.HARD),
        ("5.2.2", "smtp; 552 5.2.2 over quota", BounceKind.SOFT),
        ("4.2.2", "smtp; 452 4.2.2 over quota", BounceKind.SOFT),
        ("4.4.1", "X-Postfix; connect timed out", BounceKind.SOFT),
        ("5.4.4", "X-Postfix; Host not found", BounceKind.SOFT),
        ("5.7.1", "smtp; 550 5.7.1 rejected by DMARC policy", BounceKind.POLICY),
        ("4.7.0", "smtp; 421 4.7.0 too much mail", BounceKind.POLICY),
        ("5.1.8", "smtp; 550 5.1.8 sender domain", BounceKind.POLICY),
        ("5.3.4", "smtp; 552 5.3.4 too big", BounceKind.POLICY),
        ("5.0.0", "smtp; 550 5.1.1 unknown", BounceKind.HARD),
        ("5.0.0", "smtp; 550 5.7.1 spam", BounceKind.POLICY),
        ("5.0.0", "smtp; 550 No such user here", BounceKind.HARD),
        ("5.0.0", "smtp; 550 The mailbox a@b.example does not exist", BounceKind.HARD),
        ("5.0.0", "smtp; 550 rejected", BounceKind.SOFT),
        ("5.5.0", "smtp; 550 mailbox is full", BounceKind.SOFT),
        ("", "", BounceKind.SOFT),
        ("4.0.0", "smtp; 451 user unknown yet", BounceKind.SOFT),
        ("5.7.1", "smtp; 550 5.7.1 No such user! 1763-Xy", BounceKind.HARD),
        ("4.7.1", "smtp; 450 4.7.1 No such user yet", BounceKind.POLICY),
        ("5.7.0", "smtp; 550 5.7.0 No such user may write here", BounceKind.POLICY),
        ("5.0.0", f"smtp; 550 {MAIL_RU}", BounceKind.HARD),
        ("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a b.example account", BounceKind.HARD),
        ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied", BounceKind.SOFT),
        ("5.0.0", f"smtp; 550-{CALLED_OUT}", BounceKind.POLICY),
        ("5.1.1", "smtp; 550 5.1.1 Sender address rejected: User unknown", BounceKind.POLICY),
        ("5.1.1", "smtp; 550 5.1.1 User unknown, returned to sender", BounceKind.HARD),
    ],
)
def test_the_status_decides_what_it_means_for_the_address(
    status: str, diagnostic: str, kind: BounceKind
) -> None:
    assert only(dsn(status, diagnostic)).kind is kind


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_late_or_has_arrived_says_nothing(action: str) -> None:
    assert only(dsn(action=action)).kind is BounceKind.IGNORED


def test_reports_about_international_mail_are_read(  # RFC 6533
) -> None:
    report = dsn(report_type="message/global-delivery-status", returned_type="message/global-headers")
    assert (only(report).kind, only(report).message_ids) == (BounceKind.HARD, (MESSAGE_ID,))


def test_a_report_in_base64_is_read() -> None:
    status = b"Reporting-MTA: dns; a\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    raw = (
        b"To: %s\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: "
        b"message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--x--\r\n"
    ) % (TO.encode(), base64.encodebytes(status))
    assert only(raw).kind is BounceKind.HARD


@pytest.mark.parametrize(
    ("encoding", "status", "kind"),
    [
        (b"quoted-printable", b"Action: fail=\r\ned\r\nStatus: 5=2E1.1\r\n", BounceKind.HARD),
        (b"base64", b"Action: failed\r\nStatus: 5.1.1\r\n", BounceKind.HARD),
        (b"base64", b"QWN0aW9uOiBmYWls", BounceKind.STRANGE),
        (b"base64", b"QWN0aW9", BounceKind.STRANGE),
        (b"of my own", b"Action: failed\r\nStatus: 5.1.1\r\n", BounceKind.HARD),
    ],
)
def test_an_encoding_is_believed_as_far_as_it_can_be(
    encoding: bytes, status: bytes, kind: BounceKind
) -> None:
    coded = b"Content-Transfer-Encoding: %s\r\n%s%s" % (encoding, STATUS, status)
    raw = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n%s\r\n--x--" % coded
    assert only(raw).kind is kind


def test_a_subject_in_an_unknown_encoding_is_read_as_it_stands() -> None:
    assert only(plain("=?no-such-set?q?Out?=")).kind is BounceKind.STRANGE


def test_line_ends_of_unix_do_as_well() -> None:
    assert read(dsn().replace(b"\r\n", b"\n"), BOXES) == read(dsn(), BOXES)


def test_without_a_tag_in_its_address_the_returned_letter_names_itself() -> None:
    finding = only(dsn(to=BASE))
    assert (finding.tags, finding.message_ids) == ((TAG,), (MESSAGE_ID,))


def test_the_envelope_is_believed_before_the_header() -> None:
    finding = only(b"X-Original-To: bounces+8-11111111@news.example.org\r\n" + dsn())
    assert finding.tags == ("8-11111111", TAG)


def test_a_complaint_names_the_letter_by_its_envelope_sender() -> None:
    assert only(arf()) == Finding(
        BounceKind.COMPLAINT, diagnostic="feedback: abuse", tags=(TAG,), message_ids=(MESSAGE_ID,)
    )


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "dmarc", ""])
def test_other_feedback_is_no_complaint(kind: str) -> None:
    assert only(arf(kind)).kind is BounceKind.IGNORED


def test_a_mail_to_a_letters_own_address_asks_to_leave() -> None:
    finding = only(plain(to="u+Qm9aT0k3n-_@news.example.org", more="Auto-Submitted: auto-generated\r\n"))
    assert finding == Finding(BounceKind.UNSUBSCRIBE, token="Qm9aT0k3n-_")


@pytest.mark.parametrize("change", [str.lower, str.upper, str])
def test_a_mail_to_a_letters_own_address_is_understood_in_any_case(change: Callable[[str], str]) -> None:
    token = "Qm9aT0k3n-_Qm9aT0k3n-_Qm9aT0k3n-"
    address = verp.leaving_address("u@news.example.org", token)
    assert only(plain(to=change(address))) == Finding(BounceKind.UNSUBSCRIBE, token=token)


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Re: News", "Auto-Submitted: auto-replied (vacation)\r\n"),
        ("Re: News", "X-Autoreply: yes\r\n"),
        ("Re: News", "Precedence: auto_reply\r\n"),
        ("Out of office: back on Monday", ""),
        ("Automatic reply: News", ""),
        ("=?utf-8?q?R=C3=A9ponse_automatique_=3A_la_semaine?=", ""),
        ("=?utf-8?b?0JDQstGC0L7QvtGC0LLQtdGC?=", ""),
        ("Abwesenheitsnotiz: bis Montag", ""),
    ],
)
def test_automatic_answers_are_ignored(subject: str, more: str) -> None:
    assert only(plain(subject, more=more)).kind is BounceKind.IGNORED


def test_a_receipt_is_ignored() -> None:
    raw = dsn(report_type="message/disposition-notification")
    assert only(raw).kind is BounceKind.IGNORED


def test_a_bounce_in_free_words_is_soft_at_most() -> None:
    daemon = {"sender": "MAILER-DAEMON@old.example", "more": "Return-Path: <>\r\n"}
    finding = only(plain("failure notice", "<aigul@example.net>: no such user here. (#5.1.1)", **daemon))
    assert (finding.kind, finding.status, finding.tags) == (BounceKind.SOFT, "5.1.1", (TAG,))
    assert "aigul" not in finding.diagnostic
    refused = plain("failure notice", "550 5.7.1 your server is listed", **daemon)
    assert only(refused).kind is BounceKind.POLICY


EXIM = "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nX-Failed-Recipients: aigul@example.net\r\n"


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("Mail delivery failed: returning message to sender", BounceKind.SOFT),
        ("Warning: message 1tAbCd-0001Ab-2X delayed 24 hours", BounceKind.IGNORED),
    ],
)
def test_a_server_that_calls_its_bounce_an_answer_is_heard_and_late_letters_are_not_lost_ones(
    subject: str, kind: BounceKind
) -> None:
    text = "A message that you sent could not be delivered:\r\n  aigul@example.net\r\n    550 unrouteable"
    sender = "Mail Delivery System <Mailer-Daemon@mx.example.net>"
    finding = only(plain(subject, text, sender=sender, more=EXIM))
    assert (finding.kind, finding.tags) == (kind, (TAG,))


def test_a_person_whose_program_answers_with_a_daemons_fields_is_not_bouncing() -> None:
    assert only(plain("Re: News", more=EXIM)).kind is BounceKind.IGNORED


def test_addresses_below_a_domain_in_its_own_script_come_back_in_a_labels() -> None:
    boxes = Mailboxes("bounces@новости.example", "u@новости.example")
    for host in ("xn--b1amnebsh.example", "новости.example", "НОВОСТИ.EXAMPLE"):
        assert read(dsn(to=f"bounces+{TAG}@{host}"), boxes)[0].tags == (TAG,)
        (leaving,) = read(plain(to=f"u+Qm9aT0k3n-_@{host}"), boxes)
        assert leaving == Finding(BounceKind.UNSUBSCRIBE, token="Qm9aT0k3n-_")
    assert read(dsn(to=f"bounces+{TAG}@other.example", returned=""), boxes)[0].tags == ()


@pytest.mark.parametrize(
    "raw",
    [
        plain(),
        b"",
        b"\r\n",
        b"no header at all",
        b"Content-Type: multipart/report; boundary=x\r\n\r\nnothing",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n\r\n--x--",
        b"Content-Type: multipart/report\r\n\r\n--x\r\n" + STATUS + b"Action: failed",
    ],
)
def test_what_nobody_understands_is_strange(raw: bytes) -> None:
    assert only(raw).kind is BounceKind.STRANGE


def test_a_report_that_was_cut_is_read_as_far_as_it_goes() -> None:
    raw = dsn()
    assert only(raw[: raw.index(b"--B1/relay\r\nContent-Type: text/rfc822")]).kind is BounceKind.HARD


def test_huge_mails_cost_bounded_work() -> None:
    block = b"\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    report = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n" + STATUS + b"a: b"
    assert len(read(report + block * 50_000, BOXES)) == MOST_FINDINGS
    nested = b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\n" * (MESSAGE_BYTES // 5)
    assert only(nested).kind is BounceKind.STRANGE
    assert only(b"To: " + b"a@b.example, " * 200_000).kind is BounceKind.STRANGE
    assert only(b"a:" * 1_000_000).kind is BounceKind.STRANGE
    assert only(b"\n \t" * 400_000).kind is BounceKind.STRANGE


@given(st.binary(max_size=400))
def test_nothing_that_comes_breaks_the_reading(raw: bytes) -> None:
    assert read(raw, BOXES)


@settings(max_examples=50)
@given(st.integers(0, 10**9))
def test_nor_does_a_report_with_bytes_changed(seed: int) -> None:
    chance, raw = random.Random(seed), bytearray(dsn())
    for _ in range(20):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    for finding in read(bytes(raw), BOXES):
        assert len(finding.diagnostic) <= 500
