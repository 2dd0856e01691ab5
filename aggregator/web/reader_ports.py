"""What the pages for readers need of the world, and the addresses that letters and notices lead to.

Addresses, below `base_url`; TOKEN is what the letter or notice holds, and opening any changes nothing:

    /subscribe      the form; `?newsletter=ID` and `?language=LANGUAGE` may follow
    /account        asks for a fresh link to one's own data
    /u/TOKEN        leave: of a letter (RFC 8058 posts here as well)
    /p/TOKEN        preferences, pause, leave: of a letter
    /c/TOKEN        confirm a subscription: of a notice
    /a/TOKEN        see, export and erase all, change the address: of a notice
    /n/TOKEN        prove that a new address is one's own: of a notice

A letter's "view in browser", the same for every reader, so that it gives nobody away:

    BASE_URL/LANGUAGE/letters/NEWSLETTER/TRACK/PERIOD_KEY      https://…/fr/letters/weekly/weekly-1/2026-W47

It answers from the issue's `send_after` on. A language in which the site has no pages leads to the reader's
own. All issues of a newsletter as a feed (Atom): `BASE_URL/LANGUAGE/letters/NEWSLETTER.atom`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aggregator.model import Account, Application, Departure, Offer, Preferences, Wish


class Members(Protocol):
    """What readers ask for. May block: it is asked in a thread. No answer tells who is subscribed."""

    def open(self) -> bool:
        """Whether anybody can subscribe: mail that asks for confirmation would go out."""

    def offers(self) -> tuple[Offer, ...]:
        """The newsletters that are offered."""

    def apply(self, application: Application, /) -> None:
        """Mail a confirmation, or nothing where too many were mailed; the answer is the same.

        Raises UsageError only for what is no address, or for a newsletter or choice that is not offered.
        """

    def confirm(self, token: str, /, client: str | None = None) -> Preferences | None:
        """Begin the subscription; None for an unknown, used or stale token. `client`: an IP address."""

    def preferences(self, token: str, /) -> Preferences | None:
        """What the reader of a letter chose; changes nothing. None for an unknown token, as below."""

    def choose(self, token: str, wish: Wish, /) -> Preferences | None:
        """Choose otherwise."""

    def pause(self, token: str, until: datetime | None, /) -> Preferences | None:
        """Send nothing until then; None ends the pause."""

    def leave(self, token: str, /) -> Departure | None:
        """End the subscription that the token belongs to, as often as asked."""

    def send_account_link(self, email: str, language: str, /, client: str | None = None) -> None:
        """Mail a link to one's own data; silent when the address is not known, or too much was asked for.

        Raises UsageError for what is no address.
        """

    def account(self, token: str, /) -> Account | None:
        """All that is kept; the link stays good."""

    def export(self, token: str, /) -> bytes | None:
        """All that is kept, as JSON; the link is used up."""

    def erase(self, token: str, /) -> bool:
        """Forget the person; False for an unknown, used or stale token, as below."""

    def change_address(self, token: str, new_email: str, /) -> bool:
        """Mail a link to the new address, which proves it. Raises UsageError for what is no address."""

    def confirm_address(self, token: str, /) -> bool:
        """Take the new address; the old one is told."""
