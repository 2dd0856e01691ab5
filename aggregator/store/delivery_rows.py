"""How attempts ended, as rows of the ledger and of its log. Pure."""

from __future__ import annotations

from typing import Any

from aggregator.model import DeliveryState, Outcome

REPLY_CHARACTERS = 1_000
"""Of a server's reply that the ledger keeps."""


def settled(outcome: Outcome) -> dict[str, Any]:
    """What every settlement writes, whatever the server said. Frees the letter."""
    settlement = outcome.settlement
    row = {
        "state": settlement.state.value,
        "reason": settlement.reason,
        "next_try_at": settlement.retry_at,
        "lease_owner": None,
        "lease_until": None,
        "unknown_since": outcome.at if settlement.state is DeliveryState.UNKNOWN else None,
    }
    if settlement.state is DeliveryState.SENT:
        row["sent_at"] = outcome.at
    if settlement.retry_at is not None:
        row["not_before"] = settlement.retry_at
    return row


def said(outcome: Outcome, attempts: int) -> dict[str, Any]:
    """What a reply adds; `attempts`: counted before. Without one nothing was tried, and no attempt counts."""
    reply = outcome.reply
    if reply is None:
        return {}
    return {
        "phase": reply.phase.value,
        "smtp_code": reply.code,
        "enhanced": reply.enhanced,
        "smtp_text": reply.text[:REPLY_CHARACTERS],
        "server": reply.server,
        "queue_id": reply.queue_id,
        "attempts": attempts + int(outcome.settlement.counts),
    }


def attempt(outcome: Outcome) -> dict[str, Any]:
    """A row of `attempts`."""
    assert outcome.reply is not None
    reply = outcome.reply
    return {
        "delivery_id": outcome.delivery.id,
        "at": outcome.at,
        "phase": reply.phase.value,
        "code": reply.code,
        "enhanced": reply.enhanced,
        "text": reply.text[:REPLY_CHARACTERS],
        "server": reply.server,
        "queue_id": reply.queue_id,
        "state": outcome.settlement.state.value,
        "counted": outcome.settlement.counts,
    }
