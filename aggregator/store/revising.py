"""Known entries whose fields changed: the new fields, and what stood there before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, literal, select, update

from aggregator.model import DescribedEntry
from aggregator.store import entry_details
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import Identity
from aggregator.store.search_document import EntryWords
from aggregator.store.stored import Stored
from aggregator.store.tables import entries, revisions, story_entries

REVISIONS_KEPT = 20
"""Per entry, the newest."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a stored entry becomes."""

    identity: Identity
    described: DescribedEntry
    row: Mapping[str, Any]
    """The columns of `entries` that are replaced."""
    words: EntryWords
    """What it is found by."""
    shown_change: bool
    attention: str = ""


def real(changes: Sequence[Change], stored: Mapping[Identity, Stored]) -> list[Change]:
    """Those that change a stored entry, the last one for each: a batch written twice changes nothing."""
    last = {
        change.identity: change
        for change in changes
        if change.identity in stored and stored[change.identity].raw_hash != change.described.entry.raw_hash
    }
    return list(last.values())


def apply(
    connection: Connection,
    changes: Sequence[Change],
    stored: Mapping[Identity, Stored],
    at: datetime,
    oldest: int,
) -> None:
    """Keep what stood there, replace it, and replace what hangs on it; `oldest`: see `sketches.add`."""
    if not changes:
        return
    changed = {stored[change.identity].entry_id: change for change in changes}
    for chunk in chunked(changed):
        _keep_previous(connection, chunk, at)
    rows = [_row(change, stored[change.identity]) for change in changes]
    # What the rows hold besides `entry_id` are the columns that are set.
    replace = update(entries).where(entries.c.id == bindparam("entry_id"))
    connection.execute(replace.values(revision=entries.c.revision + 1), rows)
    described = [(entry_id, change.described) for entry_id, change in changed.items()]
    entry_details.replace(connection, described, oldest)
    looked_at = [{"member": key, "text": change.attention or None} for key, change in changed.items()]
    member = update(story_entries).where(story_entries.c.entry_id == bindparam("member"))
    connection.execute(member.values(attention=bindparam("text")), looked_at)


def _keep_previous(connection: Connection, entry_ids: Sequence[int], at: datetime) -> None:
    previous = select(
        entries.c.id,
        entries.c.revision + 1,
        literal(at, revisions.c.at.type),
        entries.c.title,
        entries.c.as_published,
    ).where(entries.c.id.in_(entry_ids))
    connection.execute(
        insert(revisions).from_select(["entry_id", "number", "at", "title", "as_published"], previous)
    )
    reached = select(entries.c.revision).where(entries.c.id == revisions.c.entry_id).scalar_subquery()
    connection.execute(
        delete(revisions).where(
            revisions.c.entry_id.in_(entry_ids), revisions.c.number <= reached + 1 - REVISIONS_KEPT
        )
    )


def _row(change: Change, stored: Stored) -> dict[str, Any]:
    entry = change.described.entry
    # A guess made later is no better than what is stored; a date the source gives now is.
    keeps_date = entry.date_guessed
    return {
        **change.row,
        "entry_id": stored.entry_id,
        "published": stored.published if keeps_date else entry.published,
        "date_guessed": stored.date_guessed if keeps_date else False,
    }
