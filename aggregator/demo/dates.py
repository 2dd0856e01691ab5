"""The ways in which outlets write dates: one correct, the others as found in the wild."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

RUSSIAN_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)


def _russian(local: datetime) -> str:
    return f"{local.day} {RUSSIAN_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


STYLES: Mapping[str, Callable[[datetime], str]] = {
    "rfc822": format_datetime,
    "w3c": lambda local: local.isoformat(),
    "local": lambda local: f"{local:%Y-%m-%d %H:%M:%S}",
    "day": lambda local: f"{local:%b %d, %Y}",
    "drupal": lambda local: f"{local:%A, %B %d, %Y - %H:%M}",
    "dotted": lambda local: f"{local:%d.%m.%Y, %H:%M}",
    "two-digit-year": lambda local: f"{local:%a, %d %b %y %H:%M:%S %z}",
    "russian": _russian,
    "missing": lambda _: "",
}
"""By name: RFC 822 as RSS 2.0 asks, W3C form in RSS, local time without a zone, a day alone, and so on."""


def written(moment: datetime, style: str, time_zone: str) -> str:
    """A moment as an outlet in `time_zone` writes it; empty when it writes none."""
    return STYLES[style](moment.astimezone(ZoneInfo(time_zone)))
