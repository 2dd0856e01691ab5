"""What entries that join a stored story change of it: who leads, and whether it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from aggregator.store.arrivals import Placed
from aggregator.store.chunks import chunked
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.tables import entries, stories, story_entries


def apply(connection: Connection, placed: Sequence[Placed], at: datetime) -> set[int]:
    """Let new entries take the lead and tell stories; return the stories that show other words now."""
    shown = _take_the_lead(connection, [one for one in placed if one.former_lead is not None])
    return shown | _tell(connection, [one.story_id for one in placed if one.arrival.tells], at)


def _take_the_lead(connection: Connection, taking: Sequence[Placed]) -> set[int]:
    """In this order: an entry that just took the lead may lose it to the next."""
    before: dict[int, tuple[int, bytes]] = {}
    query = select(stories.c.id, entries.c.id.label("lead"), entries.c.shown_hash)
    query = query.join(entries, entries.c.id == stories.c.lead_entry_id)
    for chunk in chunked({one.story_id for one in taking}):
        for row in connection.execute(query.where(stories.c.id.in_(chunk))):
            before[row.id] = (row.lead, row.shown_hash)
    if not before:
        return set()
    leads = {story_id: lead for story_id, (lead, _) in before.items()}
    former, now = [], {}
    for one in taking:
        assert one.former_lead is not None
        former.append({"member": leads[one.story_id], "becomes": one.former_lead.value})
        leads[one.story_id], now[one.story_id] = one.entry_id, one
    member = update(story_entries).where(story_entries.c.entry_id == bindparam("member"))
    connection.execute(member.values(relation=bindparam("becomes")), former)
    led = update(stories).where(stories.c.id == bindparam("story"))
    connection.execute(
        led.values(lead_entry_id=bindparam("leader")),
        [{"story": story_id, "leader": lead} for story_id, lead in leads.items()],
    )
    return {story_id for story_id, one in now.items() if one.arrival.row["shown_hash"] != before[story_id][1]}


def _tell(connection: Connection, story_ids: Sequence[int], at: datetime) -> set[int]:
    """Of these stories tell those that were only stored until now."""
    untold: set[int] = set()
    for chunk in chunked(set(story_ids)):
        never = select(stories.c.id).where(stories.c.id.in_(chunk), stories.c.told_number.is_(None))
        untold.update(connection.scalars(never))
    in_order = [story_id for story_id in dict.fromkeys(story_ids) if story_id in untold]
    if in_order:
        numbers = advance(connection, Counter.TOLD, len(in_order))
        told = update(stories).where(stories.c.id == bindparam("story"))
        connection.execute(
            told.values(told_at=at, told_number=bindparam("number")),
            [{"story": story, "number": number} for story, number in zip(in_order, numbers, strict=True)],
        )
    return untold
