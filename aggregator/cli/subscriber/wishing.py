"""What an operator says that a reader wishes, as words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aggregator.errors import UsageError
from aggregator.model import Choice, Offer, Wish
from aggregator.newsletter.wishes import admitted


def wished(
    offered: Mapping[str, Offer],
    newsletter_id: str,
    *,
    track: str,
    language: str,
    countries: Collection[str],
    told_in: Collection[str],
    hour: str,
    time_zone: str,
) -> Wish:
    """The wish, with the newsletter's first rhythm and language where none is named.

    Raises UsageError for what the newsletter does not offer.
    """
    if newsletter_id not in offered:
        there_is = ", ".join(offered) or "none"
        raise UsageError(f"no newsletter {newsletter_id!r} in the configuration; it has {there_is}")
    offer = offered[newsletter_id]
    if hour and not (hour.isascii() and hour.isdecimal() and len(hour) <= 2):
        raise UsageError(f"{hour[:20]!r} is no hour of the day; take one from 0 to 23")
    choice = Choice(
        language or next(iter(offer.names)),
        tuple(code.upper() for code in countries),
        tuple(told_in),
    )
    wish = Wish(track or offer.tracks[0].id, choice, int(hour) if hour else None, time_zone or None)
    return admitted(offer, wish)
