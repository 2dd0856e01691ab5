"""Whom a changed configuration leaves without letters, and how to mend it: nobody shall be lost unseen."""

from __future__ import annotations

from collections.abc import Iterator

from aggregator.cli.newsletter.naming import title
from aggregator.cli.terminal import number_of
from aggregator.config.schema import Config
from aggregator.model import DeliveryState
from aggregator.wiring.stores import Stores

ISSUES_LOOKED_AT = 200
_WAITING = (DeliveryState.READY, DeliveryState.DEFERRED)


def unserved(config: Config, stores: Stores) -> Iterator[str]:
    """A line for each rhythm that has readers and is not offered, and each issue that nobody sends."""
    offered = {one.id: [track.id for track in one.tracks] for one in config.newsletters_offered()}
    for (newsletter, track), readers in sorted(stores.overview.readers_by_track().items()):
        if track not in offered.get(newsletter, ()):
            what = f"rhythm {track} of {newsletter}" if newsletter in offered else f"newsletter {newsletter}"
            yield (
                f"{newsletter} {track} has {number_of(readers, 'confirmed reader')} without letters: "
                f"the configuration has no {what}. Put it back, beside what took its place, or take them off"
            )
    for issue in stores.desk.recent(ISSUES_LOOKED_AT):
        waiting = sum(issue.counts.get(state, 0) for state in _WAITING)
        if waiting and issue.newsletter not in offered:
            yield (
                f"{title(issue)} has {number_of(waiting, 'waiting letter')}, and the configuration has no "
                f"newsletter {issue.newsletter}: put it back, or call "
                f"`aggregator newsletter cancel {issue.issue_id}`"
            )
