"""What delivering needs of the world, and what it gives account of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from aggregator.model import (
    Delivery,
    DeliveryState,
    Doubt,
    Letter,
    Newsletter,
    Notice,
    Outcome,
    Phase,
    ServerPause,
    Settlement,
    SmtpReply,
    Variant,
)
from aggregator.traffic import Traffic

Reach = Callable[[Phase], Awaitable[None]]
"""Makes a phase durable; what it raises says that the text must not go over."""


class Ledger(Protocol):
    """The delivery ledger: every mail to every address, and how it stands."""

    def recover(self, now: datetime) -> int:
        """Give back what a crash left leased: before the dot it is ready again, after it is unknown."""

    def doubts(self, limit: int | None, after: int = 0) -> Sequence[Doubt]:
        """Deliveries that may or may not have arrived, by number, from the first after `after` on."""

    def pauses(self, now: datetime) -> Sequence[ServerPause]:
        """Servers that are left alone now."""

    def claim(
        self, now: datetime, limit: int, newsletters: Collection[str] | None = None
    ) -> Sequence[Delivery]:
        """Lease mail that is due: notices, and letters of these newsletters; expires what is too old.

        Durable before it returns.
        """

    def give_back(self, claimed: Collection[Delivery], now: datetime) -> int:
        """Give back what was claimed and is not sent after all."""

    def refusals(self, asked: Sequence[Delivery], now: datetime) -> Mapping[int, str]:
        """Why these addresses must get no mail now (they left, they are suppressed), by delivery."""

    def variant(self, variant_id: int) -> Variant:
        """The assembled issue that a delivery hands over."""

    def notice(self, delivery_id: int) -> Notice:
        """What a mail says that is no issue."""

    def reach_all(self, letters: Sequence[Delivery], phase: Phase) -> frozenset[int]:
        """Record the phase, durable before this returns; the numbers of those that are still ours."""

    def settle_all(self, outcomes: Sequence[Outcome]) -> None:
        """Record how attempts ended."""

    def stop_issue(self, issue_id: int, reason: str, now: datetime) -> bool:
        """Pause an issue whose text is refused; False when it is paused already."""


class Carrier(Protocol):
    """Hands letters to one SMTP server."""

    @property
    def server(self) -> str:
        """What its replies and pauses are recorded under."""

    async def send(self, letter: Letter, reach: Reach) -> SmtpReply:
        """Send one letter; awaits `reach(Phase.DOT)` before the text goes over.

        Never raises for what the wire does. Should it raise all the same, the row stays leased and `recover`
        judges it by its phase, as after a crash.
        """

    def was_accepted(self, message_id: str) -> bool | None:
        """Whether the server's own record holds this message; None when there is no such record."""


class Record(Protocol):
    """What a server wrote down of the messages that it took."""

    def __call__(self, doubt: Doubt, now: datetime) -> bool | None:
        """Whether it took this one; None when it cannot be told, or not yet."""


@dataclass(frozen=True, slots=True)
class Road:
    """One way out: a server, how much of it may be used at once, and its own record."""

    carrier: Carrier
    sessions: int = 5
    """Letters under way at once."""
    per_second: float | None = None
    record: Record | None = None


def _no_notices(notice: Notice, delivery: Delivery) -> Letter:
    raise NotImplementedError(f"{notice.subject!r} ({delivery.kind}) has no writer")


@dataclass(frozen=True, slots=True)
class DeliverPorts:
    """What delivering needs of the world."""

    newsletters: Mapping[str, Newsletter]
    ledger: Ledger
    carrier: Carrier
    write_letter: Callable[[Newsletter, Variant, Delivery], Letter]
    write_notice: Callable[[Notice, Delivery], Letter] = _no_notices
    sessions: int = 5
    """Letters that `carrier` may have under way at once."""
    per_second: float | None = None
    record: Record | None = None
    more: tuple[Road, ...] = ()
    """Other servers, which share the work."""
    clock: Callable[[], datetime] | None = None
    """Of a sending that lasts; without it, it all happens at the moment that it began."""
    stopping: Callable[[], bool] = lambda: False
    """Whether to take up no more letters, and to end."""
    drain: timedelta = timedelta(seconds=25)
    """How long letters under way get then."""
    traffic: Traffic = field(default_factory=Traffic)
    """What is known of servers and domains; the same for all sendings of a process."""

    @property
    def roads(self) -> tuple[Road, ...]:
        """All ways out, the first one first."""
        return (Road(self.carrier, self.sessions, self.per_second, self.record), *self.more)


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line of the account: what became of one letter."""

    delivery: Delivery
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class DeliverReport:
    """What became of the letters that were tried."""

    lines: tuple[LetterLine, ...]
    """The first of them; all, unless there were more than are kept."""
    held: int
    """Deliveries whose fate is unknown and that wait for the operator."""
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    """How many came to which end."""
