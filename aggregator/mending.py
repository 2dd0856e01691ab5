"""Letters that wait are put together anew when a story of theirs must not be told any more.

An issue of which no letter has begun is undone and composed again (`store/thawing.py`). One on its way
rests as soon as its story is hidden; here the letters that have not gone get variants without it, and the
issue goes on. What was told stays told.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aggregator.editorial import rank
from aggregator.errors import AggregatorError, StoreError, UsageError
from aggregator.model import FrozenIssue, Newsletter, Placed, PlannedVariant, Rhythm, StaleIssue, Track
from aggregator.newsletter import compose as digest
from aggregator.newsletter.sections import section_names, section_of
from aggregator.pipeline import ComposePorts, rendered

log = logging.getLogger(__name__)


class Stale(Protocol):
    """What we remember of issues that are on their way."""

    def stale(self, now: datetime) -> Sequence[StaleIssue]:
        """Issues with letters that wait and tell a hidden story."""

    def mend(self, issue: StaleIssue, variants: Sequence[PlannedVariant], now: datetime) -> int | None:
        """Give waiting letters these variants by their readers' choices, and let the issue go on.

        Who would get nothing more gets no letter. Returns the number of letters changed; None, with nothing
        written, when one of these stories was hidden meanwhile.
        """


@dataclass(frozen=True, slots=True)
class MendPorts:
    """What mending needs of the world."""

    composing: ComposePorts
    issues: Stale


@dataclass(frozen=True, slots=True)
class MendLine:
    """One line of the account: what became of one issue."""

    issue_id: int
    newsletter: str
    track: str
    period: str
    letters: int
    """How many were changed."""
    reason: str = ""
    """Why it could not be mended; then it rests."""


def mend(now: datetime, ports: MendPorts) -> list[MendLine]:
    """Mend every issue that needs it. One that cannot be mended rests, and holds up no other."""
    return [line for stale in ports.issues.stale(now) if (line := _mend_apart(now, stale, ports)) is not None]


def _mend_apart(now: datetime, stale: StaleIssue, ports: MendPorts) -> MendLine | None:
    name = (stale.id, stale.newsletter, stale.track, stale.period.key)
    try:
        mended = _mended(now, stale, ports.composing)
        if reasons := mended.reasons:
            return MendLine(*name, letters=0, reason="; ".join(reasons))
        letters = ports.issues.mend(stale, mended.variants, now)
    except StoreError:
        raise  # a database that is away is away for all
    except AggregatorError as error:  # a template, a newsletter that is gone: the operator's to mend
        return MendLine(*name, letters=0, reason=str(error))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        said = f"issue {stale.id} could not be mended: {reason}"
        if said not in ports.composing.faults:
            log.exception("%s", said)
        ports.composing.faults.add(said)
        return MendLine(*name, letters=0, reason=reason)
    return None if letters is None else MendLine(*name, letters=letters)


@dataclass(frozen=True, slots=True)
class _Mended:
    variants: tuple[PlannedVariant, ...]
    reasons: tuple[str, ...]
    """Why they must not go out."""


def _mended(now: datetime, stale: StaleIssue, ports: ComposePorts) -> _Mended:
    newsletter = next((one for one in ports.newsletters if one.id == stale.newsletter), None)
    if newsletter is None:
        raise UsageError(
            f"{stale.newsletter} is not in the configuration any more: put it back, or cancel the issue"
        )
    known = {track.id: track for track in newsletter.tracks}
    track = known.get(stale.track) or Track(stale.track, Rhythm.DAILY)
    placed = _placed(now, newsletter, stale.placed, ports.voices)
    wanted = [*stale.choices, *stale.apart]
    frames, blocks, variants = rendered(newsletter, track, stale.period, placed, wanted, ports, stale.note)
    issue = FrozenIssue(
        newsletter=newsletter.id,
        track=stale.track,
        period=stale.period,
        frozen_at=now,
        send_after=now,
        expires_at=now,
        link_base=ports.link_base,
        template_version=ports.press.template_version,
        placed=placed,
        frames=frames,
        blocks=blocks,
        variants=variants,
        watermark=0,
    )
    return _Mended(variants, tuple(ports.gate(newsletter, issue)) if variants else ())


def _placed(
    now: datetime, newsletter: Newsletter, placed: Sequence[Placed], voices: rank.Voices
) -> tuple[Placed, ...]:
    """What of it the newsletter may hold, told in its languages, as when the issue was frozen.

    The number of independent sources is not kept: it is what ranking finds. Where the newsletter names a
    story's country no more, the story stands where it would stand now.
    """
    stories = digest.admitted(newsletter, [one.story for one in placed], voices.weights)
    ranked = rank.rank(stories, now, voices, countries=newsletter.countries, top=newsletter.top)
    found = {one.story.id: one for one in ranked}
    sections = section_names(newsletter)
    return tuple(
        Placed(
            one.section if one.section in sections else section_of(newsletter, known.story),
            known.story,
            one.reason,
            known.sources,
        )
        for one in placed
        if (known := found.get(one.story.id)) is not None
    )
