"""One mail to one address, and how the attempt ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


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
    issue_id: int
    newsletter: str
    subscriber_id: int
    address: str
    variant_id: int
    link_base: str
    message_id: str
    """Without angle brackets; derived from the row, so that a resend is the same message."""
    date: datetime
    token: str
    """The letter's own secret: it can leave and nothing else. Stored as a hash."""
    attempts: int
    """Tries before this one."""
    expires_at: datetime


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
class ServerPause:
    """A mail server that is left alone for a while; no letters go out meanwhile."""

    server: str
    until: datetime
    reason: str
