"""What hubs promise, ask and bring: W3C WebSub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from aggregator.model.polls import Claim


class LeaseState(StrEnum):
    """How a lease stands: what was agreed with a hub about one callback (W3C WebSub section 5)."""

    PENDING = "pending"
    """Asked for, or about to be; the hub has not verified it."""
    ACTIVE = "active"
    DENIED = "denied"
    """The hub refuses; it is asked again much later."""
    LEAVING = "leaving"
    """It is to be unsubscribed; until then its pushes count."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Lease:
    """A hub's promise to push one source's news to one callback, for a time."""

    id: int
    source_id: str
    hub: str
    topic: str
    base_url: str
    """The origin of its callback."""
    state: LeaseState
    asked_at: datetime
    """When its hub was last sent a request about it."""
    try_after: datetime
    """When its hub may be sent the next one."""
    expires_at: datetime | None = None
    """None before it was verified."""
    failures: int = 0
    """Requests in a row that led nowhere."""
    message: str = ""
    """What the hub said, for the operator."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source stands with its hubs."""

    source_id: str
    claim: Claim | None
    """What we remember of it; None when it is not polled any more."""
    asked_at: datetime | None = None
    """When its last poll began."""
    hinted_at: datetime | None = None
    """When somebody last said, without proof, that it has news; None when that has been looked into."""
    leases: tuple[Lease, ...] = ()
    """Those that have not ended, the oldest first."""


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What a hub is asked for (W3C WebSub section 5.1)."""

    mode: Literal["subscribe", "unsubscribe"]
    hub: str
    topic: str
    callback: str
    """Nobody but the hub may know it."""
    secret: str = ""
    """Key of the signature of pushes; empty to send none."""


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What came of a request to a hub."""

    accepted: bool
    """It will verify, or has done so."""
    message: str = ""
    not_before: datetime | None = None
    """Earliest next request by the hub's own word."""
    reached: bool = True
    """False when no answer came at all: others need not try this hub now."""
    status: int = 0
    """Of HTTP; 0 when no answer came at all."""


@dataclass(frozen=True, slots=True)
class LeaseUpdate:
    """How a lease stands after something happened to it."""

    state: LeaseState
    try_after: datetime
    failures: int = 0
    message: str = ""
    expires_at: datetime | None = None
    """None keeps what is stored."""


class Callback(StrEnum):
    """What stands at an address that hubs push to."""

    OPEN = "open"
    CLOSED = "closed"
    """Its lease has ended: the hub shall stop."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HubQuestion:
    """What a hub asks or tells at a callback (W3C WebSub sections 5.2 and 5.3)."""

    mode: str
    topic: str
    lease_seconds: str = ""
    reason: str = ""
    """Why it denies."""


@dataclass(frozen=True, slots=True)
class Push:
    """A body that a hub brought with a valid signature, as it waits to be read."""

    id: int
    source_id: str
    at: datetime
    content_type: str
    body: bytes
