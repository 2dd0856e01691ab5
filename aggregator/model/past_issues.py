"""Issues that went out, as the public archive of newsletters tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from aggregator.model.issues import Placed


@dataclass(frozen=True, slots=True)
class IssueCover:
    """One line of the archive: which issue it is."""

    newsletter: str
    names: Mapping[str, str]
    """Name of the newsletter per interface language; the first is the default."""
    track: str
    period: str
    """Key of the period: `2026-W47`, `2026-11-22`, `2026-11`; unique within a track."""
    first_day: date
    last_day: date
    stories: int
    """How many it tells now."""
    went_out: datetime
    """When its sending began."""


@dataclass(frozen=True, slots=True)
class PastIssue:
    """An issue with what it told, as it is told now: stories that were hidden since are left out."""

    cover: IssueCover
    placed: tuple[Placed, ...]
    """In the order of the letter."""
    before: IssueCover | None = None
    """The issue of the same track that went out before it."""
    after: IssueCover | None = None
    note: str = ""
    """What the editor said at its head, in Markdown."""
