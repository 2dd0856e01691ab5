"""Addresses that get no mail, whoever asks for it. Only a keyed hash of each is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, select, update

from aggregator.model import Suppression
from aggregator.store.addresses import normalised
from aggregator.store.chunks import chunked
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import reading, writing
from aggregator.store.secrets import Secrets
from aggregator.store.tables import bounces, suppressions

REASON_CHARACTERS = 600


def suppress(connection: Connection, address_hash: bytes, reason: str, at: datetime) -> bool:
    """Record that an address must get no mail. The first reason stays; False when there was one."""
    row = {"address_hash": address_hash, "reason": reason[:REASON_CHARACTERS], "at": at}
    added = insert_into(connection, suppressions).values(row).on_conflict_do_nothing()
    return connection.execute(added.returning(suppressions.c.at)).first() is not None


class SuppressionStore:
    """The list of addresses that get no mail."""

    def __init__(self, engine: Engine, secrets: Secrets) -> None:
        self._engine = engine
        self._secrets = secrets

    def hash_of(self, email: str) -> bytes:
        """What stands for an address in the list. Raises UsageError for what is no address."""
        return self._secrets.address_hash(normalised(email))

    def add(self, listed: Sequence[Suppression]) -> int:
        """Add to the list; returns how many were not on it. First reasons stay."""
        added = 0
        for chunk in chunked(listed):
            with writing(self._engine) as connection:
                added += sum(suppress(connection, one.address_hash, one.reason, one.at) for one in chunk)
        return added

    def remove(self, email: str) -> bool:
        """Let an address get mail again, and forgive what came back of it; False when it was not listed.

        Who left stays away: nobody is subscribed by this.
        """
        address_hash = self.hash_of(email)
        with writing(self._engine) as connection:
            gone = connection.execute(
                delete(suppressions).where(suppressions.c.address_hash == address_hash)
            ).rowcount
            connection.execute(
                update(bounces).where(bounces.c.address_hash == address_hash).values(counted=False)
            )
        return gone > 0

    def reason(self, email: str) -> str | None:
        """Why an address gets no mail; None when it may. Raises UsageError for what is no address."""
        query = select(suppressions.c.reason).where(suppressions.c.address_hash == self.hash_of(email))
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def all(self) -> Sequence[Suppression]:
        """The whole list, the newest first."""
        query = select(suppressions).order_by(suppressions.c.at.desc(), suppressions.c.address_hash)
        with reading(self._engine) as connection:
            return [Suppression(row.address_hash, row.reason, row.at) for row in connection.execute(query)]

    def count(self) -> int:
        """How many addresses are on it."""
        with reading(self._engine) as connection:
            return connection.scalar(select(func.count()).select_from(suppressions)) or 0
