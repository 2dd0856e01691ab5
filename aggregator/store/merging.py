"""Stories that turn out to be one: the oldest id stays, the others lead to it for good."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update

from aggregator.errors import UsageError
from aggregator.model import Relation
from aggregator.store import changed, correctable, countries, search_documents, succession, thawing
from aggregator.store.sequences import Sequence as Counter
from aggregator.store.sequences import advance
from aggregator.store.succession import Succession
from aggregator.store.tables import stories, story_entries

Story = Row[*tuple[Any, ...]]


def merge(connection: Connection, story_ids: Collection[int], reason: str) -> tuple[int, Sequence[int]]:
    """Merge stories; the id that stays, and those that were merged into it now.

    None were if they are one story already. The one that stays keeps its lead, the others' become reports. It
    counts as told where one of them was. Those others leave all selections when stories are published next.
    Raises UsageError for stories that are unknown or merged elsewhere, or of which only some are hidden.
    """
    named = sorted(set(story_ids))
    if len(named) < 2:
        raise UsageError("merging takes at least two stories: name another one")
    if (home := _common_home(connection, named)) is not None:
        return home, ()
    kept, *others = (correctable.story(connection, one) for one in named)
    _refuse_half_hidden([kept, *others])
    ids = [one.id for one in others]
    thawing.thaw(connection, ids)
    _move(connection, kept.id, ids, reason)
    _tell(connection, kept, others)
    succession.merge(connection, [Succession(former=one, heir=kept.id) for one in ids])
    countries.refresh(connection, [kept.id, *ids])
    search_documents.write(connection, [kept.id])
    changed.number(connection, [kept.id, *ids])
    return kept.id, ids


def _common_home(connection: Connection, story_ids: Collection[int]) -> int | None:
    """The story that all these are, if they are one already and the oldest of them stayed."""
    query = select(stories.c.id, stories.c.merged_into).where(stories.c.id.in_(story_ids))
    rows = connection.execute(query).all()
    homes = {row.merged_into or row.id for row in rows}
    return homes.pop() if len(homes) == 1 and len(rows) == len(story_ids) else None


def _refuse_half_hidden(rows: Sequence[Story]) -> None:
    hidden, shown = ([one.id for one in rows if bool(one.hidden) is wanted] for wanted in (True, False))
    if hidden and shown:
        numbers, others = (", ".join(map(str, ids)) for ids in (hidden, shown))
        raise UsageError(
            f"of these stories {numbers} is hidden and {others} is not: hide or unhide some of them first, "
            "so that it is clear what is to become of the whole"
        )


def _move(connection: Connection, kept: int, others: Sequence[int], reason: str) -> None:
    of_others = story_entries.c.story_id.in_(others)
    leads = update(story_entries).where(of_others, story_entries.c.relation == Relation.LEAD.value)
    why = f"its story was merged into this one by the operator: {reason}"
    connection.execute(leads.values(relation=Relation.REPORT.value, reason=why))
    connection.execute(update(story_entries).where(of_others).values(story_id=kept))
    connection.execute(update(story_entries).where(story_entries.c.story_id == kept).values(attention=None))


def _tell(connection: Connection, kept: Story, others: Sequence[Story]) -> None:
    """A story that was only stored takes the place of the first of the others that was told.

    Its very number: digests have passed it, or have it before them, as they had the other one.
    """
    were_told = [one for one in others if one.told_number is not None]
    if kept.told_number is not None or not were_told:
        return
    first = min(were_told, key=lambda one: one.told_number)
    (number,) = advance(connection, Counter.TOLD, 1)
    connection.execute(update(stories).where(stories.c.id == first.id).values(told_number=number))
    tell = update(stories).where(stories.c.id == kept.id)
    connection.execute(tell.values(told_at=first.told_at, told_number=first.told_number))
