"""The operator's word: what was corrected of what was judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CorrectionKind(StrEnum):
    """What was done."""

    SPLIT = "split"
    MERGE = "merge"
    HIDE = "hide"
    RETAG = "retag"


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of a story or an entry."""

    id: int
    at: datetime
    kind: CorrectionKind
    reason: str
    """In the operator's words."""
    story_id: int | None = None
    """The story that was split or hidden, or that the others were merged into; None for an entry's."""
    entry_id: int | None = None
    """The entry that was tagged anew; None for a story's."""
    stories: tuple[int, ...] = ()
    """Those that were merged into `story_id`, or the one that its entries were split off to."""
    entries: tuple[int, ...] = ()
    """Those that were split off."""
    countries: tuple[str, ...] = ()
    """All that the entry is about."""
    withdrawn_at: datetime | None = None
    """None while it is in force."""
