"""New entries: which story each belongs to, and their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from aggregator.model import DescribedEntry, Relation
from aggregator.store import entry_details
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import Identity
from aggregator.store.search_document import EntryWords
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.stored import Stored
from aggregator.store.tables import entries, stories, story_entries


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry to store if it is not stored yet."""

    identity: Identity
    described: DescribedEntry
    relation: Relation
    reason: str
    row: Mapping[str, Any]
    """Of `entries`, without its id."""
    words: EntryWords | None
    """What it is found by; None while it is not told."""
    former_lead: Relation | None = None
    """What its story's lead becomes when it takes that place; None when it does not."""
    tells: bool = False
    """A story that was never told is told with it."""
    attention: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong to one story: a stored one, or the one that the first of them founds."""

    story_id: int | None
    arrivals: tuple[Arrival, ...]
    old: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A new entry with its number and its story's."""

    entry_id: int
    story_id: int
    arrival: Arrival
    founds: bool
    old: bool
    former_lead: Relation | None = None


def place(connection: Connection, groups: Iterable[Group], stored: Mapping[Identity, Stored]) -> list[Placed]:
    """Number the entries that are not stored yet and give each its story.

    When the entry that should found a story is stored already, its followers join the story it is in.
    """
    fresh = _fresh(groups, stored)
    entry_ids = iter(advance(connection, Counter.ENTRY, sum(len(arrivals) for _, arrivals in fresh)))
    story_ids = iter(advance(connection, Counter.STORY, sum(_founds(*one) for one in fresh)))
    current = _current(connection, {group.story_id for group, _ in fresh if group.story_id is not None})
    homes = {identity: one.story_id for identity, one in stored.items()}
    placed: list[Placed] = []
    for group, arrivals in fresh:
        if group.story_id is not None:
            story_id = current.get(group.story_id, group.story_id)
        elif _founds(group, arrivals):
            story_id = next(story_ids)
        else:
            story_id = homes[group.arrivals[0].identity]
        for arrival in arrivals:
            founds = _founds(group, arrivals) and arrival is arrivals[0]
            homes[arrival.identity] = story_id
            # In another story than it was judged to belong to it takes nobody's place.
            former_lead = arrival.former_lead if story_id == group.story_id else None
            placed.append(Placed(next(entry_ids), story_id, arrival, founds, group.old, former_lead))
    return placed


def _fresh(groups: Iterable[Group], stored: Mapping[Identity, Stored]) -> list[tuple[Group, list[Arrival]]]:
    """Each group with those of its entries that are new, each of them once."""
    taken = set(stored)
    fresh = []
    for group in groups:
        arrivals = []
        for arrival in group.arrivals:
            if arrival.identity not in taken:
                taken.add(arrival.identity)
                arrivals.append(arrival)
        if arrivals:
            fresh.append((group, arrivals))
    return fresh


def _founds(group: Group, arrivals: Sequence[Arrival]) -> bool:
    return group.story_id is None and arrivals[0] is group.arrivals[0]


def _current(connection: Connection, story_ids: set[int]) -> dict[int, int]:
    """Where stories stand now: one may have been merged into another since it was looked up."""
    home = func.coalesce(stories.c.merged_into, stories.c.id)
    found: dict[int, int] = {}
    for chunk in chunked(story_ids):
        rows = connection.execute(select(stories.c.id, home).where(stories.c.id.in_(chunk)))
        found |= {row[0]: row[1] for row in rows}
    return found


def numbers(placed: Sequence[Placed]) -> range:
    """Ids of these entries: they follow one another."""
    return range(placed[0].entry_id, placed[-1].entry_id + 1) if placed else range(0)


def insert_all(
    connection: Connection,
    placed: Sequence[Placed],
    change_numbers: Iterator[int],
    at: datetime,
    id_domain: str,
) -> None:
    """Insert new entries with their tags and keys, found new stories, and join all to their stories."""
    foundings = [one for one in placed if one.founds]
    told_numbers = iter(advance(connection, Counter.TOLD, sum(not one.old for one in foundings)))
    minted = story_uri_stem(id_domain, at)
    insert_rows(connection, entries, [{**one.arrival.row, "id": one.entry_id} for one in placed])
    insert_rows(
        connection,
        stories,
        [
            {
                "id": one.story_id,
                "uri": f"{minted}{one.story_id}",
                "lead_entry_id": one.entry_id,
                "founded_at": at,
                "told_at": None if one.old else at,
                "told_number": None if one.old else next(told_numbers),
                "change_number": next(change_numbers),
                "updated_at": at,
                "hidden": False,
            }
            for one in foundings
        ],
    )
    insert_rows(connection, story_entries, [_membership(one, at) for one in placed])
    entry_details.add(connection, [(one.entry_id, one.arrival.described) for one in placed])


def _membership(placed: Placed, at: datetime) -> dict[str, Any]:
    leads = placed.former_lead is not None
    return {
        "entry_id": placed.entry_id,
        "story_id": placed.story_id,
        "relation": (Relation.LEAD if leads else placed.arrival.relation).value,
        "reason": placed.arrival.reason,
        "joined_at": at,
        "attention": placed.arrival.attention or None,
    }


def story_uri_stem(id_domain: str, founded_at: datetime) -> str:
    """A permanent `tag:` URI (RFC 4151) without its story's number, which ends it.

    Minted once and stored: nothing in it is ever derived again.
    """
    return f"tag:{id_domain},{founded_at:%Y-%m-%d}:story/"
