"""What a poll or a push leaves in its source's row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, update

from aggregator.model import SourceState, SourceUpdate, Validators
from aggregator.store import source_memory
from aggregator.store.tables import sources
from aggregator.store.tables.columns import Utc

_SUCCESSES = frozenset(
    {
        SourceState.OK,
        SourceState.NOT_MODIFIED,
        SourceState.EMPTY,
        SourceState.ALL_UNDATED,
        SourceState.STALE,
    }
)
"""States of a poll that the source answered as a feed does."""


def record(connection: Connection, updates: Sequence[SourceUpdate]) -> None:
    """Write how sources stand after a poll or a push, inside the transaction that writes their entries."""
    columns = sources.c
    of_source = update(sources).where(columns.id == bindparam("source_id"))
    read = {
        "last_success": _later(bindparam("success", type_=Utc), columns.last_success),
        "newest_entry": _later(bindparam("newest", type_=Utc), columns.newest_entry),
    }
    if pushed := [one for one in updates if one.next_poll is None]:
        connection.execute(of_source.values(**read), [_read_row(one) for one in pushed])
    if polled := [one for one in updates if one.next_poll is not None]:
        connection.execute(
            of_source.values(
                state=bindparam("new_state"),
                message=bindparam("new_message"),
                failures=bindparam("new_failures"),
                next_poll=bindparam("next_at"),
                not_before=bindparam("askable_at"),
                **read,
            ),
            [_update_row(one) for one in polled],
        )
    if validated := [one for one in updates if one.validators is not None]:
        connection.execute(
            of_source.values(etag=bindparam("new_etag"), last_modified=bindparam("modified")),
            [_validators_row(one.source_id, one.validators) for one in validated if one.validators],
        )
    source_memory.record(connection, updates)
    if hashed := [one for one in updates if one.body_hash is not None]:
        connection.execute(
            of_source.values(body_hash=bindparam("new_hash")),
            [{"source_id": one.source_id, "new_hash": one.body_hash} for one in hashed],
        )


def _later(new: ColumnElement[Any], stored: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((stored.is_(None), new), (new > stored, new), else_=stored)


def _update_row(one: SourceUpdate) -> dict[str, Any]:
    return {
        **_read_row(one),
        "new_state": one.state.value,
        "new_message": one.message,
        "new_failures": one.failures,
        "next_at": one.next_poll,
        "askable_at": one.not_before,
    }


def _read_row(one: SourceUpdate) -> dict[str, Any]:
    return {
        "source_id": one.source_id,
        "success": one.at if one.state in _SUCCESSES else None,
        "newest": one.newest_entry,
    }


def _validators_row(source_id: str, validators: Validators) -> dict[str, Any]:
    return {"source_id": source_id, "new_etag": validators.etag, "modified": validators.last_modified}
