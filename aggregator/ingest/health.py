"""Troubles of a source that answers as it should: entries without dates, and silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from aggregator.model import SourceState

USUAL_GAPS = 10
"""Usual gaps between two entries after which silence is a trouble."""
SHORTEST_SILENCE = timedelta(days=3)
"""A weekend and a holiday: nobody is in trouble sooner."""
UNKNOWN_SILENCE = timedelta(days=60)
"""Where we do not know the source's rhythm."""
RARE_GAP = timedelta(days=6)
"""Of sources that publish more rarely their pace, which remembers a week, tells no more than that."""
RARE_SILENCE = timedelta(days=180)


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
    if silence <= _patience(gap):
        return None
    rhythm = f", where one usually comes every {spoken(gap)}" if gap and gap <= RARE_GAP else ""
    return SourceState.STALE, (
        f"no new entry since {newest:%Y-%m-%d}, for {spoken(silence)}{rhythm}: look on the site whether it "
        "still publishes, and whether its feed has moved"
    )


def _patience(gap: timedelta | None) -> timedelta:
    if gap is None:
        return UNKNOWN_SILENCE
    return RARE_SILENCE if gap > RARE_GAP else max(USUAL_GAPS * gap, SHORTEST_SILENCE)


def spoken(duration: timedelta) -> str:
    """`40 minutes`, `5 hours`, `12 days`: in the largest unit of which there are two."""
    seconds = duration.total_seconds()
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} seconds"
