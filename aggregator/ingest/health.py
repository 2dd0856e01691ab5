"""Troubles of a source that answers as it should: entries without dates, and silence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from aggregator.model import SourceState

USUAL_GAPS = 10
"""Usual gaps between two entries after which silence is a trouble."""
SHORTEST_SILENCE = timedelta(days=3)
"""A weekend and a holiday: nobody is in trouble sooner."""
LONGEST_SILENCE = timedelta(days=365)
UNKNOWN_SILENCE = timedelta(days=60)
"""Where we do not know the source's rhythm."""
_NEWEST = 20
"""Dates from which a rhythm is told."""
_FEWEST = 2
_SHARE_OF_NEW = 0.2


def usual_gap(
    known: timedelta | None, newest_before: datetime | None, dates: Iterable[datetime]
) -> timedelta | None:
    """The time that usually lies between two entries, after `dates` of new ones were read; None if unknown.

    A source that is read for the first time tells it by the dates of its newest entries; later arrivals move
    it by a part, so that neither a burst nor one long silence makes a rhythm.
    """
    newest = sorted(set(dates), reverse=True)[:_NEWEST]
    if newest_before is not None:
        newest = [*(date for date in newest if date > newest_before), newest_before]
    if len(newest) < _FEWEST:
        return known
    gaps = sorted(later - earlier for later, earlier in pairwise(newest))
    seen = gaps[len(gaps) // 2]
    return seen if known is None else known + (seen - known) * _SHARE_OF_NEW


def trouble(newest: datetime | None, at: datetime, gap: timedelta | None) -> tuple[SourceState, str] | None:
    """State and message of a source that answered with entries at `at`; None when all is well.

    `newest`: the latest date that it gave to any of its entries, ever; None if it never gave one. `gap`: the
    usual time between two of them.
    """
    if newest is None:
        return SourceState.ALL_UNDATED, (
            "none of its entries has a date that can be read, so each counts as published when we first saw "
            "it: look at the dates with `aggregator probe`, and for a feed of the site that has them"
        )
    silence = at - newest
    patience = UNKNOWN_SILENCE if gap is None else max(USUAL_GAPS * gap, SHORTEST_SILENCE)
    if silence <= min(patience, LONGEST_SILENCE):
        return None
    rhythm = f", where one usually comes every {spoken(gap)}" if gap else ""
    return SourceState.STALE, (
        f"no new entry since {newest:%Y-%m-%d}, for {spoken(silence)}{rhythm}: look on the site whether it "
        "still publishes, and whether its feed has moved"
    )


def spoken(duration: timedelta) -> str:
    """`40 minutes`, `5 hours`, `12 days`: in the largest unit of which there are two."""
    seconds = duration.total_seconds()
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
