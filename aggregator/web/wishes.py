"""What a reader wishes of a newsletter, as a form says it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.model import Choice, Offer, Wish
from aggregator.web.reader_forms import Form, Refused
from aggregator.web.reader_words import known_zones

SINGLE = ("track", "language", "hour", "zone")
SEVERAL = ("country", "told_in")


def read(form: Form, offer: Offer) -> Wish:
    """The wish. Nothing ticked, and everything ticked, admits all. Raises Refused for what is not offered."""
    track, language = form.one("track"), form.one("language")
    if track not in [one.id for one in offer.tracks] or language not in offer.names:
        raise Refused(400)
    hour = _hour(form.one("hour"))
    zone = form.one("zone")
    if zone and zone not in known_zones():
        raise Refused(400)
    return Wish(
        track,
        Choice(
            language, _ticked(form, "country", offer.countries), _ticked(form, "told_in", offer.languages)
        ),
        local_hour=hour,
        time_zone=(zone or None) if hour is not None else None,
    )


def first(offer: Offer, language: str) -> Wish:
    """What a form shows before anything is chosen, on a page in a language."""
    own = language if language in offer.names else next(iter(offer.names))
    return Wish(offer.tracks[0].id, Choice(own))


def _ticked(form: Form, name: str, offered: Sequence[str]) -> tuple[str, ...]:
    """In the order of the offer, so that equal wishes are one variant."""
    ticked = frozenset(form.all(name))
    if not ticked <= frozenset(offered):
        raise Refused(400)
    return () if len(ticked) == len(offered) else tuple(one for one in offered if one in ticked)


def _hour(value: str) -> int | None:
    if not value:
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 2 and int(value) < 24):
        raise Refused(400)
    return int(value)
