"""Whether a reader can have what they wish of a newsletter. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from zoneinfo import available_timezones

from aggregator.errors import UsageError
from aggregator.model import Choice, Offer, Wish


def admitted(offer: Offer, wish: Wish) -> Wish:
    """The wish in canonical form. Raises UsageError for what is not offered."""
    choice = wish.choice
    _among("rhythm", [wish.track], [track.id for track in offer.tracks])
    _among("language of letters", [choice.language], offer.names)
    _among("country", choice.countries, offer.countries)
    _among("language of stories", choice.languages, offer.languages)
    if wish.local_hour is not None and wish.local_hour not in range(24):
        raise UsageError(f"{wish.local_hour} is no hour of the day; take one from 0 to 23")
    if wish.time_zone is not None and wish.time_zone not in _zones():
        raise UsageError(f"there is no time zone {wish.time_zone!r}; take one such as Asia/Almaty")
    countries, languages = (tuple(sorted(set(one))) for one in (choice.countries, choice.languages))
    return replace(
        wish,
        choice=Choice(choice.language, countries, languages),
        time_zone=None if wish.local_hour is None else wish.time_zone,
    )


@cache
def _zones() -> frozenset[str]:
    """IANA ids of all zones that this machine knows: reading their files takes longer than all else here."""
    return frozenset(available_timezones())


def as_kept(wish: Wish) -> dict[str, object]:
    """A wish as plain JSON, to be kept until it is confirmed."""
    return {
        "track": wish.track,
        "language": wish.choice.language,
        "countries": wish.choice.countries,
        "languages": wish.choice.languages,
        "hour": wish.local_hour,
        "time_zone": wish.time_zone,
    }


def _among(what: str, wanted: Collection[str], offered: Collection[str]) -> None:
    if strange := sorted(set(wanted) - set(offered)):
        raise UsageError(f"{what} {strange[0]!r} is not offered; there is {', '.join(offered) or 'none'}")
