"""Whether a newsletter's letters may go out at this hour of this day, by its own clock. Pure.

A window that ends before it begins lasts over midnight and belongs to the day on which it began.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Newsletter


def is_open(newsletter: Newsletter, now: datetime) -> bool:
    """Whether letters of this newsletter may go out now; without a window they always may."""
    window = newsletter.send_window
    if window is None:
        return True
    local = now.astimezone(ZoneInfo(newsletter.time_zone))
    begins, ends = time.fromisoformat(window.begins), time.fromisoformat(window.ends)
    hour, today = local.time(), local.isoweekday()
    if begins < ends:
        return today in window.days and begins <= hour < ends
    yesterday = (local - timedelta(days=1)).isoweekday()
    return (today in window.days and hour >= begins) or (yesterday in window.days and hour < ends)
