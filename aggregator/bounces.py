"""What comes back of letters: read from mailboxes, written down, and followed up.

    collect   mailboxes -> mails -> findings -> the ledger of bounces -> verdicts -> suppressed, or left

What a mail says is written down before the mail is put out of the way, and each row is judged once: whatever
a crash interrupts is taken up by the next round. Servers' refusals at the door stand in the same ledger, and
are judged here too. What nobody understands stays in its mailbox, and is counted.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

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
from aggregator.newsletter import bounce_rules

log = logging.getLogger(__name__)

MAILS_AT_ONCE = 100
"""Written down in one transaction."""
MAILS = 5_000
"""Of one mailbox in one round; the next round goes on."""
CASES_AT_ONCE = 500


class Mailbox(Protocol):
    """Where mails come back to. May block; raises OSError for what disks, wires and servers do."""

    @property
    def name(self) -> str:
        """What kind it is, as the ledger calls it."""

    def some(self, limit: int) -> Sequence[Arrived]:
        """The oldest that were not settled."""

    def settle(self, understood: Sequence[str], strange: Sequence[str]) -> None:
        """Put these out of the way; strange ones are kept where an operator finds them."""

    def close(self) -> None:
        """End what was opened."""


class BounceLedger(Protocol):
    """What came back, and what followed."""

    def record(self, mails: Sequence[SortedMail], now: datetime) -> Sequence[bool]:
        """Write down what mails say, once; for each, whether all of it was understood."""

    def open_cases(self, now: datetime, window: timedelta, limit: int) -> Sequence[BounceCase]:
        """Bounces that nothing has followed from yet."""

    def close(self, verdicts: Sequence[BounceVerdict], now: datetime) -> None:
        """Do what follows, and write it down: those cases are open no more."""

    def tidy(self, now: datetime) -> None:
        """Forget what is old."""


@dataclass(frozen=True, slots=True)
class BouncePorts:
    """What collecting needs of the world."""

    mailboxes: Sequence[Mailbox]
    ledger: BounceLedger
    read: Callable[[str, bytes], tuple[Finding, ...]]
    """What a mail of a kind of mailbox says; never empty."""
    rule: SoftRule = field(default_factory=SoftRule)


@dataclass(frozen=True, slots=True)
class MailboxLine:
    """One line of the account: what one mailbox held."""

    mailbox: str
    mails: int
    strange: int
    fault: str = ""
    """Why it was not read to its end; empty when it was."""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What came back, and what followed."""

    mailboxes: tuple[MailboxLine, ...] = ()
    judged: Mapping[BounceKind, int] = field(default_factory=dict)
    """Bounces that were judged, by kind."""
    suppressed: int = 0
    """Verdicts by which an address gets no more mail."""
    left: int = 0
    """Verdicts by which a reader leaves."""


def collect(now: datetime, ports: BouncePorts) -> BounceReport:
    """Read what came back, and do what follows. Blocks; one mailbox that fails holds up no other."""
    lines = tuple(_emptied(mailbox, ports, now) for mailbox in ports.mailboxes)
    judged: Counter[BounceKind] = Counter()
    suppressed = left = 0
    for cases in _open(ports, now):
        verdicts = [bounce_rules.verdict(case, ports.rule) for case in cases]
        ports.ledger.close(verdicts, now)
        judged.update(case.kind for case in cases)
        suppressed += sum(bool(verdict.suppress) for verdict in verdicts)
        left += sum(verdict.leave is not Departing.NONE for verdict in verdicts)
    ports.ledger.tidy(now)
    return BounceReport(lines, judged, suppressed, left)


def _open(ports: BouncePorts, now: datetime) -> Iterator[Sequence[BounceCase]]:
    while cases := ports.ledger.open_cases(now, ports.rule.window, CASES_AT_ONCE):
        yield cases


def _emptied(mailbox: Mailbox, ports: BouncePorts, now: datetime) -> MailboxLine:
    read, strange, fault = 0, 0, ""
    try:
        while read < MAILS and (arrived := mailbox.some(MAILS_AT_ONCE)):
            mails = [_sorted(mailbox.name, one, ports) for one in arrived]
            understood = dict(zip((mail.key for mail in mails), ports.ledger.record(mails, now), strict=True))
            mailbox.settle(
                [key for key, is_understood in understood.items() if is_understood],
                [key for key, is_understood in understood.items() if not is_understood],
            )
            read += len(mails)
            strange += sum(not is_understood for is_understood in understood.values())
    except OSError as error:
        fault = str(error)
    finally:
        mailbox.close()
    return MailboxLine(mailbox.name, read, strange, fault)


def _sorted(source: str, arrived: Arrived, ports: BouncePorts) -> SortedMail:
    try:
        findings = ports.read(source, arrived.content)
    except Exception:
        log.exception("mail %s of %s could not be read", arrived.key, source)
        findings = (Finding(BounceKind.STRANGE, diagnostic="reading it failed: the log holds the traceback"),)
    return SortedMail(source, arrived.key, hashlib.sha256(arrived.content).digest(), findings)
