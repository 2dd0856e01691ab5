"""What a poll's batch writes: prepared before the transaction, written inside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, update

from aggregator.model import Batch, DescribedEntry, Relation, Renaming
from aggregator.store import (
    arrivals,
    countries,
    joining,
    key_index,
    renaming,
    revising,
    search_documents,
    sketches,
    window,
)
from aggregator.store.arrivals import Arrival, Group
from aggregator.store.entry_rows import Identity, content_row, entry_row, identity
from aggregator.store.revising import Change
from aggregator.store.search_document import EntryWords, entry_words
from aggregator.store.sequences import Sequence, advance
from aggregator.store.stored import look_up
from aggregator.store.tables import stories


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch's decisions as rows, all but the numbers that the transaction gives out."""

    groups: tuple[Group, ...]
    changes: tuple[Change, ...]
    renamings: tuple[Renaming, ...] = ()

    def identities(self) -> set[Identity]:
        """Of all entries in the batch."""
        arriving = {one.identity for group in self.groups for one in group.arrivals}
        return arriving | {change.identity for change in self.changes}


def prepare(batch: Batch) -> Prepared:
    """Make the rows of a batch, before the transaction begins."""

    def arrival(described: DescribedEntry, relation: Relation, reason: str, state: str) -> Arrival:
        row = entry_row(described, batch.at, batch.rules_version, state)
        words = _words(described) if state == "told" else None
        return Arrival(identity(described.entry), described, relation, reason, row, words)

    groups = []
    for founding in batch.decisions.foundings:
        state = "old" if founding.old else "told"
        state = "excluded" if founding.lead.entry.excluded else state
        lead = arrival(founding.lead, Relation.LEAD, "founded the story", state)
        followers = (arrival(one.entry, one.relation, one.reason, state) for one in founding.followers)
        groups.append(Group(None, (lead, *followers), founding.old))
    for one in batch.decisions.joinings:
        joined = replace(
            arrival(one.entry, one.relation, one.reason, "told"),
            former_lead=one.former_lead,
            tells=one.tells,
            attention=one.attention,
        )
        groups.append(Group(one.story_id, (joined,)))
    changes = tuple(
        Change(
            identity(one.entry.entry),
            one.entry,
            content_row(one.entry, batch.rules_version),
            _words(one.entry),
            one.shown_change,
            one.attention,
        )
        for one in batch.decisions.revisions
    )
    return Prepared(tuple(groups), changes, batch.decisions.renamings)


def _words(described: DescribedEntry) -> EntryWords:
    entry = described.entry
    return entry_words(described.description.language, entry.title, entry.text, entry.categories)


def write(connection: Connection, prepared: Prepared, batch: Batch, id_domain: str) -> None:
    """Write new entries and stories, revisions, and what follows for the stories they touch."""
    renaming.apply(connection, prepared.renamings)
    stored = look_up(connection, prepared.identities())
    placed = arrivals.place(connection, prepared.groups, stored)
    changes = revising.real(prepared.changes, stored)
    founded = [one.story_id for one in placed if one.founds]
    joined = {one.story_id for one in placed if not one.founds} - set(founded)
    revised = {stored[change.identity].story_id for change in changes}
    touched = sorted(joined | revised)
    numbers = iter(advance(connection, Sequence.CHANGE, len(founded) + len(touched)))
    arrivals.insert_all(connection, placed, numbers, batch.at, id_domain)
    oldest = window.oldest(connection, batch.at)
    shown = joining.apply(connection, placed, batch.at)
    revising.apply(connection, changes, stored, batch.at, oldest)
    shown |= {
        stored[change.identity].story_id
        for change in changes
        if change.shown_change and stored[change.identity].leads
    }
    _touch(connection, dict(zip(touched, numbers, strict=True)), shown, batch.at)
    countries.add(connection, placed)
    countries.refresh(connection, touched)
    words = {one.entry_id: one.arrival.words for one in placed if one.arrival.words is not None}
    words |= {stored[change.identity].entry_id: change.words for change in changes}
    search_documents.write(connection, [*founded, *touched], words)
    key_index.sweep(connection, arrivals.numbers(placed), oldest)
    sketches.prune(connection, oldest)


def _touch(connection: Connection, numbers: Mapping[int, int], shown: Collection[int], at: datetime) -> None:
    """Give changed stories new change numbers; what readers see moved only for those in `shown`."""
    if not numbers:
        return
    connection.execute(
        update(stories)
        .where(stories.c.id == bindparam("story_id"))
        .values(
            change_number=bindparam("number"),
            updated_at=case((bindparam("is_shown"), bindparam("at")), else_=stories.c.updated_at),
        ),
        [
            {"story_id": story_id, "number": number, "is_shown": story_id in shown, "at": at}
            for story_id, number in numbers.items()
        ],
    )
