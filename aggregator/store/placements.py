"""Which stories stand in which selection, and under which numbers: all selections of a look at once.

A selection numbers its stories from 0 in the order in which they enter it. A number is never given again: a
story that leaves keeps its own and comes back to it. Only a story that takes another one's place, or a part
of it, shares the other one's number (`store/succession`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select, update

from aggregator.model import Place, Placement
from aggregator.store import known_selections
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.tables import placements as places
from aggregator.store.tables import selections, stories

Touched = Mapping[str, frozenset[int]]
"""By selection, the numbers of places of which anything changed."""


class _Seat(NamedTuple):
    number: int
    inside: bool


class _Selection(NamedTuple):
    """A selection, with what stands there of the stories that are looked at."""

    key: int
    numbers: int
    seats: Mapping[int, _Seat]


def record(
    connection: Connection, now: datetime, wanted: Mapping[str, Placement], withdrawn: Collection[int]
) -> Touched:
    """Let stories enter and leave selections; those withdrawn leave all.

    Half a dozen statements, however many selections there are. The caller is in the lane of placements:
    nobody else gives numbers meanwhile.
    """
    known_selections.add_unknown(connection, wanted, now)
    standing = _standing(connection, _looked_at(wanted, withdrawn))
    entering = _entering(connection, wanted, standing)
    _enter(connection, standing, entering, now)
    moving = {
        selection_id: _moving(one, wanted.get(selection_id, Placement()), withdrawn)
        for selection_id, one in standing.items()
    }
    _move(connection, standing, moving)
    touched = {
        selection_id: _touched(one, wanted.get(selection_id, Placement()), moving[selection_id])
        | frozenset(range(one.numbers, one.numbers + len(entering.get(selection_id, ()))))
        for selection_id, one in standing.items()
    }
    return {selection_id: numbers for selection_id, numbers in touched.items() if numbers}


def _looked_at(wanted: Mapping[str, Placement], withdrawn: Iterable[int]) -> set[int]:
    told = (story_ids for one in wanted.values() for story_ids in (one.inside, one.outside))
    return set(withdrawn).union(*told)


def _standing(connection: Connection, story_ids: Collection[int]) -> dict[str, _Selection]:
    """All selections, with the seats of these stories."""
    seats: dict[int, dict[int, _Seat]] = {}
    query = select(places.c.selection_key, places.c.story_id, places.c.number, places.c.inside)
    for chunk in chunked(story_ids):
        for key, story_id, number, inside in connection.execute(query.where(places.c.story_id.in_(chunk))):
            seats.setdefault(key, {})[story_id] = _Seat(number, inside)
    known = connection.execute(select(selections.c.id, selections.c.key, selections.c.numbers))
    return {row.id: _Selection(row.key, row.numbers, seats.get(row.key, {})) for row in known}


def _entering(
    connection: Connection, wanted: Mapping[str, Placement], standing: Mapping[str, _Selection]
) -> dict[str, list[int]]:
    """By selection the stories that never stood there, in the order in which they were told."""
    new = {
        selection_id: placement.inside - standing[selection_id].seats.keys()
        for selection_id, placement in wanted.items()
    }
    in_order = _in_order_of_telling(connection, set().union(*new.values()))
    return {
        selection_id: [story_id for story_id in in_order if story_id in story_ids]
        for selection_id, story_ids in new.items()
        if story_ids
    }


def _in_order_of_telling(connection: Connection, story_ids: Collection[int]) -> list[int]:
    """Those of them that were told."""
    query = select(stories.c.told_at, stories.c.told_number, stories.c.id)
    query = query.where(stories.c.told_number.is_not(None))
    told: list[tuple[Any, ...]] = []
    for chunk in chunked(story_ids):
        told += map(tuple, connection.execute(query.where(stories.c.id.in_(chunk))))
    return [story_id for _told_at, _told_number, story_id in sorted(told)]


def _enter(
    connection: Connection,
    standing: Mapping[str, _Selection],
    entering: Mapping[str, Sequence[int]],
    now: datetime,
) -> None:
    rows = [
        {
            "story_id": story_id,
            "selection_key": standing[selection_id].key,
            "number": number,
            "entered_at": now,
            "inside": True,
        }
        for selection_id, story_ids in entering.items()
        for number, story_id in enumerate(story_ids, start=standing[selection_id].numbers)
    ]
    # A correction may have given a story the place of another one meanwhile.
    insert_rows(connection, places, rows, unless_there=True)
    given = [
        {"selection": standing[selection_id].key, "count": len(story_ids)}
        for selection_id, story_ids in entering.items()
    ]
    if given:
        count = update(selections).where(selections.c.key == bindparam("selection"))
        connection.execute(count.values(numbers=selections.c.numbers + bindparam("count")), given)


def _moving(selection: _Selection, placement: Placement, withdrawn: Collection[int]) -> dict[int, bool]:
    """Stories that leave this selection, or come back to it: whether they stand inside from now on."""
    leaving = placement.outside.union(withdrawn)
    seats = selection.seats
    left = {story_id: False for story_id in leaving & seats.keys() if seats[story_id].inside}
    back = {story_id: True for story_id in placement.inside & seats.keys() if not seats[story_id].inside}
    return left | back


def _move(
    connection: Connection,
    standing: Mapping[str, _Selection],
    moving: Mapping[str, Mapping[int, bool]],
) -> None:
    rows = [
        {"story": story_id, "selection": standing[selection_id].key, "stands": inside}
        for selection_id, stories_moving in moving.items()
        for story_id, inside in stories_moving.items()
    ]
    if rows:
        seat = update(places).where(
            places.c.story_id == bindparam("story"), places.c.selection_key == bindparam("selection")
        )
        connection.execute(seat.values(inside=bindparam("stands")), rows)


def _touched(selection: _Selection, placement: Placement, moving: Iterable[int]) -> frozenset[int]:
    seated = (placement.inside & selection.seats.keys()).union(moving)
    return frozenset(selection.seats[story_id].number for story_id in seated)


# ------------------------------------------------------------------------------------------------ reading


def newest(connection: Connection, selection_id: str, limit: int) -> list[Place]:
    """The last places of a selection that stand, the newest first."""
    last_first = (places.c.number.desc(), places.c.story_id.desc())
    return _read(connection, _standing_in(selection_id).order_by(*last_first).limit(limit))


def between(connection: Connection, selection_id: str, first: int, end: int) -> list[Place]:
    """The places from number `first` to before `end` that stand, the oldest first."""
    some = _standing_in(selection_id).where(places.c.number >= first, places.c.number < end)
    return _read(connection, some.order_by(places.c.number, places.c.story_id))


def _standing_in(selection_id: str) -> Select[tuple[int, int, int]]:
    """A story that was hidden or merged is passed over even before it was taken out."""
    key = select(selections.c.key).where(selections.c.id == selection_id).scalar_subquery()
    return (
        select(places.c.story_id, stories.c.change_number, places.c.number)
        .join(stories, stories.c.id == places.c.story_id)
        .where(places.c.selection_key == key, places.c.inside)
        .where(~stories.c.hidden, stories.c.merged_into.is_(None))
    )


def _read(connection: Connection, query: Select[tuple[int, int, int]]) -> list[Place]:
    return [Place(row.story_id, row.change_number, row.number) for row in connection.execute(query)]
