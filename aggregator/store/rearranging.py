"""Entries that change their stories after they were judged anew: a few rearrangements per transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from aggregator.model import Rearrangement, Reforming, Reseating
from aggregator.store import changed, countries, pins, search_documents, succession
from aggregator.store.arrivals import story_uri_stem
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.succession import Succession
from aggregator.store.tables import entries, stories, story_entries


def carry_out(
    connection: Connection, rearrangements: Sequence[Rearrangement], at: datetime, id_domain: str
) -> int:
    """Move entries, found and merge stories; returns how many rearrangements were left as they are.

    Left is what is no longer as it was when it was judged: the operator or a poll was faster.
    """
    now = _Now.of(connection, rearrangements)
    feasible = [one for one in rearrangements if now.allows(one)]
    reformings = [one for rearrangement in feasible for one in rearrangement.stories]
    if reformings:
        ids = _found(connection, reformings, at, id_domain)
        _apply(connection, list(zip(ids, reformings, strict=True)), now, at)
    return len(rearrangements) - len(feasible)


@dataclass(frozen=True, slots=True)
class _Now:
    """How things stand now."""

    homes: Mapping[int, int]
    """Stories of the entries that are to get another place."""
    leads: Mapping[int, int]
    """Of stories that are neither hidden nor merged into another."""
    held: frozenset[int]
    """Entries that the operator has placed."""

    @classmethod
    def of(cls, connection: Connection, rearrangements: Sequence[Rearrangement]) -> _Now:
        entry_ids = {one.entry_id for all_of in rearrangements for one in _reseated(all_of)}
        pinned = pins.in_force(connection)
        homes: dict[int, int] = {}
        held: set[int] = set()
        seats = select(story_entries.c.entry_id, story_entries.c.story_id, story_entries.c.joined_at)
        for chunk in chunked(entry_ids):
            for entry_id, story_id, joined_at in connection.execute(
                seats.where(story_entries.c.entry_id.in_(chunk))
            ):
                homes[entry_id] = story_id
                if pinned.hold(entry_id, story_id, joined_at):
                    held.add(entry_id)
        living = select(stories.c.id, stories.c.lead_entry_id)
        living = living.where(~stories.c.hidden, stories.c.merged_into.is_(None))
        leads: dict[int, int] = {}
        for chunk in chunked({story_id for one in rearrangements for story_id in _stories(one)}):
            rows = connection.execute(living.where(stories.c.id.in_(chunk)))
            leads |= {row.id: row.lead_entry_id for row in rows}
        return cls(homes, leads, frozenset(held))

    def allows(self, rearrangement: Rearrangement) -> bool:
        """Whether all is as it was when it was judged; what joined meanwhile does not matter."""
        places = [(one, place) for place, one in _moves(rearrangement)]
        leaving = {one.entry_id for one, place in places if one.former != place}
        return (
            all(self.homes.get(one.entry_id) == one.former for one, _ in places)
            and leaving.isdisjoint(self.held)
            and all(story_id in self.leads for story_id in _stories(rearrangement))
            and all(
                self.leads[story_id] in (lead_id, *leaving)
                for story_id, lead_id in _expected_leads(rearrangement)
            )
        )


def _reseated(rearrangement: Rearrangement) -> Iterator[Reseating]:
    for reforming in rearrangement.stories:
        yield from reforming.reseated


def _moves(rearrangement: Rearrangement) -> Iterator[tuple[int | None, Reseating]]:
    for reforming in rearrangement.stories:
        for one in reforming.reseated:
            yield reforming.story_id, one


def _stories(rearrangement: Rearrangement) -> Iterator[int]:
    """The stored stories that it touches."""
    for reforming in rearrangement.stories:
        if reforming.story_id is not None:
            yield reforming.story_id
        yield from reforming.absorbed
        for one in reforming.reseated:
            yield one.former


def _expected_leads(rearrangement: Rearrangement) -> Iterator[tuple[int, int | None]]:
    """By stored story the entry that leads it in the end; None where it ends."""
    for reforming in rearrangement.stories:
        if reforming.story_id is not None:
            yield reforming.story_id, reforming.lead_id
        for absorbed in reforming.absorbed:
            yield absorbed, None


def _found(
    connection: Connection, reformings: Sequence[Reforming], at: datetime, id_domain: str
) -> list[int]:
    """The ids of all these stories; new ones are inserted."""
    new = [one for one in reformings if one.story_id is None]
    numbers = iter(advance(connection, Counter.STORY, len(new)))
    changes = iter(advance(connection, Counter.CHANGE, len(new)))
    ids = [next(numbers) if one.story_id is None else one.story_id for one in reformings]
    stem = story_uri_stem(id_domain, at)
    insert_rows(
        connection,
        stories,
        [
            {
                "id": story_id,
                "uri": f"{stem}{story_id}",
                "lead_entry_id": one.lead_id,
                "founded_at": at,
                "change_number": next(changes),
                "updated_at": at,
                "hidden": False,
            }
            for story_id, one in zip(ids, reformings, strict=True)
            if one.story_id is None
        ],
    )
    return ids


def _apply(
    connection: Connection, reformings: Sequence[tuple[int, Reforming]], now: _Now, at: datetime
) -> None:
    _reseat(connection, reformings, at)
    merged = [Succession(former, story_id) for story_id, one in reformings for former in one.absorbed]
    _follow(connection, merged)
    alike = [Succession(one.told_like, story_id) for story_id, one in reformings if one.told_like is not None]
    succession.tell_alike(connection, alike)
    succession.merge(connection, merged)
    _lead(connection, reformings, now.leads, at)
    living = {story_id for story_id, _ in reformings}
    formers = {seat.former for _, one in reformings for seat in one.reseated}
    absorbed = {one.former for one in merged}
    standing = sorted((living | formers) - absorbed)
    countries.refresh(connection, standing)
    search_documents.write(connection, standing)
    changed.number(connection, living | formers | absorbed)


def _reseat(connection: Connection, reformings: Sequence[tuple[int, Reforming]], at: datetime) -> None:
    member = update(story_entries).where(story_entries.c.entry_id == bindparam("member"))
    another: dict[str, Any] = {"relation": bindparam("becomes"), "reason": bindparam("because")}
    seats: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for story_id, reforming in reformings:
        for one in reforming.reseated:
            row = {"member": one.entry_id, "becomes": one.relation.value, "because": one.reason}
            moves = one.former != story_id
            seats[moves].append({**row, "home": story_id, "at": at} if moves else row)
    if seats[False]:
        connection.execute(member.values(another), seats[False])
    if seats[True]:
        moved = {**another, "story_id": bindparam("home"), "joined_at": bindparam("at"), "attention": None}
        connection.execute(member.values(moved), seats[True])


def _follow(connection: Connection, merged: Sequence[Succession]) -> None:
    """What joined a story while it was judged goes where it goes."""
    if merged:
        left = update(story_entries).where(story_entries.c.story_id == bindparam("former"))
        connection.execute(left.values(story_id=bindparam("heir")), [one._asdict() for one in merged])


def _lead(
    connection: Connection,
    reformings: Sequence[tuple[int, Reforming]],
    leads: Mapping[int, int],
    at: datetime,
) -> None:
    """Let others lead where the lead has left: readers see their words from now on."""
    led = {
        story_id: one.lead_id
        for story_id, one in reformings
        if one.story_id is not None and leads[story_id] != one.lead_id
    }
    if not led:
        return
    shown: dict[int, bytes] = {}
    hashes = select(entries.c.id, entries.c.shown_hash)
    for chunk in chunked({*led.values(), *(leads[story_id] for story_id in led)}):
        shown |= {row.id: row.shown_hash for row in connection.execute(hashes.where(entries.c.id.in_(chunk)))}
    one_of_them = update(stories).where(stories.c.id == bindparam("story"))
    connection.execute(
        one_of_them.values(lead_entry_id=bindparam("leader")),
        [{"story": story_id, "leader": leader} for story_id, leader in led.items()],
    )
    others = [
        {"story": story_id, "at": at}
        for story_id, leader in led.items()
        if shown[leader] != shown[leads[story_id]]
    ]
    if others:
        connection.execute(one_of_them.values(updated_at=bindparam("at")), others)
