"""Subscriptions at hubs: which sources want them, and what a hub's word and its pushes change (W3C WebSub).

The conductor `push.py` asks here before it believes anything. `lease_plan` says what to do when.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from ipaddress import ip_address
from urllib.parse import urlsplit

from aggregator.ingest import rhythm
from aggregator.model import (
    GONE_FOR_GOOD,
    Announcement,
    Callback,
    Claim,
    Fetched,
    HubAnswer,
    HubQuestion,
    Lease,
    LeaseState,
    LeaseUpdate,
    Push,
    Standing,
)

ASKED_LEASE = timedelta(days=10)
"""What we ask for; the hub decides."""
LONGEST_LEASE = timedelta(days=14)
"""However long a hub promises: a lease is proof that it still knows us."""
OVERLAP = timedelta(hours=1)
"""How long a lease that was renewed is honoured besides the new one: pushes may be under way."""
PAUSE = timedelta(hours=1)
"""Between two requests to a hub about one source; doubled each time they lead nowhere, up to a day."""
DENIED_AGAIN = timedelta(days=7)
LONGEST_REASON = 300

_SIGNATURES = frozenset({"sha256", "sha384", "sha512"})
"""SHA-1, which older hubs use, proves too little."""
_RESERVED = frozenset(
    {"localhost", "local", "internal", "test", "invalid", "example", "arpa", "onion", "lan"}
)
"""Last labels of names that nobody reaches from outside (RFC 2606, 6761, 6762, 7686)."""


def why_not_reached(base_url: str) -> str:
    """Why no hub could call back below this address; empty when hubs can."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https":
        return f"{base_url} is not https"
    try:
        ip_address(host)
    except ValueError:
        public = "." in host and host.rpartition(".")[2] not in _RESERVED
        return "" if public else f"{host} is no public name"
    return f"{host} is an address, not a name"


def wish(standing: Standing) -> Announcement:
    """The hubs that shall push this source; none when it is not polled, is gone, or shall not be pushed."""
    claim = standing.claim
    if claim is None or not claim.source.websub or claim.source.type != "feed":
        return Announcement()
    return Announcement() if claim.whereabouts.gone_count >= GONE_FOR_GOOD else claim.announced


def account(standing: Standing, obstacle: str) -> str:
    """How a source stands with its hubs, in a line for the operator; empty when it has none.

    `obstacle`: why no hub can push to this installation, empty when hubs can.
    """
    if not (hubs := wish(standing).hubs):
        return ""
    if obstacle:
        return f"its hub {hubs[0]} could push, but not here: {obstacle}"
    running = [lease for lease in standing.leases if lease.state is LeaseState.ACTIVE]
    if running and running[-1].expires_at:
        return f"pushed by {running[-1].hub} until {running[-1].expires_at:%Y-%m-%d %H:%M}"
    if not standing.leases:
        return f"its hub {hubs[0]} is asked within a minute of `run`"
    last = standing.leases[-1]
    what = "denied by" if last.state is LeaseState.DENIED else "waits for"
    said = f" ({last.message})" if last.message else ""
    return f"{what} {last.hub}{said}, which is asked again at {last.try_after:%Y-%m-%d %H:%M}"


def has_run_out(lease: Lease, now: datetime) -> bool:
    """Whether its time is over, or never began."""
    return lease.expires_at is None or lease.expires_at <= now


# ------------------------------------------------------------------------------------------------ events


def asked(state: LeaseState, failures: int, now: datetime) -> LeaseUpdate:
    """How a lease stands once its hub is sent a request; on record before the request, as polls are.

    Every request counts as one that led nowhere until it is verified: hubs say yes and forget.
    """
    return LeaseUpdate(state, now + rhythm.backed_off(PAUSE, failures), failures + 1)


def answered(lease: Lease, answer: HubAnswer, now: datetime) -> LeaseUpdate:
    """How a lease stands after its hub answered the request, if it has not come back to verify already."""
    try_after = max(lease.try_after, answer.not_before or now)
    return LeaseUpdate(lease.state, try_after, lease.failures, answer.message[:LONGEST_REASON])


