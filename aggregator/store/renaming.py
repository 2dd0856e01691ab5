"""Stored entries to which their source gave another guid."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from aggregator.model import Renaming
from aggregator.store.entry_rows import Identity, short_hash
from aggregator.store.stored import look_up
from aggregator.store.tables import entries


def apply(connection: Connection, renamings: Sequence[Renaming]) -> None:
    """Give entries their new guids, unless those are stored by now: a batch may be written twice."""
    if not renamings:
        return
    identities = {one: Identity(one.source_id, short_hash(one.guid)) for one in renamings}
    stored = look_up(connection, identities.values())
    rows = [
        {"entry_id": one.entry_id, "new_guid": one.guid, "new_hash": identity.guid_hash}
        for one, identity in identities.items()
        if identity not in stored
    ]
    if rows:
        rename = update(entries).where(entries.c.id == bindparam("entry_id"))
        connection.execute(rename.values(guid=bindparam("new_guid"), guid_hash=bindparam("new_hash")), rows)
