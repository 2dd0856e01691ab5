"""Test letters: an issue as it would be now, to one address, past all issues and readers."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.config.schema import Config
from aggregator.model import DeliveryKind, Notice, PlannedVariant
from aggregator.newsletter.places import PREFERENCES, UNSUBSCRIBE
from aggregator.store import notices
from aggregator.store.addresses import normalised
from aggregator.store.engine import writing
from aggregator.wiring.stores import Stores

MARK = "[test] "
LASTS = timedelta(hours=1)
"""A test that cannot be sent so long is no use to whoever waits for it."""


def enqueue_test(config: Config, opened: Stores, variant: PlannedVariant, address: str, now: datetime) -> int:
    """Put a test letter into the ledger, as an alert; returns its number.

    Its ways out lead to the front page: it has no reader who could leave. Raises UsageError for what is no
    address.
    """
    normalised(address)
    base = config.publisher().base_url
    with writing(opened.engine) as connection:
        delivery_id, _ = notices.enqueue(
            connection,
            opened.secrets,
            kind=DeliveryKind.ALERT,
            notice=Notice(
                language=variant.language,
                subject=MARK + variant.subject,
                html=_filled(variant.html, f"{base}/"),
                text=_filled(variant.text, f"{base}/"),
            ),
            address=address.strip(),
            subscriber_id=None,
            now=now,
            expires_at=now + LASTS,
            link_base=base,
        )
    return delivery_id


def _filled(parts: tuple[str, str, str], link: str) -> str:
    """Slots stand in head and foot only: the body holds words of sources."""
    head, body, foot = parts
    return "".join((_without_slots(head, link), body, _without_slots(foot, link)))


def _without_slots(part: str, link: str) -> str:
    return part.replace(UNSUBSCRIBE, link).replace(PREFERENCES, link)
