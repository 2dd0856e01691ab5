"""The time, for adapters that ask for it themselves."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The moment in UTC."""
    return datetime.now(UTC)
