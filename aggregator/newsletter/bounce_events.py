"""What a relay's webhook says: a list of events as JSON, or a mail as it came back.

An event is an object: `type` (hard, soft, complaint, policy, unsubscribe, or a common word for one of them),
`tag` (of the envelope sender) or `message_id` or `recipient`, and `status` and `diagnostic` as servers give
them. The sender was authenticated before, so that an address alone may be believed.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from aggregator.model import BounceKind, Finding
from aggregator.newsletter.bounce_status import DIAGNOSTIC_CHARACTERS, kind_of, status_in, without_addresses

MOST_EVENTS = 1_000
VALUE_CHARACTERS = 4 * DIAGNOSTIC_CHARACTERS

_KINDS = {
    "hard": BounceKind.HARD,
    "soft": BounceKind.SOFT,
    "policy": BounceKind.POLICY,
    "blocked": BounceKind.POLICY,
    "complaint": BounceKind.COMPLAINT,
    "complained": BounceKind.COMPLAINT,
    "spam": BounceKind.COMPLAINT,
    "unsubscribe": BounceKind.UNSUBSCRIBE,
    "unsubscribed": BounceKind.UNSUBSCRIBE,
    "delivered": BounceKind.IGNORED,
    "deferred": BounceKind.IGNORED,
    "open": BounceKind.IGNORED,
    "click": BounceKind.IGNORED,
}
_BY_STATUS = frozenset({"bounce", "bounced", "failed", "dropped", "rejected"})
"""Words that leave it to the status what they mean."""


class NoEventsError(ValueError):
    """A body that is no list of events; the message says where and why, for whoever sent it."""


def is_events(content: bytes) -> bool:
    """Whether it is meant as JSON: no mail begins so."""
    return content.lstrip()[:1] in (b"[", b"{")


def read(content: bytes) -> tuple[Finding, ...]:
    """The findings of a list of events, or of a single one; never empty. Raises NoEventsError."""
    try:
        events = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NoEventsError(f"not JSON: {error.msg} at character {error.pos}") from error
    events = events if isinstance(events, list) else [events]
    if not 1 <= len(events) <= MOST_EVENTS:
        raise NoEventsError(f"{len(events)} events: send 1 to {MOST_EVENTS} at once")
    return tuple(_finding(event, number) for number, event in enumerate(events, 1))


def _finding(event: object, number: int) -> Finding:
    if not isinstance(event, dict):
        raise NoEventsError(f'event {number} is no object: send {{"type": "hard", "tag": "…"}}')
    status, said = status_in(_text(event, "status")), without_addresses(_text(event, "diagnostic"))
    word = _text(event, "type").lower()
    if word not in _KINDS and word not in _BY_STATUS:
        known = ", ".join(sorted({*_KINDS, *_BY_STATUS}))
        raise NoEventsError(f"event {number} has the type {word[:40]!r}; known are {known}")
    tag, message_id, recipient = (_text(event, name) for name in ("tag", "message_id", "recipient"))
    if not (tag or message_id or recipient):
        raise NoEventsError(f"event {number} names no letter: give its `tag`, `message_id` or `recipient`")
    return Finding(
        kind=_KINDS[word] if word in _KINDS else kind_of(status, said),
        status=status,
        diagnostic=said,
        tags=(tag,) if tag else (),
        message_ids=(message_id.strip("<>"),) if message_id else (),
        recipient=recipient,
    )


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name, "")
    return value.strip()[:VALUE_CHARACTERS] if isinstance(value, str) else ""
