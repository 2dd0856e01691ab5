"""When a letter may go to readers who chose an hour of their own. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def first_at(hour: int, zone: str, after: datetime) -> datetime:
    """The first moment from `after` on at which the clock of a zone shows this hour.

    `hour`: 0 to 23, the whole of it: at 07:10 seven o'clock is not over. An hour that the clock skips comes
    when the clock goes on (PEP 495, fold 0). A zone that this machine does not know is read as UTC.
    """
    clock = _clock(zone)
    local = after.astimezone(clock)
    if local.hour == hour:
        return after
    days = (local.date() + timedelta(days=ahead) for ahead in range(3))
    turns = (datetime.combine(day, time(hour), clock).astimezone(UTC) for day in days)
    return next(turn for turn in turns if turn > after)


def _clock(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
