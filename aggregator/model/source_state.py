"""How a source stands: what the store remembers of it from poll to poll, and what the operator sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model.sources import Source


class SourceState(StrEnum):
    """The health of a source after its last poll."""

    NEVER = "never polled"
    OK = "ok"
    NOT_MODIFIED = "not-modified"
    EMPTY = "empty"
    HTML_INSTEAD = "html-instead"
    PARSE_ERROR = "parse-error"
    ALL_UNDATED = "all-undated"
    STALE = "stale"
    HTTP_ERROR = "http-error"
    TIMEOUT = "timeout"
    BLOCKED = "blocked"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for conditional requests, echoed verbatim (RFC 9110 section 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """Where a source's news is pushed from (W3C WebSub section 4)."""

    topic: str = ""
    """The address under which the hubs know it."""
    hubs: tuple[str, ...] = ()
    """In the source's own order; none where it is not pushed."""


@dataclass(frozen=True, slots=True)
class Hints:
    """A feed's own words on when it is worth asking, and on who tells when it is."""

    update_interval: timedelta | None = None
    """How often it changes: `ttl`, or the period of the syndication module."""
    skip_hours: frozenset[int] = frozenset()
    """Hours of the day, 0..23 in GMT, in which it wants to be left alone (RSS 2.0 `skipHours`)."""
    skip_days: frozenset[int] = frozenset()
    """Days on which it wants to be left alone, ISO weekdays 1..7 in GMT (RSS 2.0 `skipDays`)."""
    announced: Announcement = Announcement()
    """Addresses as the feed writes them; not part of its rhythm, and not remembered with it."""


NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Pace:
    """A source's own rhythm, as far as we have learned it."""

    entries_per_day: float | None = None
    """New entries per day, of late; None before the first reading."""
    feed_length: int | None = None
    """Entries that its body held at the last reading."""
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class Redirect:
    """A permanent redirect under observation."""

    url: str
    """Where it leads, all hops followed."""
    first_seen: datetime
    sightings: int


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a source moved to, and whether it is gone: state, which a changed `url` in config overrides."""

    adopted_url: str | None = None
    """Where its permanent redirect leads, once that was adopted."""
    redirect: Redirect | None = None
    gone_count: int = 0
    """Times that it answered 410, each a day or more after the one before."""
    gone_since: datetime | None = None
    """When it last added to `gone_count`."""


GONE_FOR_GOOD = 2
"""`gone_count` at which a source is asked no more, until its `url` changes or the operator insists."""


@dataclass(frozen=True, slots=True)
class SourceUpdate:
    """How a source stands after a poll; written together with the entries it stands for."""

    source_id: str
    at: datetime
    state: SourceState
    message: str
    next_poll: datetime | None
    """None after a push, which asked nobody: state, message, failures and the server's word are kept too."""
    not_before: datetime | None
    """The source's own word (Retry-After, max-age): even `--force` waits for it."""
    failures: int
    validators: Validators | None = None
    """None keeps what is stored."""
    body_hash: bytes | None = None
    """None keeps what is stored."""
    newest_entry: datetime | None = None
    """None keeps what is stored."""
    pace: Pace | None = None
    """None keeps what is stored."""
    plain_agent: bool | None = None
    """None keeps what is stored."""
    whereabouts: Whereabouts | None = None
    """None keeps what is stored."""
    repeats: bytes | None = None
    """None keeps what is stored."""
    announced: Announcement | None = None
    """None keeps what is stored."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A source as the operator sees it."""

    source: Source
    state: SourceState
    message: str
    failures: int = 0
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    next_poll: datetime | None = None
    newest_entry: datetime | None = None
    entries: int = 0
    pace: Pace = Pace()
    whereabouts: Whereabouts = Whereabouts()


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source as the operator sees it, with what it brought of late."""

    status: SourceStatus
    recent: int = 0
    """Entries that we first saw in the last seven days."""
    untagged: int = 0
    """Of these, those that name no country."""
    by_default: int = 0
    """Of these, those that got the source's default country because they name none in title or lead."""
