"""One mail to one address, and how the attempt ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class DeliveryKind(StrEnum):
    """What a mail is for. All but issues wait for nothing: somebody has asked for them just now."""

    ISSUE = "issue"
    CONFIRM = "confirm"
    ACCOUNT = "account"
    ALERT = "alert"
    """To the operator."""


class DeliveryState(StrEnum):
    """Where one mail to one address stands."""

    READY = "ready"
    LEASED = "leased"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The connection was lost after the final dot: it may have arrived."""
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Phase(StrEnum):
    """How far an SMTP transaction came (RFC 5321)."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DOT = "dot"
    """The text is being handed over: from here on a silence is not a no."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail to one address: a row of the ledger, claimed for sending."""

    id: int
    issue_id: int | None
    """None for a notice, as `variant_id` is."""
    newsletter: str
    """Empty for a notice."""
    subscriber_id: int | None
    address: str
    variant_id: int | None
    link_base: str
    message_id: str
    """Without angle brackets; derived from the row, so that a resend is the same message."""
    date: datetime
    token: str
    """The letter's own secret: it can leave and nothing else. Stored as a hash."""
    attempts: int
    """Tries before this one."""
    expires_at: datetime
    kind: DeliveryKind = DeliveryKind.ISSUE
    bounce_tag: str = ""
    """Tells in the envelope sender which delivery a bounce is about (VERP)."""
    lease: str = field(default="", compare=False)
    """By which claim it is ours: who claimed it again later has another one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail of the program itself, to one person: a confirmation, a way to one's account, an alert."""

    language: str
    subject: str
    html: str
    """Where the person's own link belongs stands the same mark as in a variant."""
    text: str
    link_path: str = ""
    """What comes before the token in that link, such as `/c/`; empty for a notice without one."""


@dataclass(frozen=True, slots=True)
class IssueProgress:
    """How far an issue has come on its way to its readers."""

    issue_id: int
    newsletter: str
    track: str
    period_key: str
    state: str
    """`frozen`, `skipped` or `cancelled`."""
    counts: Mapping[DeliveryState, int]
    paused_at: datetime | None = None
    pause_reason: str = ""
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    next_at: datetime | None = None
    """From when on the first of those that wait may go: its reader's hour, or its next try."""


@dataclass(frozen=True, slots=True)
class DomainRefusals:
    """How the servers of one domain took the letters of one issue."""

    issue_id: int
    newsletter: str
    period_key: str
    domain: str
    refused: int
    """Letters refused by policy (RFC 3463: 5.7.x), at once or by a mail that came back."""
    tried: int
    """Letters to the domain that were answered for good, these among them."""
    status: str
    """Enhanced status code of one of the refusals."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Bytes ready for SMTP."""

    sender: str
    """Envelope sender (MAIL FROM)."""
    recipient: str
    """Envelope recipient (RCPT TO)."""
    content: bytes
    """The whole message, CRLF line ends."""


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """How an attempt ended, as the server or the connection said it."""

    phase: Phase
    """The phase that was reached."""
    code: int | None
    """Reply code; None when the connection was lost or timed out."""
    text: str
    enhanced: str = ""
    """Enhanced status code (RFC 3463), e.g. `5.1.1`."""
    server: str = ""
    queue_id: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt means for its delivery."""

    state: DeliveryState
    reason: str
    retry_at: datetime | None = None
    suppress: bool = False
    """The address does not exist: mail it no more."""
    counts: bool = True
    """False when the fault was the server's: no attempt is held against the reader."""
    pause_server: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended, as the ledger records it."""

    delivery: Delivery
    settlement: Settlement
    reply: SmtpReply | None
    """None when nothing was tried."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery that may or may not have arrived."""

    delivery: Delivery
    since: datetime
    """When the word on it failed to come; no earlier than its text went over."""


@dataclass(frozen=True, slots=True)
class ServerPause:
    """A mail server that is left alone for a while; no letters go out meanwhile."""

    server: str
    until: datetime
    reason: str
