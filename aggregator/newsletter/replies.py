"""What the end of an attempt means for its delivery: one table, the first row that fits.

Codes are those of RFC 5321 section 4.2 and RFC 3463; how far the transaction came decides as much as the
code. A fault of the server or of the letter is never held against the reader: the attempt does not count, and
only an address that does not exist is suppressed. A refusal is a word: even after the dot it says for certain
that the message was not taken. A silence after the dot says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.model import DeliveryState, Phase, Settlement, SmtpReply

RETRIES = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Waits after a temporary refusal, 45 hours in all; the refusal after the last one is final."""
SOON = timedelta(minutes=5)
"""Wait after a fault that says nothing of the reader; the issue's own expiry ends it."""
CONFIGURATION_PAUSE = timedelta(minutes=15)
"""How long a server rests that cannot take anybody's mail until the operator has looked at it."""

Outcome = Callable[[SmtpReply, int, datetime], Settlement]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table. An empty criterion fits all."""

    means: str
    """The reason that the operator reads."""
    outcome: Callable[[str], Outcome]
    phases: tuple[Phase, ...] = ()
    codes: tuple[str, ...] = ()
    """Beginnings of the reply code; `lost` stands for no reply at all."""
    status: tuple[str, ...] = ()
    """Enhanced status codes without their class digit; `7.` fits a whole kind, "" a reply that has none."""

    def fits(self, reply: SmtpReply) -> bool:
        """Whether every criterion of the row admits the reply."""
        code = "lost" if reply.code is None else str(reply.code)
        status = reply.enhanced.partition(".")[2]
        return (
            (not self.phases or reply.phase in self.phases)
            and (not self.codes or code.startswith(self.codes))
            and (not self.status or any(_is_status(status, one) for one in self.status))
        )


def _is_status(status: str, pattern: str) -> bool:
    return status.startswith(pattern) if pattern.endswith(".") else status == pattern


# ------------------------------------------------------------------------------------------ outcomes


def _sent(means: str) -> Outcome:
    return lambda reply, _, __: Settlement(DeliveryState.SENT, _reason(means, reply))


def _unknown(means: str) -> Outcome:
    return lambda reply, _, __: Settlement(DeliveryState.UNKNOWN, _reason(means, reply))


def _soon(means: str) -> Outcome:
    return lambda reply, _, now: Settlement(
        DeliveryState.DEFERRED, _reason(means, reply), retry_at=now + SOON, counts=False
    )


def _pausing(pause: timedelta) -> Callable[[str], Outcome]:
    return lambda means: (
        lambda reply, _, now: Settlement(
            DeliveryState.DEFERRED,
            _reason(means, reply),
            retry_at=now + pause,
            counts=False,
            pause_server=pause,
        )
    )


def _retried(means: str) -> Outcome:
    def outcome(reply: SmtpReply, attempts: int, now: datetime) -> Settlement:
        if attempts >= len(RETRIES):
            return Settlement(DeliveryState.FAILED, _reason(f"{means}; given up", reply))
        return Settlement(DeliveryState.DEFERRED, _reason(means, reply), retry_at=now + RETRIES[attempts])

    return outcome


def _bounced(means: str) -> Outcome:
    """Held against the address, which may work again."""
    return lambda reply, _, __: Settlement(DeliveryState.FAILED, _reason(means, reply))


def _no_such_address(means: str) -> Outcome:
    return lambda reply, _, __: Settlement(DeliveryState.FAILED, _reason(means, reply), suppress=True)


def _refused_letter(means: str) -> Outcome:
    """Final for this letter, but no fault of its reader."""
    return lambda reply, _, __: Settlement(DeliveryState.FAILED, _reason(means, reply), counts=False)


def _reason(means: str, reply: SmtpReply) -> str:
    said = " ".join(part for part in (str(reply.code or ""), reply.enhanced) if part)
    text = reply.text.removeprefix(reply.enhanced).strip()
    return ": ".join(part for part in (means, f"{said} {text}".strip()) if part)


# ------------------------------------------------------------------------------------------ the table

_SESSION = (Phase.CONNECT,)
_SENDER = (Phase.MAIL,)
_RECIPIENT = (Phase.RCPT,)
_RECIPIENT_OR_TEXT = (Phase.RCPT, Phase.DOT)
_TEXT = (Phase.DOT,)

_SHORT_PAUSE = _pausing(SOON)
_LONG_PAUSE = _pausing(CONFIGURATION_PAUSE)

# fmt: off
TABLE = (
    Row("accepted", _sent, _TEXT, ("2",)),
    Row("no reply after the text went over: it may have arrived", _unknown, _TEXT, ("lost",)),
    Row("the server cannot be reached", _SHORT_PAUSE, _SESSION, ("lost",)),
    Row("the connection was lost before the text went over", _soon, codes=("lost",)),
    Row("the server is closing the connection", _SHORT_PAUSE, codes=("421",)),
    Row("the server refuses our login or TLS", _LONG_PAUSE, codes=("454", "530", "534", "535", "538")),
    Row("the server refuses the session", _LONG_PAUSE, _SESSION),
    Row("the address needs SMTPUTF8, which is not offered", _refused_letter, codes=("5",), status=("6.7",)),
    Row("the server refuses our sender address", _LONG_PAUSE, _SENDER, ("5",)),
    Row("too many recipients in one transaction", _soon, codes=("452",), status=("5.3",)),
    Row("the server is out of space", _LONG_PAUSE, codes=("4",), status=("3.1",)),
    Row("the server is out of space", _LONG_PAUSE, codes=("452",), status=("",)),
    Row("the mailbox is full", _retried, codes=("4",), status=("2.2",)),
    Row("temporarily refused", _retried, codes=("4",)),
    Row("no such address", _no_such_address, _RECIPIENT_OR_TEXT, ("5",), ("1.1", "1.2", "1.10")),
    Row("refused by policy, not because of the reader", _refused_letter, codes=("5",), status=("7.",)),
    Row("the mailbox is full", _bounced, codes=("5",), status=("2.2",)),
    Row("the letter is too big", _refused_letter, codes=("5",), status=("2.3", "3.4")),
    Row("not an address", _no_such_address, _RECIPIENT, ("501", "553")),
    Row("refused by policy, not because of the reader", _refused_letter, _RECIPIENT, ("554",)),
    Row("the recipient is refused", _bounced, _RECIPIENT, ("5",)),
    Row("the text is refused", _refused_letter, _TEXT, ("5",)),
    Row("an unexpected reply", _retried),
)
# fmt: on


def settle(reply: SmtpReply, *, attempts: int, now: datetime) -> Settlement:
    """What an attempt's end means. `attempts`: counted tries before this one."""
    row = next(row for row in TABLE if row.fits(reply))
    return row.outcome(row.means)(reply, attempts, now)


def refused(reason: str) -> Settlement:
    """The address left or was suppressed after the issue was frozen: it gets no mail; nothing was tried."""
    return Settlement(DeliveryState.SUPPRESSED, reason, counts=False)


def unwritable(error: Exception) -> Settlement:
    """The letter could not be written: trying again would give the same."""
    reason = f"the letter could not be written: {type(error).__name__}: {error}".rstrip(": ")
    return Settlement(DeliveryState.FAILED, reason, counts=False)


def reconciled(accepted: bool) -> Settlement:
    """The relay's own record told the fate of a delivery that was unknown."""
    if accepted:
        return Settlement(DeliveryState.SENT, "the relay's record holds the message")
    return Settlement(DeliveryState.READY, "the relay's record does not hold the message", counts=False)
