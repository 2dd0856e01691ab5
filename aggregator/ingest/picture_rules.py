"""Which pictures are copied, how often a copy is tried, and what an answer means for the next try."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from aggregator.ingest.domains import registrable_domain
from aggregator.model import LeadPicture, PictureFailure, PictureLink, Source

MOST_ATTEMPTS = 4
"""The last one comes about two hours after the first."""
FIRST_WAIT = timedelta(minutes=15)
LONGEST_ADDRESS = 2000
"""Characters."""
_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})


def links(
    leads: tuple[LeadPicture, ...], sources: Mapping[str, Source], told_since: datetime
) -> tuple[list[PictureLink], list[int]]:
    """The pictures that shall be shown, and the ids of the stories that shall show none.

    Shown are those of visible stories told since `told_since` whose source lets us copy; a source that is
    configured no more does not.
    """
    wanted, unwanted = [], []
    for lead in leads:
        source = sources.get(lead.source_id)
        site = _site(lead.address)
        if lead.visible and site and lead.told_at >= told_since and source and source.images == "copy":
            wanted.append(PictureLink(lead, site))
        else:
            unwanted.append(lead.story_id)
    return wanted, unwanted


def _site(address: str) -> str:
    """Who is asked for a picture; empty when the address cannot be asked."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    usable = parts.scheme in {"http", "https"} and len(address) <= LONGEST_ADDRESS
    return registrable_domain(host) if usable and host else ""


def back_off(attempts: int) -> timedelta:
    """How long to wait after this many attempts: 15 minutes, doubled with each."""
    return FIRST_WAIT * int(2 ** (attempts - 1))


def next_attempt(now: datetime, attempts: int, failure: PictureFailure) -> datetime | None:
    """When a picture is asked for again; None gives it up."""
    if failure.final or attempts >= MOST_ATTEMPTS:
        return None
    return max(now + back_off(attempts), resting_until(now, failure))


def resting_until(now: datetime, failure: PictureFailure) -> datetime:
    """Until when the whole site is left alone: its own word, or our shortest wait."""
    return max(failure.not_before or now, now + FIRST_WAIT)


def of_status(status: int, not_before: datetime | None) -> PictureFailure:
    """What an answer without a picture means. What the client did wrong it would do again."""
    final = 400 <= status < 500 and status not in _TRANSIENT
    return PictureFailure(f"HTTP {status}", final, site_wide=not final, not_before=not_before)
