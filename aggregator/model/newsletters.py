"""The recurring digests, and how far each has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Literal


class Rhythm(StrEnum):
    """How often an issue appears."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Track:
    """One rhythm of a newsletter. Its periods close at midnight in the newsletter's zone."""

    id: str
    """`daily`, `weekly-1` (ISO weekday on which a period starts and the last one is sent), `monthly`."""
    rhythm: Rhythm
    weekday: int = 1


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When letters may go out, by the newsletter's own clock."""

    days: tuple[int, ...]
    """ISO weekdays."""
    begins: str
    """Local time `HH:MM`."""
    ends: str
    """No letter goes out from here on; earlier than `begins`: on the next day."""


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A recurring digest."""

    id: str
    names: Mapping[str, str]
    """Name per interface language; the first is the default."""
    sender: str
    """Address of the From header."""
    time_zone: str
    send_at: str
    """Local time `HH:MM` at which an issue goes out, on the day its period closed."""
    tracks: tuple[Track, ...]
    countries: tuple[str, ...]
    """Sections in order; stories about none of them stand under «elsewhere»."""
    languages: tuple[str, ...] = ()
    """Languages of stories it may hold; empty admits all."""
    top: int = 3
    per_country: int = 6
    per_source: int = 2
    max_lateness: timedelta = timedelta(hours=48)
    """An issue that could not be sent for longer waits for the operator."""
    images: Literal["none", "inline", "hosted"] = "none"
    """Pictures of top stories: none, inside the letter, or loaded from the public pages."""
    hide_empty: bool = True
    """Countries without stories are left out; else a line says that they have none."""
    generic_subject: bool = False
    """The subject names newsletter and dates and no story, for readers whose mail is looked at."""
    note: Path | None = None
    """Markdown that opens every issue for which the editor wrote no note of its own; no file, no note."""
    send_window: SendWindow | None = None
    """When its letters may go out; None: whenever they are due."""
    on_unknown: Literal["hold", "resend"] = "hold"
    """What becomes of a letter that may have arrived and of which no record tells."""

    @property
    def interface_languages(self) -> tuple[str, ...]:
        """Languages in which its letters are written, the default first."""
        return tuple(self.names)


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a track: `[start, end)`."""

    key: str
    """`2026-W47`, `2026-11-22`, `2026-11`: unique within a track."""
    start: datetime
    end: datetime
    send_at: datetime
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class TrackPosition:
    """How far a track has come."""

    last_period_end: datetime | None
    """End of the last period that has an issue (or was skipped); None before the first."""
    watermark: int
    """Stories with a smaller or equal telling number were considered."""
