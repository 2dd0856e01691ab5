"""The fields of a search's address, read strictly: what they ask for, and how they are written best."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.core import Locale, get_global

from aggregator.model import Site, StoryQuery
from aggregator.publish import text

MOST_CODES = 6
"""Countries, languages and sources together."""
LONGEST_WORDS = 200
"""Characters of what is searched for."""
LONGEST_TOPIC = 100
_BETWEEN = re.compile(r"[\s,+]+")
_NUMBER = re.compile("[0-9]{1,18}")
_COUNTRIES = {code for code in map(str, get_global("territory_languages")) if len(code) == 2} - {"ZZ"}
"""Places of CLDR where people live: ISO 3166-1, without unions of countries and the unknown one."""
_LANGUAGES = {code for code in map(str, Locale("en").languages) if len(code) == 2}

Fields = tuple[tuple[str, str], ...]
"""Names and values in the one order in which we write them, `before` left out."""


class Refusal(StrEnum):
    """Why nothing is made of a request that is understood."""

    TOO_MANY = "too many"
    """More than `MOST_CODES` countries, languages and sources."""
    TOO_LONG = "too long"
    UNREADABLE = "unreadable"
    """A field says what it cannot say."""


def known(countries: Iterable[str], languages: Iterable[str]) -> bool:
    """Whether each is a country (ISO 3166-1 alpha-2) or a language (ISO 639-1)."""
    return _COUNTRIES.issuperset(countries) and _LANGUAGES.issuperset(languages)


def cursor(parameters: Mapping[str, str]) -> int | Refusal | None:
    """`before`: where a page begins; None for the first page."""
    said = parameters.get("before", "")
    if said and not _NUMBER.fullmatch(said):
        return Refusal.UNREADABLE
    return int(said) if said else None


def read(parameters: Mapping[str, str], site: Site) -> tuple[StoryQuery, Fields] | Refusal:
    """What `q`, `country`, `language`, `source`, `topic`, `since`, `until` and `before` ask for.

    Several countries, languages or sources stand with commas between them. `since` and `until` are days in
    the site's time zone, both included. Other fields are passed over.
    """
    before = cursor(parameters)
    if isinstance(before, Refusal):
        return before
    words, topic = text.line(parameters.get("q", "")), text.line(parameters.get("topic", "")).lower()
    countries, languages, sources = (
        _several(parameters.get(name, "")) for name in ("country", "language", "source")
    )
    countries, languages = _sorted(one.upper() for one in countries), _sorted(map(str.lower, languages))
    if len(words) > LONGEST_WORDS or len(topic) > LONGEST_TOPIC:
        return Refusal.TOO_LONG
    if len(countries) + len(languages) + len(sources) > MOST_CODES:
        return Refusal.TOO_MANY
    if not known(countries, languages) or not set(sources) <= set(site.sources):
        return Refusal.UNREADABLE
    try:
        since, until = _day(parameters.get("since", "")), _day(parameters.get("until", ""))
    except ValueError:
        return Refusal.UNREADABLE
    query = StoryQuery(
        words=words,
        countries=countries,
        languages=languages,
        sources=sources,
        topic=topic,
        since=_midnight(since, site),
        until=_midnight(until and until + timedelta(days=1), site),
        before=before,
    )
    return query, _fields(query, since, until)


def _fields(query: StoryQuery, since: date | None, until: date | None) -> Fields:
    fields = (
        ("q", query.words),
        ("country", ",".join(query.countries)),
        ("language", ",".join(query.languages)),
        ("source", ",".join(query.sources)),
        ("topic", query.topic),
        ("since", since.isoformat() if since else ""),
        ("until", until.isoformat() if until else ""),
    )
    return tuple((name, value) for name, value in fields if value)


def _several(said: str) -> tuple[str, ...]:
    return _sorted(_BETWEEN.split(said))


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values) - {""}))


def _day(said: str) -> date | None:
    """Raises `ValueError` for what is no day, or one that no calendar of ours reaches."""
    day = date.fromisoformat(said.strip()) if said.strip() else None
    if day is not None and not 1900 <= day.year <= 2200:
        raise ValueError(said)
    return day


def _midnight(day: date | None, site: Site) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(site.time_zone)) if day else None
