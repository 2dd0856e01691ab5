"""What stories are about, derived from what their entries are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from aggregator.model import Relation
from aggregator.store.chunks import chunked
from aggregator.store.country_rule import countries_of
from aggregator.store.tables import entry_tags, story_countries, story_entries


def refresh(connection: Connection, story_ids: Collection[int]) -> None:
    """Derive the countries of stories from what their entries are about now."""
    rows: list[dict[str, Any]] = []
    for chunk in chunked(story_ids):
        connection.execute(delete(story_countries).where(story_countries.c.story_id.in_(chunk)))
        for story_id, (lead, reports) in _saliences(connection, chunk).items():
            found = countries_of(lead, reports)
            rows += ({"story_id": story_id, "country": key, "salience": found[key]} for key in found)
    if rows:
        connection.execute(insert(story_countries), rows)


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
    subjects = (tags.entry_id == members.entry_id) & (tags.role == "subject")
    return (
        select(members.story_id, members.relation, members.entry_id, tags.country, tags.salience)
        .outerjoin(entry_tags, subjects)
        .where(members.story_id.in_(story_ids), members.relation.in_(_INDEPENDENT))
    )
