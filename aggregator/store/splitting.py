"""Entries that leave their story for one of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, update

from aggregator.errors import UsageError
from aggregator.model import Relation
from aggregator.store import changed, correctable, countries, search_documents, succession
from aggregator.store.arrivals import story_uri_stem
from aggregator.store.correctable import Member
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.succession import Succession
from aggregator.store.tables import stories, story_entries


def split(
    connection: Connection, named: Sequence[Member], reason: str, now: datetime, id_domain: str
) -> tuple[Row[*tuple[Any, ...]], int]:
    """Move these entries to a new story; the row of the one that they leave, and the new one's id.

    That is the same id where they are all that their story holds: there is nothing to do then. Each story is
    led by the entry that led before, or else by its earliest. Raises UsageError when they stand in several.
    """
    homes = sorted({one.story_id for one in named})
    if len(homes) > 1:
        raise UsageError(
            f"the entries stand in several stories ({', '.join(map(str, homes))}): split one story at a time"
        )
    story = correctable.story(connection, homes[0])
    leaving = {one.entry_id for one in named}
    staying = [one for one in correctable.members(connection, homes) if one.entry_id not in leaving]
    if not staying:
        return story, story.id
    new_id = _found(connection, story, correctable.lead_of(named), now, id_domain)
    moved = update(story_entries).where(story_entries.c.entry_id.in_(leaving))
    why = f"split off from story {story.id} by the operator: {reason}"
    connection.execute(moved.values(story_id=new_id, reason=why, attention=None))
    _lead(connection, new_id, correctable.lead_of(named))
    if story.lead_entry_id in leaving:
        (former,) = (one for one in named if one.entry_id == story.lead_entry_id)
        _lead(connection, story.id, correctable.lead_of(staying))
        if former.shown_hash != correctable.lead_of(staying).shown_hash:
            connection.execute(update(stories).where(stories.c.id == story.id).values(updated_at=now))
    succession.tell_alike(connection, [Succession(former=story.id, heir=new_id)])
    countries.refresh(connection, [story.id, new_id])
    search_documents.write(connection, [story.id, new_id])
    changed.number(connection, [story.id])
    return story, new_id


def _found(
    connection: Connection, story: Row[*tuple[Any, ...]], lead: Member, now: datetime, id_domain: str
) -> int:
    (new_id,) = advance(connection, Counter.STORY, 1)
    (number,) = advance(connection, Counter.CHANGE, 1)
    row = {
        "id": new_id,
        "uri": f"{story_uri_stem(id_domain, now)}{new_id}",
        "lead_entry_id": lead.entry_id,
        "founded_at": now,
        "change_number": number,
        "updated_at": now,
        "hidden": story.hidden,
    }
    connection.execute(insert(stories).values(row))
    return new_id


def _lead(connection: Connection, story_id: int, lead: Member) -> None:
    leading = update(stories).where(stories.c.id == story_id)
    connection.execute(leading.values(lead_entry_id=lead.entry_id))
    member = update(story_entries).where(story_entries.c.entry_id == lead.entry_id)
    connection.execute(member.values(relation=Relation.LEAD.value))
