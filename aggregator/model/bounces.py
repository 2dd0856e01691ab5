"""What came back of letters, what it means, and addresses that get no mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class BounceKind(StrEnum):
    """What something that came back says."""

    HARD = "hard"
    """The address does not exist."""
    SOFT = "soft"
    """The mailbox did not take it: full, unreachable, given up after days."""
    COMPLAINT = "complaint"
    """The reader, or their provider, called it spam."""
    POLICY = "policy"
    """The letter or its sender was refused: not the reader's fault."""
    UNSUBSCRIBE = "unsubscribe"
    """The reader asked by mail to leave."""
    IGNORED = "ignored"
    """An automatic answer that says nothing of the address."""
    STRANGE = "strange"
    """Nobody understood it, or it belongs to no letter of ours: kept where it came from."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a mail or an event says of one letter or address. Not believed yet."""

    kind: BounceKind
    status: str = ""
    """Enhanced status code (RFC 3463), such as `5.1.1`."""
    diagnostic: str = ""
    """In the words of whoever refused it; without addresses."""
    tags: tuple[str, ...] = ()
    """Tags of envelope senders, the likeliest first."""
    message_ids: tuple[str, ...] = ()
    """Of the letter that was returned, without angle brackets."""
    token: str = ""
    """The letter's own token, with which its reader leaves."""
    recipient: str = ""
    """The address, where whoever says so may be believed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something that lies in a mailbox."""

    key: str
    """Its name there."""
    content: bytes
    """As it came, cut at a length that holds every report."""


@dataclass(frozen=True, slots=True)
class SortedMail:
    """Something that came, with what it says."""

    source: str
    """The mailbox: `maildir`, `imap`, `webhook`."""
    key: str
    digest: bytes
    """SHA-256 of its content: what came twice counts once."""
    findings: tuple[Finding, ...]
    """Never empty."""


@dataclass(frozen=True, slots=True)
class BounceCase:
    """A bounce that nothing has followed from yet, with what is known of its address."""

    bounce_id: int
    kind: BounceKind
    status: str
    diagnostic: str
    soft_letters: int = 0
    """Letters to this address that came back softly within the window, since one last arrived."""
    soft_issues: int = 0
    """Issues, or other mails, that these belong to."""


class Departing(StrEnum):
    """Which newsletters a reader is taken off."""

    NONE = "none"
    ONE = "one"
    """The one that the letter belongs to."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class BounceVerdict:
    """What follows from a bounce."""

    bounce_id: int
    suppress: str = ""
    """Why the address gets no more mail; empty when it still does."""
    leave: Departing = Departing.NONE


@dataclass(frozen=True, slots=True)
class SoftRule:
    """When a mailbox that keeps failing is given up."""

    limit: int = 5
    """Letters in a row, with none that arrived between them."""
    issues: int = 2
    """Of at least so many issues: one bad day is no reason."""
    window: timedelta = timedelta(days=45)
    """How long a letter counts: five weekly ones fit in."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A row of the ledger of bounces."""

    id: int
    at: datetime
    kind: BounceKind
    source: str
    status: str
    diagnostic: str
    delivery_id: int | None = None
    newsletter: str = ""
    consequence: str = ""
    """What followed: empty when nothing did."""
    key: str = ""
    """Its name in the mailbox that it came from."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets no mail. Only its keyed hash is kept."""

    address_hash: bytes
    reason: str
    at: datetime
