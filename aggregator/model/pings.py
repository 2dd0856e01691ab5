"""What hubs are still to be told of our feeds, and how they take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Ping:
    """One of our feeds changed, and a hub has not been told yet."""

    hub: str
    path: str
    """Of the feed's file, below the public folder."""
    due_at: datetime
    """When the publication began that changed it last."""
    attempts: int = 0
    """Requests that told of it since, and led nowhere."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one hub is to be told, and how it took the last requests."""

    hub: str
    pings: tuple[Ping, ...] = ()
    failures: int = 0
    """Requests in a row that led nowhere."""
    try_after: datetime | None = None
    """No request to it before; None when nothing speaks against one."""
    message: str = ""
    """What came of the last request, for the operator."""


class Telling(StrEnum):
    """What became of telling a hub of some feeds."""

    TOLD = "told"
    LATER = "later"
    """It could not be told now, and will be."""
    REFUSED = "refused"
    """It does not want to know of these feeds: it is told again when they change again."""
    GIVEN_UP = "given up"
    """It could not be told often and long enough; likewise."""
