"""Where a source is: permanent redirects that are adopted with patience, and sources that are gone.

One mistaken redirect of a site under repair must not lead us away for ever, nor one 410 end a source.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.model import Claim, Fetched, NotModified, Redirect, SourceFailure, SourceState, Whereabouts

ADOPTED_AFTER = timedelta(days=7)
ADOPTED_AT = 3
"""How long and how often a permanent redirect must have been seen before its target is asked directly."""
GONE_AGAIN_AFTER = timedelta(hours=24)
"""A second 410 counts only after this."""
ABANDONED_AT = 3
"""Failures in a row at which an adopted address is given up and the configured one is asked again."""


def after_success(claim: Claim, answer: Fetched | NotModified) -> Whereabouts:
    """Where the source is after it answered as a feed does: not gone, and perhaps on its way elsewhere."""
    here = claim.whereabouts
    target = answer.moved_to
    if target is None or target == claim.url or _loses_encryption(claim.url, target):
        return Whereabouts(adopted_url=here.adopted_url)
    seen = _sighting(here.redirect, target, answer.at)
    if seen.sightings < ADOPTED_AT or answer.at - seen.first_seen < ADOPTED_AFTER:
        return Whereabouts(adopted_url=here.adopted_url, redirect=seen)
    return Whereabouts(adopted_url=None if target == claim.source.url else target)


def after_failure(claim: Claim, failure: SourceFailure) -> Whereabouts:
    """Where the source is after a failure: an adopted address may prove wrong, a 410 is counted."""
    here = claim.whereabouts
    gone = failure.state is SourceState.GONE
    if here.adopted_url and (gone or claim.failures + 1 >= ABANDONED_AT) and not failure.network_down:
        return Whereabouts()
    if not gone or (here.gone_since and failure.at - here.gone_since < GONE_AGAIN_AFTER):
        return here
    return replace(here, gone_count=here.gone_count + 1, gone_since=failure.at)


def _sighting(before: Redirect | None, target: str, at: datetime) -> Redirect:
    if before is None or before.url != target:
        return Redirect(target, at, 1)
    return replace(before, sightings=before.sightings + 1)


def _loses_encryption(current: str, target: str) -> bool:
    """Whoever stands between us and a site can answer for it once we ask without encryption."""
    return current.startswith("https:") and not target.startswith("https:")
