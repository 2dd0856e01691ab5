"""What may be polled, and what the wire said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aggregator.model.source_state import Announcement, Pace, SourceState, Validators, Whereabouts
from aggregator.model.sources import Source


@dataclass(frozen=True, slots=True)
class Claim:
    """A source that is ours to poll now; the attempt is already on record."""

    source: Source
    validators: Validators = Validators()
    body_hash: bytes | None = None
    """Hash of the last body read to the end; an equal body needs no parsing."""
    failures: int = 0
    """Failed polls in a row before this one."""
    first: bool = True
    """No poll of this source has succeeded yet."""
    newest_entry: datetime | None = None
    """The latest date that the source gave to any of its entries; None if it never gave one."""
    last_success: datetime | None = None
    """When it last answered as a feed does."""
    pace: Pace = Pace()
    whereabouts: Whereabouts = Whereabouts()
    plain_agent: bool = False
    """It gives its feed to the User-Agent of a plain feed reader only."""

    @property
    def url(self) -> str:
        """The address to ask: the adopted one, or the configured one."""
        return self.whereabouts.adopted_url or self.source.url

    repeats: bytes = b""
    """Sentences that its entries repeat, as the last reading left them; empty before the first."""
    announced: Announcement = Announcement()
    """The hubs that its last body named."""
    pushed_until: datetime | None = None
    """Its hub pushes until then, unless the lease is renewed; None when it does not push."""
    pushed: bool = False
    """It is not asked: its hub pushed what is to be read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that was asked for but must not be polled yet."""

    source_id: str
    askable_at: datetime | None
    """None when it is not asked again by itself."""
    reason: str


@dataclass(frozen=True, slots=True)
class Claims:
    """The answer to «what may I poll?»."""

    granted: tuple[Claim, ...] = ()
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body that a source answered with."""

    source_id: str
    at: datetime
    url: str
    """The address that answered, after redirects."""
    content_type: str
    """The Content-Type header as sent, parameters included; may be empty."""
    body: bytes
    """Decompressed."""
    body_hash: bytes
    validators: Validators = Validators()
    not_before: datetime | None = None
    """Earliest next request by Cache-Control, Expires or Retry-After."""
    moved_to: str | None = None
    """Where it was found, when permanent redirects alone led there."""
    plain_agent: bool = False
    """It was given to the User-Agent of a plain feed reader."""
    status: int = 200
    user_agent: str = ""
    """As whom we asked."""
    headers: tuple[tuple[str, str], ...] = ()
    """The answer's headers, for diagnosis."""
    parts: tuple[bytes, ...] = ()
    """Documents that the body refers to and that belong to it: the sitemaps of a sitemap index."""
    described: str = ""
    """What messages tell of a body that is gone: its type, size, first tag, and as whom we asked."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The source answered that nothing changed (304, or a body equal to the last one)."""

    source_id: str
    at: datetime
    validators: Validators = Validators()
    not_before: datetime | None = None
    moved_to: str | None = None
    """Where it was found, when permanent redirects alone led there."""


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """Why a source gave us nothing: an error that travels as a value."""

    source_id: str
    at: datetime
    state: SourceState
    message: str
    """Names the thing, the place and the cure; shown to the operator."""
    not_before: datetime | None = None
    body_hash: bytes | None = None
    network_down: bool = False
    """Our own network was down: no request went out, and nothing is held against the source."""
