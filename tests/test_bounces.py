"""Collecting what came back: mailboxes, the ledger, and what follows, with fakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator import bounces
from aggregator.bounces import BouncePorts, MailboxLine, collect
from aggregator.model import (
    Arrived,
    BounceCase,
    BounceKind,
    BounceVerdict,
    Departing,
    Finding,
    SoftRule,
    SortedMail,
)

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


class Box:
    """A mailbox in memory."""

    def __init__(self, *mails: bytes, name: str = "box") -> None:
        self.name = name
        self.mails = {f"{name}{number}": content for number, content in enumerate(mails)}
        self.understood: list[str] = []
        self.strange: list[str] = []
        self.closed = False
        self.fault: OSError | None = None

    def some(self, limit: int) -> Sequence[Arrived]:
        if self.fault:
            raise self.fault
        settled = {*self.understood, *self.strange}
        return [Arrived(key, content) for key, content in self.mails.items() if key not in settled][:limit]

    def settle(self, understood: Sequence[str], strange: Sequence[str]) -> None:
        self.understood += understood
        self.strange += strange

    def close(self) -> None:
        self.closed = True


class Ledger:
    """The ledger in memory: strange is what is of kind STRANGE."""

    def __init__(self) -> None:
        self.recorded: list[SortedMail] = []
        self.cases: list[BounceCase] = []
        self.verdicts: list[BounceVerdict] = []
        self.tidied: datetime | None = None

    def record(self, mails: Sequence[SortedMail], now: datetime) -> Sequence[bool]:
        known = {mail.digest for mail in self.recorded}
        self.recorded += [mail for mail in mails if mail.digest not in known]
        return [all(one.kind is not BounceKind.STRANGE for one in mail.findings) for mail in mails]

    def open_cases(self, now: datetime, window: timedelta, limit: int) -> Sequence[BounceCase]:
        assert window == SoftRule().window
        judged = {verdict.bounce_id for verdict in self.verdicts}
        return [case for case in self.cases if case.bounce_id not in judged][:limit]

    def close(self, verdicts: Sequence[BounceVerdict], now: datetime) -> None:
        self.verdicts += verdicts

    def tidy(self, now: datetime) -> None:
        self.tidied = now


def read(source: str, content: bytes) -> tuple[Finding, ...]:
    if content == b"bad":
        raise ValueError("no mail is like this")
    return (Finding(BounceKind(content.decode()), diagnostic=source),)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_mails_are_written_down_and_put_out_of_the_way(ledger: Ledger) -> None:
    box = Box(b"hard", b"strange", b"soft")
    report = collect(NOW, BouncePorts([box], ledger, read))
    assert report.mailboxes == (MailboxLine("box", 3, 1),)
    assert (box.understood, box.strange, box.closed) == (["box0", "box2"], ["box1"], True)
    assert [(mail.source, mail.key) for mail in ledger.recorded] == [("box", f"box{n}") for n in range(3)]
    assert ledger.tidied == NOW


def test_a_mail_that_breaks_the_reading_stays_and_holds_up_no_other(ledger: Ledger, caplog) -> None:
    box = Box(b"bad", b"hard")
    collect(NOW, BouncePorts([box], ledger, read))
    assert (box.understood, box.strange) == (["box1"], ["box0"])
    assert "mail box0 of box could not be read" in caplog.text


def test_a_mailbox_that_fails_holds_up_no_other(ledger: Ledger) -> None:
    broken, box = Box(b"hard", name="imap"), Box(b"hard")
    broken.fault = OSError("the server is away")
    report = collect(NOW, BouncePorts([broken, box], ledger, read))
    assert report.mailboxes == (MailboxLine("imap", 0, 0, "the server is away"), MailboxLine("box", 1, 0))
    assert broken.closed


def test_one_round_reads_no_more_than_it_may(ledger: Ledger, monkeypatch) -> None:
    monkeypatch.setattr(bounces, "MAILS_AT_ONCE", 2)
    monkeypatch.setattr(bounces, "MAILS", 4)
    box = Box(*[b"hard"] * 7)
    ports = BouncePorts([box], ledger, read)
    assert [collect(NOW, ports).mailboxes[0].mails for _ in range(3)] == [4, 3, 0]


def test_each_open_case_is_judged_once_whoever_wrote_it_down(ledger: Ledger, monkeypatch) -> None:
    monkeypatch.setattr(bounces, "CASES_AT_ONCE", 2)
    one = BounceCase(1, BounceKind.HARD, "5.1.1", "")
    ledger.cases = [
        one,
        replace(one, bounce_id=2, kind=BounceKind.COMPLAINT),
        replace(one, bounce_id=3, kind=BounceKind.SOFT, soft_letters=1, soft_issues=1),
        replace(one, bounce_id=4, kind=BounceKind.UNSUBSCRIBE),
    ]
    report = collect(NOW, BouncePorts([], ledger, read))
    kinds = (BounceKind.HARD, BounceKind.COMPLAINT, BounceKind.SOFT, BounceKind.UNSUBSCRIBE)
    assert (report.judged, report.suppressed, report.left) == (dict.fromkeys(kinds, 1), 2, 2)
    assert [verdict.leave for verdict in ledger.verdicts] == [
        Departing.NONE,
        Departing.ALL,
        Departing.NONE,
        Departing.ONE,
    ]
    assert collect(NOW, BouncePorts([], ledger, read)).judged == {}
