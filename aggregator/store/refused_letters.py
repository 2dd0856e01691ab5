"""Letters that servers refused by policy: how many of an issue's, by the domain of their readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, func, or_, select

from aggregator.model import BounceKind, DeliveryKind, DeliveryState, DomainRefusals
from aggregator.store.bounce_rows import AT_ONCE
from aggregator.store.engine import reading
from aggregator.store.tables import bounces, deliveries, issues

ROWS_READ = 50_000
"""Refusals looked at, the newest first."""
DOMAINS_TOLD = 20
"""Domains of an issue, those with the most refusals first."""
POLICY = "5.7."
"""Beginning of the status codes of security and policy (RFC 3463 section 3.8)."""
_ANSWERED = (DeliveryState.SENT.value, DeliveryState.FAILED.value)
_row = deliveries.c


class RefusedLetters:
    """What was refused by policy. Reads what was recorded of late alone, and of its issues the counts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_domain(self, since: datetime, at_least: int) -> Sequence[DomainRefusals]:
        """Issues and domains with so many refusals or more recorded since then, by issue and domain."""
        with reading(self._engine) as connection:
            refused, statuses = _refused(connection, since)
            often = [one for one, count in refused.most_common() if count >= at_least]
            told: list[DomainRefusals] = []
            for issue_id in sorted({issue_id for issue_id, _ in often}):
                domains = [domain for of_issue, domain in often if of_issue == issue_id][:DOMAINS_TOLD]
                named = connection.execute(select(issues).where(issues.c.id == issue_id)).one()
                tried = {domain: _tried(connection, issue_id, domain) for domain in sorted(domains)}
                told += [
                    DomainRefusals(
                        issue_id=issue_id,
                        newsletter=named.newsletter,
                        period_key=named.period_key,
                        domain=domain,
                        refused=refused[issue_id, domain],
                        tried=max(count, refused[issue_id, domain]),
                        status=statuses[issue_id, domain],
                    )
                    for domain, count in tried.items()
                ]
            return told


def _refused(
    connection: Connection, since: datetime
) -> tuple[Counter[tuple[int, str]], Mapping[tuple[int, str], str]]:
    """Letters refused by issue and domain, and one status code of each pair."""
    came = bounces.c
    # What was refused at once and went out later, when its issue went on, was not refused in the end.
    lasting = or_(came.source != AT_ONCE, _row.state == DeliveryState.FAILED.value)
    query = (
        select(_row.id, _row.issue_id, _row.address, came.status)
        .join(deliveries, _row.id == came.delivery_id)
        .where(
            came.at >= since,
            came.kind == BounceKind.POLICY.value,
            came.status.startswith(POLICY, autoescape=True),
            _row.kind == DeliveryKind.ISSUE.value,
            lasting,
        )
        .order_by(came.at.desc(), came.id.desc())
        .limit(ROWS_READ)
    )
    letters: dict[int, tuple[int, str]] = {}
    statuses: dict[tuple[int, str], str] = {}
    for number, issue_id, address, status in connection.execute(query):
        domain = address.rpartition("@")[2].lower()
        # Who was forgotten has no address any more.
        if domain:
            letters[number] = (issue_id, domain)
            statuses[issue_id, domain] = status
    return Counter(letters.values()), statuses


def _tried(connection: Connection, issue_id: int, domain: str) -> int:
    at_domain = func.lower(_row.address).endswith(f"@{domain}", autoescape=True)
    query = select(func.count()).where(_row.issue_id == issue_id, _row.state.in_(_ANSWERED), at_domain)
    return connection.scalar(query) or 0
