"""What stories are about, derived from what their entries are about: countries, and groups of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from aggregator.model import Relation
from aggregator.store.arrivals import Placed
from aggregator.store.bulk import insert_rows
from aggregator.store.chunks import chunked
from aggregator.store.country_rule import countries_of
from aggregator.store.tables import entry_tags, story_countries, story_entries


def add(connection: Connection, placed: Sequence[Placed]) -> None:
    """Store the countries of stories founded just now, given all the entries that were placed with them."""
    founded: dict[int, tuple[dict[str, float], list[dict[str, float]]]] = {
        one.story_id: (_subjects(one), []) for one in placed if one.founds
    }
    for one in placed:
        if one.story_id in founded and one.arrival.relation is Relation.REPORT:
            founded[one.story_id][1].append(_subjects(one))
    _insert(connection, founded)


def _subjects(placed: Placed) -> dict[str, float]:
    description = placed.arrival.described.description
    return {tag.country: tag.salience for tag in (*description.tags, *description.regions)}


def refresh(connection: Connection, story_ids: Collection[int]) -> None:
    """Derive the countries of stories from what their entries are about now."""
    for chunk in chunked(story_ids):
        connection.execute(delete(story_countries).where(story_countries.c.story_id.in_(chunk)))
        _insert(connection, _saliences(connection, chunk))


def _insert(
    connection: Connection, saliences: Mapping[int, tuple[dict[str, float], list[dict[str, float]]]]
) -> None:
    """Given by story: what its lead is about, and what each of its reports is about."""
    rows = [
        {"story_id": story_id, "country": country, "salience": salience}
        for story_id, (lead, reports) in saliences.items()
        for country, salience in countries_of(lead, reports).items()
    ]
    insert_rows(connection, story_countries, rows)


_INDEPENDENT = (Relation.LEAD.value, Relation.REPORT.value)
"""Entries with a judgement of their own; the others repeat one."""


def _saliences(
    connection: Connection, story_ids: Collection[int]
) -> Mapping[int, tuple[dict[str, float], list[dict[str, float]]]]:
    """By story: what its lead is about, and what each of its reports is about."""
    by_entry: dict[tuple[int, str, int], dict[str, float]] = {}
    for story_id, relation, entry_id, country, salience in connection.execute(_tags_of(story_ids)):
        entry = by_entry.setdefault((story_id, relation, entry_id), {})
        if country is not None:
            entry[country] = salience
    by_story: dict[int, tuple[dict[str, float], list[dict[str, float]]]] = {}
    for (story_id, relation, _), tags in by_entry.items():
        lead, reports = by_story.setdefault(story_id, ({}, []))
        if relation == Relation.LEAD:
            lead.update(tags)
        else:
            reports.append(tags)
    return by_story


def _tags_of(story_ids: Collection[int]) -> Select[tuple[Any, ...]]:
    members, tags = story_entries.c, entry_tags.c
    subjects = (tags.entry_id == members.entry_id) & tags.role.in_(("subject", "region"))
    return (
        select(members.story_id, members.relation, members.entry_id, tags.country, tags.salience)
        .outerjoin(entry_tags, subjects)
        .where(members.story_id.in_(story_ids), members.relation.in_(_INDEPENDENT))
    )
