"""The kinds of value that `config.yaml` holds: durations, zones, addresses, codes.

Each is an annotated type for the schema: it refuses what cannot work, in the operator's words, and describes
itself to editors through JSON Schema.
"""

from __future__ import annotations

import difflib
import re
import zoneinfo
from datetime import timedelta
from functools import cache
from importlib import resources
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from aggregator.config import codes
from aggregator.config.domains import base_url, in_a_labels
from aggregator.config.paths import beside
from aggregator.model import GROUP_PREFIX, Rhythm, Track

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d{1,6})([smhd])")
PLAIN_ADDRESS = re.compile(
    r"[a-z0-9]+([._-][a-z0-9]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+([a-z]{2}|com|info|net|org)"
)
LONGEST_PLAIN_ADDRESS = 64
"""No part of it can be too long then (RFC 5321 section 4.5.3.1)."""
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

GROUP = re.compile(r"[A-Z][A-Z0-9]{0,15}")


def _slug(value: str) -> str:
    if len(value) > 64 or not SLUG.fullmatch(value):
        raise ValueError(
            "expects an id of small letters a-z, digits and single hyphens, at most 64 characters"
        )
    return value


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    match = DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expects a duration, a number with its unit: 30s, 60m, 72h, 7d")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def _interval(value: object) -> object:
    if value is None or value == "auto":
        return None
    try:
        return _duration(value)
    except ValueError as error:
        raise ValueError(f"expects `auto`, or {str(error).removeprefix('expects ')}") from None


def _interval_in_short(value: timedelta | None) -> str:
    return "auto" if value is None else in_short(value)


def in_short(duration: timedelta) -> str:
    """A duration as config writes it, in the largest unit that divides it: `90m`, `72h`, `1d`."""
    seconds = int(duration.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % SECONDS[unit] == 0)
    return "0s" if seconds == 0 else f"{seconds // SECONDS[unit]}{unit}"


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """Bounds of a duration, both included."""

    def check(value: timedelta | None) -> timedelta | None:
        if value is not None and not least <= value <= most:
            raise ValueError(f"must be from {in_short(least)} to {in_short(most)}")
        return value

    return AfterValidator(check)


def _time_of_day(value: object) -> str:
    padded = value.zfill(5) if isinstance(value, str) else ""
    if not TIME_OF_DAY.fullmatch(padded):
        raise ValueError('expects a time of day in quotes, from "00:00" to "23:59"')
    return padded


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", value):
        raise ValueError("expects an address that starts with http:// or https:// and names a host")
    return value


def _database_url(value: str, info: ValidationInfo) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError("expects sqlite:///path/to/file.db or postgresql://user@host/name")
    if scheme != "sqlite":
        return "postgresql+psycopg://" + rest
    if not rest.startswith("/") or rest == "/":
        raise ValueError("expects a file after sqlite:/// (three slashes, four for an absolute path)")
    return "sqlite:///" + str(_beside_config(Path(rest[1:]), info))


def _beside_config(value: Path, info: ValidationInfo) -> Path:
    return beside((info.context or {}).get("folder", Path()), value)


def _folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError(f"the folder {value} does not exist")
    return value


def _country(value: str) -> str:
    if codes.country_name(value.upper()) is None:
        raise ValueError(codes.no_country(value))
    return value.upper()


def _country_or_group(value: str) -> str:
    prefix, name = value[: len(GROUP_PREFIX)], value[len(GROUP_PREFIX) :]
    return prefix + name.upper() if prefix == GROUP_PREFIX else _country(value)


def _group_name(value: str) -> str:
    if not GROUP.fullmatch(value):
        raise ValueError(f"`{value}`: expects a name such as CA, of up to 16 capital letters A-Z and digits")
    return value


def _language(value: str) -> str:
    if codes.language_name(value.lower()) is None:
        raise ValueError(codes.no_language(value))
    return value.lower()


@cache
def _zones() -> frozenset[str]:
    """Those that we bring along: going through the system's own folders takes ten times as long."""
    return frozenset((resources.files("tzdata") / "zones").read_text("utf-8").split())


