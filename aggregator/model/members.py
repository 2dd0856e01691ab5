"""What readers ask of a newsletter, by which link, and what they are told of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.newsletters import Track
from aggregator.model.subscribers import Choice


@dataclass(frozen=True, slots=True)
class Offer:
    """A newsletter as it is offered: what can be chosen."""

    newsletter: str
    names: Mapping[str, str]
    """Name per interface language; the first is the default."""
    tracks: tuple[Track, ...]
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    """Languages of stories that can be chosen."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants of one newsletter."""

    track: str
    choice: Choice
    local_hour: int | None = None
    """Hour of the day, in `time_zone`, at which letters may arrive; None: when the issue goes out."""
    time_zone: str | None = None
    """IANA zone of the reader; None: the newsletter's."""


@dataclass(frozen=True, slots=True)
class Application:
    """A subscription form as it came in."""

    email: str
    newsletter: str
    wish: Wish
    form: str
    """Address of the page that the form stood on."""
    text_version: str
    """Which wording of the consent was shown."""
    client: str | None = None
    """IP address; given only where the operator chose to keep it."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a letter's link may show: the wish, never the address."""

    offer: Offer
    wish: Wish
    paused_until: datetime | None = None
    left: bool = False


class LinkPurpose(StrEnum):
    """What a single-use link is for."""

    CONFIRM = "confirm"
    """Begin the subscription that somebody asked for."""
    ACCOUNT = "account"
    """See, export and erase all, and change the address."""
    NEW_ADDRESS = "new-address"
    """Prove that the new address is one's own."""


@dataclass(frozen=True, slots=True)
class Account:
    """All that is kept of one person, for whoever holds a fresh link mailed to the address."""

    email: str
    language: str
    created_at: datetime
    subscriptions: tuple[Preferences, ...]
    expires_at: datetime
    """Until when the link serves."""
