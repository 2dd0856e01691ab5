"""What an operator names on the command line, found in the configuration and in the store."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import IssueProgress, Newsletter, Track
from aggregator.wiring.stores import Stores

ISSUES_SEARCHED = 500
"""Whoever names an issue by its period means one of late; older ones have a number."""


def newsletter_named(config: Config, newsletter_id: str) -> Newsletter:
    """The newsletter with this id. Raises UsageError that names those there are."""
    known = {newsletter.id: newsletter for newsletter in config.newsletters_offered()}
    if newsletter_id not in known:
        raise UsageError(
            f"no newsletter {newsletter_id!r} in the configuration; it has {', '.join(known) or 'none'}"
        )
    return known[newsletter_id]


def newsletter_meant(config: Config, newsletter_id: str | None) -> Newsletter:
    """The newsletter with this id, or the only one. Raises UsageError where one must be named."""
    offered = config.newsletters_offered()
    if newsletter_id is None and len(offered) == 1:
        return offered[0]
    if newsletter_id is None:
        raise UsageError(f"name a newsletter with --newsletter: {', '.join(one.id for one in offered)}")
    return newsletter_named(config, newsletter_id)


def track_named(newsletter: Newsletter, track_id: str | None) -> Track:
    """The track with this id, or the newsletter's first. Raises UsageError that names those there are."""
    known = {track.id: track for track in newsletter.tracks}
    if track_id is not None and track_id not in known:
        raise UsageError(f"{newsletter.id} has no track {track_id!r}; it has {', '.join(known)}")
    return known[track_id] if track_id else newsletter.tracks[0]


def issue_named(stores: Stores, name: str) -> IssueProgress:
    """An issue by its number, by `ID/TRACK/PERIOD`, or by a period's key alone if it says which.

    Raises UsageError when there is none, or more than one.
    """
    if name.isascii() and name.isdigit():
        found = stores.desk.progress(int(name[:18]))
        if found is not None:
            return found
        raise UsageError(f"there is no issue {name}: see `aggregator newsletter status`")
    wanted = name.split("/")
    fitting = [
        one
        for one in stores.desk.recent(ISSUES_SEARCHED)
        if [one.newsletter, one.track, one.period_key][-len(wanted) :] == wanted
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise UsageError(f"there is no issue {name!r}: see `aggregator newsletter status`")
    numbers = ", ".join(f"{one.issue_id} ({title(one)})" for one in fitting[:10])
    raise UsageError(f"{name!r} may be one of {numbers}: name its number")


def title(issue: IssueProgress) -> str:
    """An issue in words: newsletter, track, period."""
    return f"{issue.newsletter} {issue.track} {issue.period_key}"
