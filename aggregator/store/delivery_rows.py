"""How an attempt ended, as rows of the ledger and of its log. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aggregator.model import Delivery, DeliveryState, Settlement, SmtpReply
from aggregator.store.tables import deliveries

REPLY_CHARACTERS = 1_000
"""Of a server's reply that the ledger keeps."""


def outcome(settlement: Settlement, now: datetime) -> dict[str, Any]:
    """What a settlement writes, whatever the server said. Frees the letter."""
    sent = {"sent_at": now} if settlement.state is DeliveryState.SENT else {}
    return {
        "state": settlement.state.value,
        "reason": settlement.reason,
        "next_try_at": settlement.retry_at,
        "lease_owner": None,
        "lease_until": None,
        **sent,
    }


def said(settlement: Settlement, reply: SmtpReply | None) -> dict[str, Any]:
    """What a reply adds. Without one nothing was tried, and no attempt counts."""
    if reply is None:
        return {}
    return {
        "phase": reply.phase.value,
        "smtp_code": reply.code,
        "enhanced": reply.enhanced,
        "smtp_text": reply.text[:REPLY_CHARACTERS],
        "server": reply.server,
        "queue_id": reply.queue_id,
        "attempts": deliveries.c.attempts + int(settlement.counts),
    }


def attempt(delivery: Delivery, settlement: Settlement, reply: SmtpReply, now: datetime) -> dict[str, Any]:
    """A row of `attempts`."""
    return {
        "delivery_id": delivery.id,
        "at": now,
        "phase": reply.phase.value,
        "code": reply.code,
        "enhanced": reply.enhanced,
        "text": reply.text[:REPLY_CHARACTERS],
        "server": reply.server,
        "queue_id": reply.queue_id,
        "state": settlement.state.value,
        "counted": settlement.counts,
    }
