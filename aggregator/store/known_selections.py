"""Selections that are published or were: their record outlives their ids, and their absence from config.

A selection that config gives another id (`was`) takes all that hangs on it along: only its id changes. One
that is configured no more is marked as gone; its places are removed, its record stays, and with it the
count of its numbers, so that none is given twice should it come back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, insert, select, update

from aggregator.model import Selection
from aggregator.store.conflicts import insert_into
from aggregator.store.engine import Lane, reading, writing
from aggregator.store.tables import former_selections, placements, selections

EVERYTHING = "everything"
"""The selection that holds every story that was told: it is never gone."""
NUMBERS_PER_STEP = 5000
"""Places that are removed in one transaction: others wait no longer than that takes."""


def add_unknown(connection: Connection, ids: Iterable[str], now: datetime) -> None:
    """Give selections a record that have none; their titles follow when config is looked at."""
    known = set(connection.scalars(select(selections.c.id)))
    _add(connection, [(one, one) for one in ids if one not in known], now)


def _add(connection: Connection, named: Sequence[tuple[str, str]], now: datetime) -> None:
    rows = [{"id": one, "title": title, "first_published": now, "numbers": 0} for one, title in named]
    if rows:
        connection.execute(insert(selections), rows)


# ------------------------------------------------------------------------------------------------ reading


def count(connection: Connection, selection_id: str) -> int:
    """How many numbers a selection has given to places; 0 when it is unknown."""
    numbers = select(selections.c.numbers).where(selections.c.id == selection_id)
    return connection.scalar(numbers) or 0


def moved(connection: Connection) -> dict[str, str]:
    """By former id the id under which a selection is published now."""
    return {row.former: row.id for row in _formers(connection) if row.gone_since is None}


def gone(connection: Connection) -> frozenset[str]:
    """Ids, former ones too, of selections that are published no more."""
    formers = {row.former: row.gone_since for row in _formers(connection)}
    marked = connection.scalars(select(selections.c.id).where(selections.c.gone_since.is_not(None)))
    led_nowhere = {former for former, gone_since in formers.items() if gone_since is not None}
    return frozenset(set(marked) - formers.keys() | led_nowhere)


def _formers(connection: Connection) -> Sequence[Row[*tuple[Any, ...]]]:
    query = select(former_selections.c.id.label("former"), selections.c.id, selections.c.gone_since)
    return connection.execute(
        query.join(selections, selections.c.key == former_selections.c.selection_key)
    ).all()


# ------------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True, slots=True)
class _Changes:
    """What config says otherwise than the records; falsy when they agree."""

    renamed: Mapping[str, str]
    """New ids, by former ones."""
    new: Sequence[Selection]
    changed: Sequence[Selection]
    """Under another title, or back again."""
    gone: Collection[str]
    leading: Mapping[str, str]
    """Ids to which former ones are to lead."""
    reused: Collection[str]
    """Former ids that are those of selections again."""

    def __bool__(self) -> bool:
        return any((self.renamed, self.new, self.changed, self.gone, self.leading, self.reused))


def synchronise(engine: Engine, configured: Sequence[Selection], now: datetime) -> None:
    """Bring the records up to what is published from now on, and remove the places of what is gone.

    Writes nothing when they agree. The records change in one transaction, which holds the lane of placements;
    places are removed in short ones that follow, by the next call if this one is stopped on the way.
    """
    with reading(engine) as connection:
        agreed = not _changes(connection, configured)
        cleared = _remains(connection) is None
    if not agreed:
        with writing(engine, Lane.PLACEMENTS) as connection:
            _apply(connection, _changes(connection, configured), now)
            cleared = _remains(connection) is None
    while not cleared:
        with writing(engine, Lane.PLACEMENTS) as connection:
            _clear_some(connection)
            cleared = _remains(connection) is None


def _changes(connection: Connection, configured: Sequence[Selection]) -> _Changes:
    records = {row.id: row for row in connection.execute(select(selections))}
    formers = {row.former: row.id for row in _formers(connection)}
    wanted = {one.id: one for one in configured}
    renamed = _renamed(configured, wanted, records)
    for former, new_id in renamed.items():
        records[new_id] = records.pop(former)
    formers = {former: renamed.get(named, named) for former, named in formers.items()}
    leading = {former: one.id for one in configured for former in one.was if former not in wanted}
    return _Changes(
        renamed=renamed,
        new=[one for one in configured if one.id not in records],
        changed=[one for one in configured if one.id in records and _differs(records[one.id], one)],
        gone=[
            id_
            for id_, row in records.items()
            if id_ not in wanted and id_ != EVERYTHING and row.gone_since is None
        ],
        leading={former: named for former, named in leading.items() if formers.get(former) != named},
        reused=formers.keys() & wanted.keys(),
    )


def _renamed(
    configured: Sequence[Selection], wanted: Collection[str], records: Mapping[str, object]
) -> dict[str, str]:
    """New ids, by former ones, of selections without a record: they get that of the first that has one."""
    renamed: dict[str, str] = {}
    for one in configured:
        free = [id_ for id_ in one.was if id_ in records and id_ not in wanted and id_ not in renamed]
        if free and one.id not in records:
            renamed[free[0]] = one.id
    return renamed


def _differs(record: Row[*tuple[Any, ...]], selection: Selection) -> bool:
    return record.title != selection.title or record.gone_since is not None


def _apply(connection: Connection, changes: _Changes, now: datetime) -> None:
    named = update(selections).where(selections.c.id == bindparam("named"))
    if changes.renamed:
        rows = [{"named": former, "becomes": new_id} for former, new_id in changes.renamed.items()]
        connection.execute(named.values(id=bindparam("becomes")), rows)
    _add(connection, [(one.id, one.title) for one in changes.new], now)
    if changes.changed:
        rows = [{"named": one.id, "says": one.title} for one in changes.changed]
        connection.execute(named.values(title=bindparam("says"), gone_since=None), rows)
    if changes.gone:
        connection.execute(named.values(gone_since=now), [{"named": one} for one in changes.gone])
    _lead(connection, changes)


def _lead(connection: Connection, changes: _Changes) -> None:
    if changes.reused:
        connection.execute(delete(former_selections).where(former_selections.c.id.in_(changes.reused)))
    if changes.leading:
        keys = {row.id: row.key for row in connection.execute(select(selections.c.id, selections.c.key))}
        rows = [{"id": former, "selection_key": keys[named]} for former, named in changes.leading.items()]
        lead = insert_into(connection, former_selections)
        again = lead.on_conflict_do_update(
            index_elements=["id"], set_={"selection_key": lead.excluded.selection_key}
        )
        connection.execute(again, rows)


def _remains(connection: Connection) -> tuple[int, int] | None:
    """A selection that is gone and still has places, and the number of the first of them."""
    first = (
        select(func.min(placements.c.number))
        .where(placements.c.selection_key == selections.c.key)
        .correlate(selections)
        .scalar_subquery()
    )
    query = select(selections.c.key, first).where(selections.c.gone_since.is_not(None))
    found = (tuple(row) for row in connection.execute(query))
    return next(((key, number) for key, number in found if number is not None), None)


def _clear_some(connection: Connection) -> None:
    """Remove the first places of a selection that is gone, if there is one."""
    if (remains := _remains(connection)) is not None:
        key, first = remains
        some = placements.c.number < first + NUMBERS_PER_STEP
        connection.execute(delete(placements).where(placements.c.selection_key == key, some))
