"""Days, hours and time zones by name in a language, as the forms for readers list them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache, lru_cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError, dates
from babel.core import get_global

_CONTINENTS = {"Asia": "142", "Europe": "150", "Africa": "002", "America": "019", "Australia": "009",
               "Pacific": "009", "Atlantic": "150", "Indian": "142"}  # fmt: skip
"""UN M49 code of the part of the world, by the first part of a zone's id."""
_ORDER = ("142", "150", "002", "019", "009")
LANGUAGES_KEPT = 16


@dataclass(frozen=True, slots=True)
class Words:
    """The names of one language."""

    weekdays: tuple[str, ...]
    """Monday first."""
    hours: tuple[str, ...]
    """The full hours of a day, from midnight."""
    zones: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    """By part of the world: IANA id and name of each zone."""
    zone_ids: Mapping[str, str]
    """The names of all of them, by id."""
    languages: Mapping[str, str]
    """Name of a language, by code, where it has one."""


@lru_cache(maxsize=LANGUAGES_KEPT)
def words(language: str) -> Words:
    """The names in a language."""
    locale = Locale.parse(language)
    days = dates.get_day_names("wide", "stand-alone", locale)
    zones = _zones(locale)
    return Words(
        weekdays=tuple(days[number] for number in range(7)),
        hours=tuple(dates.format_time(time(hour), format="short", locale=locale) for hour in range(24)),
        zones=zones,
        zone_ids={zone: name for _, found in zones for zone, name in found},
        languages=locale.languages,
    )


@cache
def known_zones() -> frozenset[str]:
    """IANA ids of all zones that this machine knows; read from its files once."""
    return frozenset(available_timezones())


def own_name(language: str) -> str:
    """A language's name in itself, as it stands at the beginning of a line; its code when it has none."""
    try:
        name = Locale.parse(language).get_language_name() or language
    except (ValueError, UnknownLocaleError):
        name = language
    return name[:1].upper() + name[1:]


def _zones(locale: Locale) -> list[tuple[str, list[tuple[str, str]]]]:
    """Zones that a country keeps, as CLDR names them: aliases and military letters are left out."""
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in _ORDER}
    known = known_zones()
    for zone, territory in get_global("zone_territories").items():
        continent = _CONTINENTS.get(zone.partition("/")[0])
        if continent is None or zone not in known:
            continue
        city = locale.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
        country = locale.territories.get(territory, territory)
        groups[continent].append((zone, f"{country} – {city}" if country != city else city))
    return [
        (locale.territories.get(code, code), sorted(zones, key=lambda one: _without_accents(one[1])))
        for code, zones in groups.items()
    ]


def _without_accents(name: str) -> str:
    """For sorting: É stands with E."""
    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
