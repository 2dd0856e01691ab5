"""What the end of an attempt means for its delivery: one table, the first row that fits.

Codes are those of RFC 5321 section 4.2 and RFC 3463; how far the transaction came decides as much as the
code. A fault of the server or of the letter is never held against the reader: the attempt does not count, and
only an address that does not exist is suppressed. A refusal is a word: even after the dot it says for certain
that the message was not taken. A silence after the dot says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from aggregator.model import DeliveryKind, DeliveryState, Doubt, Phase, Settlement, SmtpReply

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
SPREAD = 0.25
"""By how much of itself a wait is drawn out, so that letters refused together do not come back together."""
RESEND_AFTER = timedelta(minutes=15)
"""How long the relay's record is waited for, where `on_unknown` lets a second copy go out."""

LONGEST_REASON = 500
"""Characters of what is said of a letter that could not be written."""
_ADDRESS = re.compile(r"([^\s<>@\"'(),:;])[^\s<>@\"'(),:;]*@(?=[^\s<>@])")

Outcome = Callable[[SmtpReply, int, datetime], Settlement]


class Fault(StrEnum):
    """Whose trouble a reply tells of, if it tells of any."""

    SERVER = "server"
    DOMAIN = "domain"
    """The recipient's side cannot take mail now, whoever it is for."""
    CONTENT = "content"
    """The letter itself is refused: its issue's other letters would be as well."""
    POLICY = "policy"
    """We are refused and not the reader; one domain's opinion of us, or the server does not let us send."""
    NONE = "none"


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
    return masked(": ".join(part for part in (means, f"{said} {text}".strip()) if part))


def masked(words: str) -> str:
    """With `a…@` for every address: reasons stand in logs, lists and mails to the operator."""
    return _ADDRESS.sub(r"\1…@", words) if "@" in words else words


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
    Row("no TLS or login can be agreed on with the server", _LONG_PAUSE, _SESSION, ("lost",), ("7.",)),
    Row("the server cannot be reached", _SHORT_PAUSE, _SESSION, ("lost",)),
    Row("the connection was lost before the text went over", _soon, codes=("lost",)),
    Row("the server is closing the connection", _soon, codes=("421",)),
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


def settle(reply: SmtpReply, *, attempts: int, now: datetime, spread: float = 0.0) -> Settlement:
    """What an attempt's end means. `attempts`: counted tries before this one.

    `spread`: 0 to 1, of each letter another: by how much of `SPREAD` its wait is drawn out.
    """
    row = next(row for row in TABLE if row.fits(reply))
    settlement = row.outcome(row.means)(reply, attempts, now)
    if settlement.retry_at is None:
        return settlement
    return replace(settlement, retry_at=settlement.retry_at + (settlement.retry_at - now) * SPREAD * spread)


def fault(reply: SmtpReply) -> Fault:
    """Whose trouble a reply tells of. What concerns one mailbox alone tells of nobody's."""
    status = reply.enhanced.partition(".")[2]
    if reply.code is None or reply.code == 421:
        return Fault.SERVER
    if reply.code < 400:
        return Fault.NONE
    if reply.code >= 500:
        return _final_fault(reply, status)
    if reply.phase in (Phase.CONNECT, Phase.MAIL) or status.startswith("3.") or reply.code == 452:
        return Fault.NONE if status == "2.2" else Fault.SERVER
    return Fault.NONE if status == "2.2" else Fault.DOMAIN


def _final_fault(reply: SmtpReply, status: str) -> Fault:
    if status.startswith(("1.", "2.")):
        return Fault.NONE
    if reply.phase is Phase.DOT:
        return Fault.CONTENT
    by_policy = reply.phase is Phase.RCPT and (status.startswith("7.") or reply.code == 554)
    return Fault.POLICY if by_policy else Fault.NONE


def is_configuration(reason: str) -> bool:
    """Whether a server rests because the operator has to look at it, by the reason that `settle` gave."""
    return any(reason.startswith(row.means) for row in TABLE if row.outcome is _LONG_PAUSE)


def is_content(reason: str) -> bool:
    """Whether a letter was refused for what it holds, by the reason that `settle` gave."""
    return any(reason.startswith(row.means) for row in TABLE if row.outcome is _refused_letter)


def postponed(reason: str, until: datetime) -> Settlement:
    """It may not go yet, for no fault of its own: nothing was tried."""
    return Settlement(DeliveryState.DEFERRED, reason, retry_at=until, counts=False)


def elsewhere(settlement: Settlement) -> Settlement:
    """One server cannot take it and another one may: it need not wait."""
    return replace(settlement, state=DeliveryState.READY, retry_at=None)


def refused(reason: str) -> Settlement:
    """The address left or was suppressed after the issue was frozen: it gets no mail; nothing was tried."""
    return Settlement(DeliveryState.SUPPRESSED, reason, counts=False)


def unwritable(error: Exception) -> Settlement:
    """The letter could not be written: trying again would give the same."""
    reason = masked(
        f"the letter could not be written: {type(error).__name__}: {error}"[:LONGEST_REASON]
    ).rstrip(": ")
    return Settlement(DeliveryState.FAILED, reason, counts=False)


def doubtful(doubt: Doubt, on_unknown: str, now: datetime) -> Settlement | None:
    """What becomes of a delivery that no record tells of; None: it is held until the operator says.

    A digest may go out a second time where its newsletter says so; the copy is byte for byte the same. A
    notice that has run out is of no more use: whoever waits for it can ask again.
    """
    if doubt.delivery.kind is not DeliveryKind.ISSUE:
        if now < doubt.delivery.expires_at:
            return None
        return Settlement(
            DeliveryState.EXPIRED, "it may have arrived, and is too old to matter", counts=False
        )
    if on_unknown == "resend" and now >= doubt.since + RESEND_AFTER:
        return Settlement(DeliveryState.READY, "nothing tells that it arrived: it goes again", counts=False)
    return None


def reconciled(accepted: bool) -> Settlement:
    """The relay's own record told the fate of a delivery that was unknown."""
    if accepted:
        return Settlement(DeliveryState.SENT, "the relay's record holds the message")
    return Settlement(DeliveryState.READY, "the relay's record does not hold the message", counts=False)
