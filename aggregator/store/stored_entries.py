"""Stored entries as they are to be judged anew: four queries per look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from aggregator.model import GROUP_PREFIX, Description, Entry, StoredEntry, Tag
from aggregator.store import retagging
from aggregator.store.entry_rows import tag
from aggregator.store.tables import entries, entry_tags, entry_titles, stories, story_entries

Tags = Mapping[str, list[Tag]]
"""By role, the most salient first."""


def load(connection: Connection, wanted: ColumnElement[bool], limit: int, oldest: int) -> list[StoredEntry]:
    """The first `limit` entries that are wanted, by id; those from `oldest` on may still be joined."""
    rows = connection.execute(_query(wanted, limit)).all()
    ids = [row.id for row in rows]
    tags = _tags(connection, ids)
    retagged = retagging.in_force(connection, ids)
    return [_stored(row, tags.get(row.id, {}), oldest, row.id in retagged) for row in rows]


def _query(wanted: ColumnElement[bool], limit: int) -> Select[tuple[object, ...]]:
    columns = (
        entries.c.id,
        entries.c.source_id,
        entries.c.guid,
        entries.c.raw_hash,
        entries.c.shown_hash,
        entries.c.published,
        entries.c.date_guessed,
        entries.c.first_seen,
        entries.c.state,
        entries.c.state_reason,
        entries.c.rules_version,
        entries.c.language,
        entries.c.script,
        entries.c.language_declared,
        entries.c.paywalled,
        entries.c.url,
        entries.c.canonical_url,
        entries.c.categories,
        entries.c.title,
        entries.c.text,
        entries.c.as_published,
    )
    return (
        select(*columns, story_entries.c.story_id, stories.c.lead_entry_id, entry_titles.c.key)
        .join(story_entries, story_entries.c.entry_id == entries.c.id)
        .join(stories, stories.c.id == story_entries.c.story_id)
        .outerjoin(entry_titles, entry_titles.c.entry_id == entries.c.id)
        .where(wanted)
        .order_by(entries.c.id)
        .limit(limit)
    )


def _tags(connection: Connection, ids: Collection[int]) -> Mapping[int, Tags]:
    query = (
        select(
            entry_tags.c.entry_id,
            entry_tags.c.role,
            entry_tags.c.country,
            entry_tags.c.salience,
            entry_tags.c.evidence,
        )
        .where(entry_tags.c.entry_id.in_(ids))
        .order_by(entry_tags.c.entry_id, entry_tags.c.salience.desc(), entry_tags.c.country)
    )
    found: dict[int, dict[str, list[Tag]]] = {}
    for entry_id, role, country, salience, evidence in connection.execute(query):
        found.setdefault(entry_id, {}).setdefault(role, []).append(tag(country, salience, evidence))
    return found


def _stored(row: Row[*tuple[Any, ...]], tags: Tags, oldest: int, retagged: bool) -> StoredEntry:
    excluded = row.state == "excluded"
    said = tuple(tags.get("subject", ())), tuple(tags.get("region", ()))
    judged = _parted(tags.get(retagging.OVERRULED, ())) if retagged else said
    return StoredEntry(
        id=row.id,
        first_seen=row.first_seen,
        rules_version=row.rules_version,
        entry=Entry(
            source_id=row.source_id,
            guid=row.guid,
            raw_hash=row.raw_hash,
            url=row.url,
            canonical_url=row.canonical_url,
            title=row.title,
            text=row.text,
            html="",
            published=row.published,
            date_guessed=row.date_guessed,
            categories=tuple(row.categories),
            paywalled=row.paywalled,
            excluded=(row.state_reason or "excluded") if excluded else "",
            as_published=row.as_published,
        ),
        description=Description(
            language=row.language,
            script=row.script,
            language_declared=row.language_declared,
            tags=judged[0],
            mentions=tuple(tags.get("mention", ())),
            regions=judged[1],
            title_key=row.key,
            shown_hash=row.shown_hash,
        ),
        story_id=row.story_id,
        leads=row.lead_entry_id == row.id,
        comparable=row.id >= oldest and not excluded,
        retagged=said if retagged else None,
    )


def _parted(tags: Iterable[Tag]) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """Countries, and groups of them."""
    found = tuple(tags)
    regions = tuple(one for one in found if one.country.startswith(GROUP_PREFIX))
    return tuple(one for one in found if one not in regions), regions
