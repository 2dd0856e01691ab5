"""How many mails strangers caused: by the address, by who asked, and altogether.

Counted in the store, so that a restart forgets nothing; by hours and days of the clock, so that a count is
one row. Whom a row counts is a keyed hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlalchemy import Connection, and_, delete, or_, select

from aggregator.model import Limits
from aggregator.store.conflicts import insert_into
from aggregator.store.secrets import Secrets
from aggregator.store.tables import request_counts

KEPT = timedelta(hours=25)
"""Longer than the longest count: a day."""
_SHARED_PREFIX = 64
"""Bits of an IPv6 address that one customer has: what follows is theirs to choose."""
_row = request_counts.c


@dataclass(frozen=True, slots=True)
class Tally:
    """One count, and how far it may go."""

    scope: str
    subject: bytes
    since: datetime
    most: int


def tallies(
    secrets: Secrets, address_hash: bytes, client: str | None, now: datetime, limits: Limits
) -> tuple[Tally, ...]:
    """What one mail is counted under. Who asks by no address of the net is counted under the others alone."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counted = [Tally("address", address_hash, hour.replace(hour=0), limits.per_address)]
    if client:
        subject = secrets.keys[0].sign("client", _network(client))
        counted.append(Tally("client", subject, hour, limits.per_client))
    # Last, for PostgreSQL locks what is counted until the end: everybody waits for this row.
    return (*counted, Tally("all", b"", hour, limits.altogether))


def _network(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, _SHARED_PREFIX), strict=False))
    return str(address)


def full(connection: Connection, counted: Sequence[Tally]) -> str | None:
    """The scope of a count that has reached its limit; None while there is room in all. Writes nothing."""
    of = or_(
        *(
            and_(_row.scope == one.scope, _row.subject == one.subject, _row.since == one.since)
            for one in counted
        )
    )
    so_far = connection.execute(select(request_counts).where(of))
    found = {row.scope: int(row._mapping["count"]) for row in so_far}
    return next((one.scope for one in counted if found.get(one.scope, 0) >= one.most), None)


def count(connection: Connection, counted: Sequence[Tally]) -> bool:
    """Count one more under each; False when that is too many: then the caller takes it back."""
    for one in counted:
        row = {"scope": one.scope, "subject": one.subject, "since": one.since, "count": 1}
        statement = insert_into(connection, request_counts).values(row)
        more = statement.on_conflict_do_update(
            index_elements=[_row.scope, _row.subject, _row.since], set_={"count": _row.count + 1}
        )
        if connection.execute(more.returning(_row.count)).scalar_one() > one.most:
            return False
    return True


def forget(connection: Connection, now: datetime) -> int:
    """Drop counts of hours and days that are over; returns how many."""
    return connection.execute(delete(request_counts).where(_row.since < now - KEPT)).rowcount
