"""Readers in memory: who subscribed, what they chose, which links they hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.errors import UsageError
from aggregator.model import (
    Account,
    Application,
    Choice,
    Departure,
    Offer,
    Preferences,
    Rhythm,
    Track,
    Wish,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ADDRESS = "aigul@example.org"
WEEKLY = Offer(
    "weekly",
    {
        "fr": "Asie centrale, hebdo",
        "en": "Central Asia Weekly",
        "ru": "Центральная Азия",
        "de": "Zentralasien",
    },
    (Track("daily", Rhythm.DAILY), Track("weekly-1", Rhythm.WEEKLY, 1), Track("monthly", Rhythm.MONTHLY)),
    ("KZ", "KG", "UZ", "TJ", "TM", "AF"),
    ("ru", "en", "fr", "kk", "fa"),
)
PLAIN = Offer("plain", {"en": "Plain & simple"}, (Track("daily", Rhythm.DAILY),), ("KZ",), ())
CHOSEN = Wish("weekly-1", Choice("ru", ("KG", "UZ"), ("ru",)), local_hour=7, time_zone="Asia/Bishkek")


@dataclass
class FakeMembers:
    """Answers as the real one does; `asked` is what was done, `fault` what every question raises."""

    offered: tuple[Offer, ...] = (WEEKLY, PLAIN)
    is_open: bool = True
    letters: dict[str, Preferences] = field(
        default_factory=lambda: {"letter-token": Preferences(WEEKLY, CHOSEN)}
    )
    confirmations: dict[str, Preferences] = field(
        default_factory=lambda: {"confirm-token": Preferences(WEEKLY, CHOSEN)}
    )
    accounts: dict[str, Account] = field(
        default_factory=lambda: {
            "account-token": Account(
                ADDRESS,
                "en",
                NOW - timedelta(days=400),
                (Preferences(WEEKLY, CHOSEN, NOW + timedelta(days=3)), Preferences(PLAIN, CHOSEN, left=True)),
                NOW + timedelta(minutes=30),
            )
        }
    )
    addresses: set[str] = field(default_factory=lambda: {"address-token"})
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    fault: Exception | None = None

    def _ask(self, *what: Any) -> None:
        if self.fault is not None:
            raise self.fault
        self.asked.append(what)

    @property
    def done(self) -> list[tuple[Any, ...]]:
        """What was asked but for looking."""
        return [one for one in self.asked if one[0] not in ("preferences", "account")]

    def open(self) -> bool:
        return self.is_open

    def offers(self) -> tuple[Offer, ...]:
        return self.offered

    def apply(self, application: Application) -> None:
        self._ask("apply", application)
        _address(application.email)

    def confirm(self, token: str, client: str | None = None) -> Preferences | None:
        self._ask("confirm", token, client)
        return self.confirmations.pop(token, None)

    def preferences(self, token: str) -> Preferences | None:
        self._ask("preferences", token)
        return self.letters.get(token)

    def choose(self, token: str, wish: Wish) -> Preferences | None:
        self._ask("choose", token, wish)
        return self._changed(token, wish=wish)

    def pause(self, token: str, until: datetime | None) -> Preferences | None:
        self._ask("pause", token, until)
        return self._changed(token, paused_until=until)

    def leave(self, token: str) -> Departure | None:
        self._ask("leave", token)
        left = self._changed(token, left=True)
        return Departure(left.offer.newsletter, left.wish.choice.language) if left else None

    def send_account_link(self, email: str, language: str, client: str | None = None) -> None:
        self._ask("send_account_link", email, language, client)
        _address(email)

    def account(self, token: str) -> Account | None:
        self._ask("account", token)
        return self.accounts.get(token)

    def export(self, token: str) -> bytes | None:
        self._ask("export", token)
        account = self.accounts.pop(token, None)
        return json.dumps({"email": account.email}).encode() if account else None

    def erase(self, token: str) -> bool:
        self._ask("erase", token)
        return self.accounts.pop(token, None) is not None

    def change_address(self, token: str, new_email: str) -> bool:
        self._ask("change_address", token, new_email)
        _address(new_email)
        return self.accounts.pop(token, None) is not None

    def confirm_address(self, token: str) -> bool:
        self._ask("confirm_address", token)
        known = token in self.addresses
        self.addresses.discard(token)
        return known

    def _changed(self, token: str, **changes: Any) -> Preferences | None:
        if token in self.letters:
            self.letters[token] = replace(self.letters[token], **changes)
        return self.letters.get(token)


def _address(email: str) -> None:
    if "@" not in email:
        raise UsageError(f"{email} is no mail address")
