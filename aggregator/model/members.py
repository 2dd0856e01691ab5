"""What readers ask of a newsletter, by which link, and what they are told of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregator.model.newsletters import Track
from aggregator.model.subscribers import Choice, SubscriberState


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
    """IP address, where it is known. Counted against floods; kept only where the operator chose to."""
    text: str = ""
    """That wording itself, as the page shows it (HTML)."""


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


@dataclass(frozen=True, slots=True)
class Departure:
    """What a letter's link ended: of a person no more than the letter shows anyway."""

    newsletter: str
    language: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many mails strangers can cause by typing addresses into forms."""

    per_address: int = 4
    """To one address a day (UTC)."""
    per_client: int = 10
    """For one IP address, or one IPv6 network, an hour."""
    altogether: int = 500
    """An hour."""


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What is known of an address that somebody typed. No answer to a stranger may depend on it."""

    email: str
    """In its normal form."""
    person_id: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A single-use link that an address is to be mailed."""

    purpose: LinkPurpose
    email: str
    person_id: int | None
    asked: Mapping[str, object]
    """What comes into force when the link is used; plain JSON."""
    expires_at: datetime
    mail_expires_at: datetime
    """Until when it makes sense to send the mail."""
    client: str | None = None
    """IP address of who asked; counted, not kept."""
    consent_text: str = ""
    """The wording whose version stands in `asked` as `text`: kept once, whoever reads it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One newsletter of one person, as it stands."""

    newsletter: str
    wish: Wish
    state: SubscriberState
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the holder of a fresh link sees it."""

    id: int
    email: str
    language: str
    created_at: datetime
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A reader whom the operator vouches for."""

    email: str
    newsletter: str
    wish: Wish
    consent: str
    """How and when this person agreed."""


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was forgotten because its time had passed."""

    links: int = 0
    """Confirmations that never came, and links that were used or ran out."""
    counts: int = 0
