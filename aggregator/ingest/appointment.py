"""The moment of a source's next poll: later than its interval by a little, never in hours that it closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from aggregator.model import Hints

_JITTER = 0.1
"""Share of the wait that a poll may come later: sources met at once must not be asked at once for ever."""
_LONGEST_JITTER = timedelta(hours=1)
_AFTER_OPENING = timedelta(minutes=6)
"""Within which those who waited for an hour's end are spread."""
_HOUR = timedelta(hours=1)
_HOURS_OF_A_WEEK = 7 * 24


def next_poll(
    at: datetime, wait: timedelta, *, not_before: datetime | None, hints: Hints, seed: str
) -> datetime:
    """When to ask again after a poll at `at`: after `wait`, not before the server's word, never early.

    What is added is drawn from `seed`, so that the same poll always gives the same moment.
    """
    target = at + wait if not_before is None else max(at + wait, not_before)
    share = _share(seed)
    jitter = min((target - at) * _JITTER, _LONGEST_JITTER) * share
    return _in_open_hours((target + jitter).astimezone(UTC), hints, _AFTER_OPENING * share)


def _share(seed: str) -> float:
    """An even number from 0 up to 1."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=4).digest()) / 2**32


def _in_open_hours(moment: datetime, hints: Hints, after_opening: timedelta) -> datetime:
    """The moment, or shortly after the next hour in which the feed may be asked.

    RSS 2.0 `skipHours` and `skipDays`. A feed that closes the whole week says nothing, and is taken so.
    """
    if not _is_closed(moment, hints):
        return moment
    hour = moment.replace(minute=0, second=0, microsecond=0)
    for _ in range(_HOURS_OF_A_WEEK):
        hour += _HOUR
        if not _is_closed(hour, hints):
            return hour + after_opening
    return moment


def _is_closed(moment: datetime, hints: Hints) -> bool:
    return moment.hour in hints.skip_hours or moment.isoweekday() in hints.skip_days
