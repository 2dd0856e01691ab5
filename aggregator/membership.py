"""What readers ask for themselves: subscribe, choose, pause, leave; see, move and forget all that is kept.

Two powers. The link in a letter is forwarded with it: it leaves, pauses and chooses, and never shows an
address. Whatever shows or moves an address takes a link that serves once, for half an hour, mailed to it.
Strangers learn nothing: known, unknown and suppressed addresses get the same answer after the same work, and
what is mailed holds no word that a stranger wrote. `now` is always an argument.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from aggregator.errors import UsageError
from aggregator.model import (
    Account,
    Acquaintance,
    Application,
    Departure,
    Limits,
    LinkPurpose,
    LinkRequest,
    Notice,
    Offer,
    Person,
    Preferences,
    SubscriberState,
    Subscription,
    Tidied,
    Wish,
)
from aggregator.newsletter.notices import NoticeKind
from aggregator.newsletter.wishes import admitted, as_kept

log = logging.getLogger(__name__)

CONFIRM_WITHIN = timedelta(days=14)
"""What is not confirmed by then is forgotten, and so is every link that was used or ran out."""
FRESH = timedelta(minutes=30)
"""How long a link serves that shows or changes what is kept."""
CONFIRMATION_SENT_WITHIN = timedelta(hours=48)
NEWS_SENT_WITHIN = timedelta(days=5)
"""A mail that tells the old address of a change is of use for longer than a link."""
LONGEST_PAUSE = timedelta(days=366)
LONGEST_TEXT = 200
"""Characters kept of what a form says of itself."""


class Memory(Protocol):
    """What we remember of readers."""

    def acquaintance(self, email: str) -> Acquaintance:
        """What is known of an address. Raises UsageError for what is none."""

    def ask(
        self, request: LinkRequest, notice: Notice, *, mail: bool, limits: Limits, now: datetime
    ) -> str | None:
        """Mail a single-use link and count that, or only count; returns which count is full, if one is."""

    def confirm(self, token: str, client: str | None, now: datetime) -> Subscription | None:
        """Begin what was asked for; the link is used up. None for an unknown, used or stale token."""

    def of_letter(self, token: str) -> Subscription | None:
        """The subscription of a letter; None for an unknown token, here and below."""

    def choose(self, token: str, wish: Wish) -> Subscription | None:
        """Change what a letter's reader wants, unless they left."""

    def pause(self, token: str, until: datetime | None) -> Subscription | None:
        """Send nothing until then, unless they left."""

    def account(self, token: str, now: datetime) -> tuple[Person, datetime] | None:
        """Who holds a fresh link, and until when it serves; it stays good."""

    def export(self, token: str, now: datetime) -> dict[str, Any] | None:
        """All that is kept of who holds a fresh link; it is used up, here and below."""

    def erase(self, token: str, now: datetime) -> bool:
        """Forget who holds a fresh link."""

    def take_account(self, token: str, now: datetime) -> tuple[Person, str] | None:
        """Who holds a fresh link, and the language in which they asked for it."""

    def change_address(
        self, token: str, tell: Callable[[str], Notice], mail_expires_at: datetime, now: datetime
    ) -> bool:
        """Take the address that a link proved, and tell the old one."""

    def tidy(self, now: datetime, kept: timedelta) -> Tidied:
        """Forget what is older than `kept` and was never confirmed, or has served."""


class Leave(Protocol):
    """Takes the reader of a letter off its newsletter; harmless when repeated."""

    def __call__(self, token: str, *, now: datetime) -> tuple[str, str] | None:
        """The newsletter and the reader's language; None for an unknown token."""


class Write(Protocol):
    """Renders a mail of the program itself, in a language, or in the site's where it has no words."""

    def __call__(self, kind: NoticeKind, language: str, newsletter: str = "") -> Notice:
        """`newsletter`: its name, where the mail is about one."""


@dataclass(frozen=True, slots=True)
class MemberPorts:
    """What members' wishes need of the world."""

    offers: Mapping[str, Offer]
    memory: Memory
    leave: Leave
    write: Write
    open: bool = True
    """Whether anybody can subscribe: False while mail goes nowhere."""
    keep_ip: bool = False
    """Whether the address of who asked and who confirmed is kept as proof."""
    limits: Limits = field(default_factory=Limits)


# --------------------------------------------------------------------------------------------- subscribe


def apply(now: datetime, ports: MemberPorts, application: Application) -> None:
    """Mail a confirmation, or nothing where too many were mailed; nobody learns which.

    Raises UsageError only for what is no address, for what is not offered, and while subscribing is closed.
    """
    if not ports.open:
        raise UsageError("subscribing is not possible yet")
    offer = _offered(application.newsletter, ports)
    wish = admitted(offer, application.wish)
    known = ports.memory.acquaintance(application.email)
    asked = {
        "email": known.email,
        "newsletter": offer.newsletter,
        **as_kept(wish),
        "form": application.form[:LONGEST_TEXT],
        "text": application.text_version[:LONGEST_TEXT],
    }
    if ports.keep_ip and application.client:
        asked["ip"] = application.client[:LONGEST_TEXT]
    request = LinkRequest(
        purpose=LinkPurpose.CONFIRM,
        email=known.email,
        person_id=known.person_id,
        asked=asked,
        expires_at=now + CONFIRM_WITHIN,
        mail_expires_at=now + CONFIRMATION_SENT_WITHIN,
        client=application.client,
        consent_text=application.text,
    )
    language = wish.choice.language
    notice = ports.write(NoticeKind.CONFIRM, language, offer.names[language])
    _ask(now, ports, request, notice, mail=not known.suppressed)


