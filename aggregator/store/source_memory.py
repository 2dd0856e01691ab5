"""What a source's row remembers of its rhythm, of where it is, and of the hubs that push it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, update

from aggregator.model import (
    Announcement,
    Claim,
    Hints,
    Pace,
    Redirect,
    Source,
    SourceUpdate,
    Validators,
    Whereabouts,
)
from aggregator.store.tables import sources

WITHOUT_MEMORY = {
    "etag": None,
    "last_modified": None,
    "body_hash": None,
    "adopted_url": None,
    "redirect_url": None,
    "redirect_first_seen": None,
    "redirect_sightings": 0,
    "gone_count": 0,
    "gone_since": None,
    "plain_agent": None,
    "feed_length": None,
    "update_interval": None,
    "skip_hours": None,
    "skip_days": None,
    "topic": None,
    "hubs": None,
    "hinted_at": None,
    "failures": 0,
    "last_attempt": None,
}
"""What is known of an address before it was asked."""

_LONGEST = timedelta(days=366)
"""Longer intervals than a year say nothing more, and might not fit the column."""


def claim(source: Source, row: Row[Any]) -> Claim:
    """A source with all that is remembered of it."""
    return Claim(
        source=source,
        validators=Validators(row.etag, row.last_modified),
        body_hash=row.body_hash,
        failures=row.failures,
        first=row.last_success is None,
        last_success=row.last_success,
        pace=pace(row),
        whereabouts=whereabouts(row),
        plain_agent=bool(row.plain_agent),
        newest_entry=row.newest_entry,
        announced=Announcement(row.topic or "", tuple((row.hubs or "").split())),
        pushed_until=row.pushed_until,
    )


def pace(row: Row[Any]) -> Pace:
    """A source's rhythm, and what its feed says of it."""
    interval = None if row.update_interval is None else timedelta(seconds=row.update_interval)
    hints = Hints(interval, _numbers(row.skip_hours), _numbers(row.skip_days))
    return Pace(row.entries_per_day, row.feed_length, hints)


def _pace_values(pace: Pace) -> dict[str, Any]:
    """The columns that hold a source's rhythm."""
    interval = pace.hints.update_interval
    return {
        "entries_per_day": pace.entries_per_day,
        "feed_length": pace.feed_length,
        "update_interval": None if interval is None else int(min(interval, _LONGEST).total_seconds()),
        "skip_hours": _listed(pace.hints.skip_hours),
        "skip_days": _listed(pace.hints.skip_days),
    }


def whereabouts(row: Row[Any]) -> Whereabouts:
    """Where a source moved to, and whether it is gone."""
    redirect = None
    if row.redirect_url is not None and row.redirect_first_seen is not None:
        redirect = Redirect(row.redirect_url, row.redirect_first_seen, row.redirect_sightings)
    return Whereabouts(row.adopted_url, redirect, row.gone_count, row.gone_since)


def _whereabouts_values(whereabouts: Whereabouts) -> dict[str, Any]:
    """The columns that say where a source is."""
    redirect = whereabouts.redirect
    return {
        "adopted_url": whereabouts.adopted_url,
        "redirect_url": redirect.url if redirect else None,
        "redirect_first_seen": redirect.first_seen if redirect else None,
        "redirect_sightings": redirect.sightings if redirect else 0,
        "gone_count": whereabouts.gone_count,
        "gone_since": whereabouts.gone_since,
    }


def record(connection: Connection, updates: Sequence[SourceUpdate]) -> None:
    """Write what polls taught of their sources; an update that learned nothing keeps what is stored."""
    learned: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in updates:
        if values := _learned(one):
            row = {f"new_{name}": value for name, value in values.items()}
            learned.setdefault(tuple(values), []).append({"source_id": one.source_id, **row})
    for names, rows in learned.items():
        of_source = update(sources).where(sources.c.id == bindparam("source_id"))
        connection.execute(of_source.values({name: bindparam(f"new_{name}") for name in names}), rows)


def _learned(one: SourceUpdate) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if one.pace is not None:
        values |= _pace_values(one.pace)
    if one.whereabouts is not None:
        values |= _whereabouts_values(one.whereabouts)
    if one.plain_agent is not None:
        values["plain_agent"] = one.plain_agent
    if one.announced is not None:
        values |= {"topic": one.announced.topic or None, "hubs": " ".join(one.announced.hubs) or None}
    return values


def _numbers(listed: str | None) -> frozenset[int]:
    return frozenset(map(int, (listed or "").split()))


def _listed(numbers: Collection[int]) -> str:
    return " ".join(map(str, sorted(numbers)))
