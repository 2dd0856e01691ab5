"""What the operator has placed by splitting and merging stories: no judgement moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from aggregator.model import CorrectionKind
from aggregator.store.tables import corrections

_PLACING = (CorrectionKind.SPLIT.value, CorrectionKind.MERGE.value)


@dataclass(frozen=True, slots=True)
class Pins:
    """Splits and merges that are in force."""

    entries: frozenset[int]
    """Split off by name."""
    stories: dict[int, datetime]
    """Split or merged, and when that was last done: what was in them by then was left there knowingly."""

    def hold(self, entry_id: int, story_id: int, joined_at: datetime) -> bool:
        """Whether an entry is where the operator wants it."""
        corrected_at = self.stories.get(story_id)
        return entry_id in self.entries or (corrected_at is not None and joined_at <= corrected_at)


def in_force(connection: Connection) -> Pins:
    """All of them: as many as an operator makes by hand."""
    query = select(corrections.c.at, corrections.c.story_id, corrections.c.arguments)
    placing = query.where(corrections.c.kind.in_(_PLACING), corrections.c.withdrawn_at.is_(None))
    split_off: set[int] = set()
    stories: dict[int, datetime] = {}
    for at, story_id, arguments in connection.execute(placing):
        split_off.update(arguments.get("entries", ()))
        for one in (story_id, *arguments.get("stories", ())):
            stories[one] = max(at, stories.get(one, at))
    return Pins(frozenset(split_off), stories)
