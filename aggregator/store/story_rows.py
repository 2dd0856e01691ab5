"""Stories from their rows: five queries per chunk, however many stories and entries there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregator.model import GROUP_PREFIX, Member, Picture, Relation, Story, Tag
from aggregator.store.chunks import chunked
from aggregator.store.entry_rows import tag
from aggregator.store.picture_links import READY, picture
from aggregator.store.tables import (
    entries,
    entry_tags,
    pictures,
    stories,
    story_countries,
    story_entries,
    story_pictures,
)


def load(connection: Connection, story_ids: Sequence[int]) -> list[Story]:
    """The stories with these ids, in this order."""
    found: dict[int, Story] = {}
    for chunk in chunked(story_ids):
        about = _about(connection, chunk)
        members = _members(connection, chunk, _tags(connection, chunk))
        shown = _pictures(connection, chunk)
        for row in connection.execute(select(stories).where(stories.c.id.in_(chunk))):
            countries, regions = _parted(about.get(row.id, ()))
            found[row.id] = Story(
                id=row.id,
                uri=row.uri,
                told_at=row.told_at or row.founded_at,
                updated_at=row.updated_at,
                members=tuple(members[row.id]),
                countries=countries,
                regions=regions,
                picture=shown.get(row.id),
                version=row.change_number,
            )
    return [found[story_id] for story_id in story_ids]


def _about(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = (
        select(story_countries.c.story_id, story_countries.c.country)
        .where(story_countries.c.story_id.in_(story_ids))
        .order_by(story_countries.c.story_id, story_countries.c.salience.desc(), story_countries.c.country)
    )
    found: dict[int, list[str]] = {}
    for story_id, country in connection.execute(query):
        found.setdefault(story_id, []).append(country)
    return found


def _parted(about: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Countries, and groups of them."""
    regions = tuple(one for one in about if one.startswith(GROUP_PREFIX))
    return tuple(one for one in about if one not in regions), regions


def _pictures(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, Picture]:
    """Copies of the pictures that the leads name now: a lead that changed may name another."""
    query = (
        select(story_pictures.c.story_id, pictures)
        .join(pictures, pictures.c.key == story_pictures.c.picture_key)
        .join(stories, stories.c.id == story_pictures.c.story_id)
        .join(entries, entries.c.id == stories.c.lead_entry_id)
        .where(
            story_pictures.c.story_id.in_(story_ids),
            pictures.c.state == READY,
            pictures.c.address == entries.c.image,
        )
    )
    return {row.story_id: picture(row) for row in connection.execute(query)}


def _tags(connection: Connection, story_ids: Sequence[int]) -> Mapping[int, list[Tag]]:
    query = (
        select(entry_tags.c.entry_id, entry_tags.c.country, entry_tags.c.salience, entry_tags.c.evidence)
        .join(story_entries, story_entries.c.entry_id == entry_tags.c.entry_id)
        .where(story_entries.c.story_id.in_(story_ids), entry_tags.c.role == "subject")
        .order_by(entry_tags.c.entry_id, entry_tags.c.salience.desc(), entry_tags.c.country)
    )
    found: dict[int, list[Tag]] = {}
    for entry_id, country, salience, evidence in connection.execute(query):
        found.setdefault(entry_id, []).append(tag(country, salience, evidence))
    return found


def _members(
    connection: Connection, story_ids: Sequence[int], tags: Mapping[int, Sequence[Tag]]
) -> Mapping[int, list[Member]]:
    """By story, the lead first, the others in the order they joined."""
    columns = (
        story_entries.c.story_id,
        story_entries.c.relation,
        entries.c.id,
        entries.c.source_id,
        entries.c.url,
        entries.c.title,
        entries.c.text,
        entries.c.html,
        entries.c.language,
        entries.c.script,
        entries.c.published,
        entries.c.date_guessed,
        entries.c.author,
        entries.c.paywalled,
    )
    query = (
        select(*columns)
        .join(entries, entries.c.id == story_entries.c.entry_id)
        .join(stories, stories.c.id == story_entries.c.story_id)
        .where(story_entries.c.story_id.in_(story_ids))
        .order_by(
            story_entries.c.story_id,
            (stories.c.lead_entry_id != entries.c.id),
            story_entries.c.joined_at,
            entries.c.id,
        )
    )
    found: dict[int, list[Member]] = {}
    for row in connection.execute(query):
        found.setdefault(row.story_id, []).append(_member(row, tags.get(row.id, ())))
    return found


def _member(row: Row[*tuple[Any, ...]], tags: Sequence[Tag]) -> Member:
    return Member(
        entry_id=row.id,
        source_id=row.source_id,
        relation=Relation(row.relation),
        url=row.url,
        title=row.title,
        text=row.text,
        html=row.html,
        language=row.language,
        script=row.script,
        published=row.published,
        date_guessed=row.date_guessed,
        author=row.author,
        tags=tuple(tags),
        paywalled=row.paywalled,
    )