def left(now: datetime) -> LeaseUpdate:
    """How the lease that a new one replaces stands: honoured a little longer, then unsubscribed."""
    return LeaseUpdate(LeaseState.LEAVING, now + OVERLAP)


def heard(lease: Lease, question: HubQuestion, now: datetime) -> LeaseUpdate | None:
    """What a hub's question or refusal changes; None for «no»: only what we asked for is confirmed.

    W3C WebSub sections 5.2 (denied, which may come at any time) and 5.3 (verification of intent).
    """
    if question.topic != lease.topic:
        return None
    if question.mode == "subscribe" and lease.state is LeaseState.PENDING:
        return LeaseUpdate(LeaseState.ACTIVE, now, expires_at=now + _length(question.lease_seconds))
    if question.mode == "unsubscribe" and lease.state is LeaseState.LEAVING and lease.failures:
        return LeaseUpdate(LeaseState.ENDED, now, message="unsubscribed")
    if question.mode == "denied" and lease.state is LeaseState.LEAVING:
        return LeaseUpdate(LeaseState.ENDED, now, message=_said(question.reason))
    if question.mode == "denied" and lease.state in (LeaseState.PENDING, LeaseState.ACTIVE):
        return LeaseUpdate(LeaseState.DENIED, now + DENIED_AGAIN, lease.failures, _said(question.reason))
    return None


def _said(reason: str) -> str:
    said = "".join(character if character.isprintable() else " " for character in reason[:LONGEST_REASON])
    return said.strip() or "it gave no reason"


def _length(seconds: str) -> timedelta:
    """How long a lease runs; a hub that does not say is taken to have granted what was asked."""
    if not (seconds.isascii() and seconds.isdigit() and seconds.strip("0")):
        return ASKED_LEASE
    # Longer numbers than this are beyond any lease, and would be more than a timedelta can hold.
    return min(timedelta(seconds=int(seconds)), LONGEST_LEASE) if len(seconds) < 10 else LONGEST_LEASE


# ------------------------------------------------------------------------------------------------ pushes


def takes_pushes(lease: Lease, now: datetime) -> bool:
    """Whether what comes to its callback counts."""
    return lease.state in (LeaseState.ACTIVE, LeaseState.LEAVING) and not has_run_out(lease, now)


def is_wanted(standing: Standing) -> bool:
    """Whether pushes of this source are read; one that was never polled first shows its archive to a poll."""
    return bool(wish(standing).hubs) and standing.claim is not None and not standing.claim.first


def as_fetched(claim: Claim, push: Push) -> tuple[Claim, Fetched]:
    """A push in the place of what a poll would have fetched; without a word of the source's server."""
    body_hash = blake2b(push.body, digest_size=16).digest()
    fetched = Fetched(push.source_id, push.at, claim.url, push.content_type, push.body, body_hash)
    return replace(claim, pushed=True), fetched


def callback(lease: Lease | None, now: datetime) -> Callback:
    """What a hub finds that pushes to the lease's callback."""
    if lease is None or lease.state is LeaseState.PENDING:
        return Callback.UNKNOWN
    return Callback.OPEN if takes_pushes(lease, now) else Callback.CLOSED


def may_share_secret(hub: str, topic: str) -> bool:
    """Whether the hub may be told a secret: not where others read along, unless they could write along too.

    Over plain http whoever listens learns it, and could push what he likes. Where the source itself is read
    over plain http, he could change that just as well: nothing is lost. Section 5.1.
    """
    return hub.startswith("https://") or topic.startswith("http://")


def is_signed(secret: str, signature: str, body: bytes) -> bool:
    """Whether `X-Hub-Signature` proves that the body comes from the hub (section 7.1)."""
    method, _, digest = signature.strip().partition("=")
    if not secret or method.lower() not in _SIGNATURES:
        return False
    expected = hmac.new(secret.encode(), body, method.lower()).hexdigest()
    return hmac.compare_digest(expected.encode(), digest.strip().lower().encode("utf-8", "replace"))
