"""Leases: what hubs promised about which callback, and how sources stand with their hubs.

A callback's token and the secret that signs its pushes are derived from the installation's key and a random
number of the lease's own: both can be told again, neither is stored.
"""

from __future__ import annotations

import base64
import secrets as random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from aggregator.model import HubRequest, Lease, LeaseState, LeaseUpdate, Source, Standing
from aggregator.store import source_memory
from aggregator.store.engine import reading, writing
from aggregator.store.letter_identity import TOKEN_BYTES, token_hash
from aggregator.store.secrets import Key, Secrets
from aggregator.store.tables import hub_leases, sources

CALLBACK_PATH = "/websub/"
KEPT = timedelta(days=7)
"""How long hubs that still push to an ended lease are told that it is gone."""
_NONCE_BYTES = 16
_ENDED = LeaseState.ENDED.value


class LeaseStore:
    """The leases of all sources."""

    def __init__(self, engine: Engine, configured: Sequence[Source], secrets: Secrets) -> None:
        self._engine = engine
        self._configured = {source.id: source for source in configured}
        self._secrets = secrets

    def standings(self) -> Sequence[Standing]:
        """All sources that announce a hub, or have to do with one still."""
        live = select(hub_leases).where(hub_leases.c.state != _ENDED).order_by(hub_leases.c.id)
        with reading(self._engine) as connection:
            leases = defaultdict(list)
            for row in connection.execute(live):
                leases[row.source_id].append(_lease(row))
            concerned = sources.c.hubs.is_not(None) | sources.c.pushed_until.is_not(None)
            of_leases = sources.c.id.in_(select(hub_leases.c.source_id).where(hub_leases.c.state != _ENDED))
            rows = connection.execute(select(sources).where(concerned | of_leases).order_by(sources.c.id))
            return [standing(row, self._configured, leases[row.id]) for row in rows]

    def open(
        self, source_id: str, hub: str, topic: str, base_url: str, update: LeaseUpdate, now: datetime
    ) -> Lease:
        """A new lease with a callback of its own; durable before its hub is asked."""
        nonce, key = random.token_bytes(_NONCE_BYTES), self._secrets.current
        values = {
            **_values(update),
            "source_id": source_id,
            "hub": hub,
            "topic": topic,
            "base_url": base_url,
            "nonce": nonce,
            "secret_key_id": key.id,
            "token_hash": token_hash(_token(key, nonce)),
            "asked_at": now,
        }
        with writing(self._engine) as connection:
            made = connection.execute(insert(hub_leases).values(values).returning(hub_leases))
            return _lease(made.one())

    def change(
        self, lease: Lease, update: LeaseUpdate, *, hub: str | None = None, asked_at: datetime | None = None
    ) -> Lease | None:
        """Record what happened to a lease; None, and nothing changed, when it stands otherwise by now.

        `asked_at`: its hub, or another one, is about to be sent a request.
        """
        values = {**_values(update), "hub": hub or lease.hub, "asked_at": asked_at or lease.asked_at}
        with writing(self._engine) as connection:
            return _changed(connection, lease, values)

    def activate(self, lease: Lease, update: LeaseUpdate, replaced: LeaseUpdate) -> bool:
        """A hub verified a lease: those that it replaces are `replaced`; False when it is not pending."""
        others = (
            hub_leases.c.source_id == lease.source_id,
            hub_leases.c.id != lease.id,
            hub_leases.c.state == LeaseState.ACTIVE.value,
        )
        with writing(self._engine) as connection:
            if _changed(connection, lease, _values(update)) is None:
                return False
            connection.execute(hub_leases.update().where(*others).values(_values(replaced)))
            of_source = sources.update().where(sources.c.id == lease.source_id)
            connection.execute(of_source.values(pushed_until=update.expires_at))
            return True

    def resume(self, source_id: str, moment: datetime) -> None:
        """No hub pushes this source any more: it is polled at `moment`, if it was to be polled later."""
        with writing(self._engine) as connection:
            connection.execute(sources.update().where(sources.c.id == source_id).values(pushed_until=None))
            hasten(connection, source_id, moment)

    def prune(self, now: datetime) -> None:
        """Forget leases that ended long ago."""
        old = hub_leases.c.state == _ENDED, hub_leases.c.try_after < now - KEPT
        with reading(self._engine) as connection:
            if connection.execute(select(hub_leases.c.id).where(*old).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(delete(hub_leases).where(*old))

    def find(self, token: str) -> Lease | None:
        """The lease whose callback has this token."""
        query = select(hub_leases).where(hub_leases.c.token_hash == token_hash(token))
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return _lease(row) if row else None

    def request(self, lease: Lease, mode: Literal["subscribe", "unsubscribe"]) -> HubRequest:
        """What to send to the lease's hub. Raises StoreError when its key is missing."""
        key, nonce = self._derivation(lease)
        callback = f"{lease.base_url}{CALLBACK_PATH}{_token(key, nonce)}"
        return HubRequest(mode, lease.hub, lease.topic, callback, _secret(key, nonce))

    def secret(self, lease: Lease) -> str:
        """What the lease's pushes are signed with. Raises StoreError when its key is missing."""
        return _secret(*self._derivation(lease))

    def _derivation(self, lease: Lease) -> tuple[Key, bytes]:
        query = select(hub_leases.c.secret_key_id, hub_leases.c.nonce).where(hub_leases.c.id == lease.id)
        with reading(self._engine) as connection:
            key_id, nonce = connection.execute(query).one()
        return self._secrets.key(key_id), nonce


def standing(row: Row[Any], configured: Mapping[str, Source], leases: Sequence[Lease] = ()) -> Standing:
    """How a source stands with its hubs, by its row; without a claim when it is not polled any more."""
    source = configured.get(row.id) if row.active else None
    claim = source_memory.claim(source, row) if source else None
    return Standing(row.id, claim, row.last_attempt, row.hinted_at, tuple(leases))


def hasten(connection: Connection, source_id: str, moment: datetime) -> None:
    """Poll a source at `moment`, if it was to be polled later for no other reason than its rhythm."""
    later = sources.c.id == source_id, sources.c.next_poll > moment, sources.c.failures == 0
    connection.execute(update(sources).where(*later).values(next_poll=moment))


def _changed(connection: Connection, lease: Lease, values: Mapping[str, Any]) -> Lease | None:
    same = hub_leases.c.id == lease.id, hub_leases.c.state == lease.state.value
    row = connection.execute(update(hub_leases).where(*same).values(values).returning(hub_leases)).first()
    return _lease(row) if row else None


def _values(update: LeaseUpdate) -> dict[str, Any]:
    values = {
        "state": update.state.value,
        "try_after": update.try_after,
        "failures": update.failures,
        "message": update.message,
    }
    return values if update.expires_at is None else values | {"expires_at": update.expires_at}


def _lease(row: Row[Any]) -> Lease:
    return Lease(
        id=row.id,
        source_id=row.source_id,
        hub=row.hub,
        topic=row.topic,
        base_url=row.base_url,
        state=LeaseState(row.state),
        asked_at=row.asked_at,
        try_after=row.try_after,
        expires_at=row.expires_at,
        failures=row.failures,
        message=row.message,
    )


def _token(key: Key, nonce: bytes) -> str:
    digest = key.sign("websub-callback", nonce.hex())[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def _secret(key: Key, nonce: bytes) -> str:
    """64 characters; WebSub allows less than 200 bytes."""
    return key.sign("websub-secret", nonce.hex()).hex()