def _time_zone(value: str) -> str:
    if value in _zones() or value in zoneinfo.available_timezones():  # the system's may be newer
        return value
    refusal = f"`{value}` is no time zone of the IANA list"
    if re.search(r"[+-]\d", value):
        raise ValueError(
            f"{refusal}: name a place such as Asia/Almaty; an offset would miss every reform and season"
        )
    near = difflib.get_close_matches(value, _zones(), n=1)
    raise ValueError(f"{refusal}; did you mean `{near[0]}`?" if near else f"{refusal}, such as Asia/Almaty")


def _mail_address(value: str) -> str:
    if len(value) <= LONGEST_PLAIN_ADDRESS and PLAIN_ADDRESS.fullmatch(value):
        return value
    # Here and not above: it takes longer to load than all else that reads a configuration.
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f"expects a mail address such as news@example.org: {error}") from None


def _network(value: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"expects a network such as 127.0.0.0/8 or fd00::/8: {error}") from None


def _track(value: object) -> Track:
    if value in ("daily", "monthly"):
        return Track(str(value), Rhythm(value))
    weekday = value.get("weekly") if isinstance(value, dict) and len(value) == 1 else None
    if weekday not in WEEKDAYS:
        raise ValueError("expects `daily`, `monthly`, or `weekly: monday` (any weekday in English)")
    number = WEEKDAYS.index(weekday) + 1
    return Track(f"weekly-{number}", Rhythm.WEEKLY, number)


def _selector(value: str) -> str:
    # Here and not above: few configurations hold a selector, and all commands read theirs first.
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        LexborHTMLParser("<p>").css(value)
    except SelectolaxError:
        raise ValueError(f"`{value}` is no CSS selector, such as `article.news` or `h2 > a`") from None
    return value


def _url_path(value: str) -> str:
    if not value.startswith("/") or value == "/":
        raise ValueError("expects the beginning of a path, such as /horoscope/")
    return value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("names something twice")
    return values


def _pattern(pattern: re.Pattern[str]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern.pattern}$"})


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Selector = Annotated[Text, AfterValidator(_selector)]
UrlPath = Annotated[str, AfterValidator(_url_path)]
Slug = Annotated[str, AfterValidator(_slug), _pattern(SLUG)]
Slugs = Annotated[tuple[Slug, ...], AfterValidator(_distinct)]
Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(in_short, return_type=str), _pattern(DURATION)
]
Interval = Annotated[
    timedelta | None,
    BeforeValidator(_interval),
    PlainSerializer(_interval_in_short, return_type=str),
    _pattern(re.compile(f"auto|{DURATION.pattern}")),
]
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day), _pattern(TIME_OF_DAY)]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
BaseUrl = Annotated[Url, AfterValidator(base_url)]
Domain = Annotated[Text, AfterValidator(in_a_labels)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
PathBesideConfig = Annotated[Path, AfterValidator(_beside_config)]
Folder = Annotated[PathBesideConfig, AfterValidator(_folder)]
Country = Annotated[
    str, AfterValidator(_country), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{2}$"})
]
Language = Annotated[
    str, AfterValidator(_language), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z]{2}$"})
]
GroupName = Annotated[str, AfterValidator(_group_name), _pattern(GROUP)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
MailAddress = Annotated[
    str, AfterValidator(_mail_address), WithJsonSchema({"type": "string", "format": "email"})
]
Network = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network),
    WithJsonSchema({"type": "string"}),
]
TrackName = Annotated[
    Track,
    PlainValidator(_track),
    WithJsonSchema(
        {
            "oneOf": [
                {"enum": ["daily", "monthly"]},
                {
                    "type": "object",
                    "properties": {"weekly": {"enum": list(WEEKDAYS)}},
                    "required": ["weekly"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Countries = Annotated[tuple[Country, ...], AfterValidator(_distinct)]
CountryOrGroup = Annotated[
    str,
    AfterValidator(_country_or_group),
    WithJsonSchema({"type": "string", "pattern": f"^([A-Za-z]{{2}}|{GROUP_PREFIX}.+)$"}),
]
CountriesAndGroups = Annotated[tuple[CountryOrGroup, ...], AfterValidator(_distinct)]
Languages = Annotated[tuple[Language, ...], AfterValidator(_distinct)]
Tracks = Annotated[tuple[TrackName, ...], AfterValidator(_distinct)]