def confirm(now: datetime, ports: MemberPorts, token: str, client: str | None = None) -> Preferences | None:
    """Begin the subscription that a link confirms; None for an unknown, used or stale token."""
    return _preferences(ports.memory.confirm(token, client if ports.keep_ip else None, now), ports)


def _offered(newsletter: str, ports: MemberPorts) -> Offer:
    if newsletter not in ports.offers:
        raise UsageError(f"no newsletter {newsletter!r}; there is {', '.join(ports.offers)}")
    return ports.offers[newsletter]


def _ask(now: datetime, ports: MemberPorts, request: LinkRequest, notice: Notice, *, mail: bool) -> None:
    if full := ports.memory.ask(request, notice, mail=mail, limits=ports.limits, now=now):
        log.warning("a mail of kind %s was not sent: too many (%s)", request.purpose, full)


# ------------------------------------------------------------------------------------------ by a letter


def preferences(ports: MemberPorts, token: str) -> Preferences | None:
    """What the reader of a letter chose; None for an unknown token, here and below."""
    return _preferences(ports.memory.of_letter(token), ports)


def choose(ports: MemberPorts, token: str, wish: Wish) -> Preferences | None:
    """Choose otherwise; who left stays so, for a letter in strange hands must not bring them back.

    Raises UsageError for what is not offered.
    """
    known = ports.memory.of_letter(token)
    if known is None or known.newsletter not in ports.offers:
        return None
    return _preferences(ports.memory.choose(token, admitted(ports.offers[known.newsletter], wish)), ports)


def pause(now: datetime, ports: MemberPorts, token: str, until: datetime | None) -> Preferences | None:
    """Send nothing until then, what waits to be sent included; None ends the pause.

    Raises UsageError for a day that is past or over a year away.
    """
    if until is not None and not now < until <= now + LONGEST_PAUSE:
        raise UsageError("a pause ends on a day to come, within a year")
    return _preferences(ports.memory.pause(token, until), ports)


def leave(now: datetime, ports: MemberPorts, token: str) -> Departure | None:
    """End the subscription that a letter belongs to; harmless when repeated."""
    left = ports.leave(token, now=now)
    return Departure(*left) if left else None


def _preferences(known: Subscription | None, ports: MemberPorts) -> Preferences | None:
    if known is None or known.newsletter not in ports.offers:
        return None
    left = known.state is SubscriberState.LEFT
    return Preferences(ports.offers[known.newsletter], known.wish, known.paused_until, left)


# --------------------------------------------------------------------------------------- by a fresh link


def send_account_link(
    now: datetime, ports: MemberPorts, email: str, language: str, client: str | None = None
) -> None:
    """Mail a link to one's own data, or nothing where the address is unknown; nobody learns which.

    Raises UsageError for what is no address.
    """
    known = ports.memory.acquaintance(email)
    request = _fresh(now, LinkPurpose.ACCOUNT, known.email, known.person_id, {"language": language}, client)
    notice = ports.write(NoticeKind.ACCOUNT, language)
    _ask(now, ports, request, notice, mail=known.person_id is not None and not known.suppressed)


def _fresh(
    now: datetime,
    purpose: LinkPurpose,
    email: str,
    person_id: int | None,
    asked: Mapping[str, object],
    client: str | None = None,
) -> LinkRequest:
    return LinkRequest(purpose, email, person_id, asked, now + FRESH, now + FRESH, client)


def account(now: datetime, ports: MemberPorts, token: str) -> Account | None:
    """All that is kept of who holds a fresh link, which stays good; None for any other token."""
    held = ports.memory.account(token, now)
    if held is None:
        return None
    person, expires_at = held
    subscribed = tuple(filter(None, (_preferences(one, ports) for one in person.subscriptions)))
    return Account(person.email, person.language, person.created_at, subscribed, expires_at)


def export(now: datetime, ports: MemberPorts, token: str) -> bytes | None:
    """All that is kept of who holds a fresh link, as JSON. The link is used up."""
    record = ports.memory.export(token, now)
    return None if record is None else json.dumps(record, ensure_ascii=False, indent=2).encode()


def erase(now: datetime, ports: MemberPorts, token: str) -> bool:
    """Forget who holds a fresh link. Only a suppressed address leaves its keyed hash behind."""
    return ports.memory.erase(token, now)


def change_address(now: datetime, ports: MemberPorts, token: str, new_email: str) -> bool:
    """Mail a link to the new address, which proves it; the fresh link is used up.

    Somebody who has the new address already is told so there, and nothing changes. Raises UsageError for
    what is no address, and leaves the link good then.
    """
    new = ports.memory.acquaintance(new_email)
    taken = ports.memory.take_account(token, now)
    if taken is None:
        return False
    person, language = taken
    asked = {"email": new.email, "language": language}
    request = _fresh(now, LinkPurpose.NEW_ADDRESS, new.email, person.id, asked)
    kind = NoticeKind.NEW_ADDRESS if new.person_id is None else NoticeKind.ADDRESS_TAKEN
    _ask(now, ports, request, ports.write(kind, language), mail=not new.suppressed)
    return True


def confirm_address(now: datetime, ports: MemberPorts, token: str) -> bool:
    """Take the new address; the old one is told."""
    tell = partial(ports.write, NoticeKind.ADDRESS_CHANGED)
    return ports.memory.change_address(token, tell, now + NEWS_SENT_WITHIN, now)


# ------------------------------------------------------------------------------------------------- tidy


def tidy(now: datetime, ports: MemberPorts) -> Tidied:
    """Forget what nobody confirmed, and links and counts whose time is over; to be called hourly."""
    return ports.memory.tidy(now, CONFIRM_WITHIN)
