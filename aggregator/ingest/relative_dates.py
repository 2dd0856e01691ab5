"""Dates that count from the moment of reading: `Yesterday, 10:56`, `2 часа назад`."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, tzinfo

_NOON = time(12)
_DAYS_AGO = {
    0: frozenset({
        "today", "сегодня", "aujourd'hui", "heute", "бүгін", "бүгүн", "bugun", "бугун", "имрӯз", "şugün",
        "امروز", "نن",
    }),
    1: frozenset({
        "yesterday", "вчера", "hier", "gestern", "кеше", "кечээ", "kecha", "кеча", "дирӯз", "düýn",
        "دیروز", "پرون",
    }),
}  # fmt: skip
_AGO = frozenset({
    "ago", "назад", "vor", "a", "бұрын", "мурун", "oldin", "олдин", "аввал", "پیش", "öň",
})  # fmt: skip
"""Words that say that an amount of time has passed; French says «il y a»."""
_UNITS = (
    (timedelta(minutes=1), ("min", "мин", "daqiqa", "дақиқа", "дақ", "دقیقه")),
    (timedelta(hours=1), (
        "hour", "hr", "час", "heure", "stunde", "сағат", "саат", "soat", "соат", "ساعت", "sagat",
    )),
    (timedelta(days=1), ("day", "день", "дн", "jour", "tag", "күн", "kun", "кун", "рӯз", "روز", "gün")),
)  # fmt: skip
"""By the beginnings of their names."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TIME_OF_DAY = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_AMOUNT = re.compile(r"(?:\b(\d{1,3})\s*)?([^\W\d_]+)")


def read(text: str, zone: tzinfo, first_seen: datetime) -> datetime | None:
    """The moment that `text` (with ASCII digits) counts back to from `first_seen`; None when it does not.

    A day without a time of day is its local noon. Raises ValueError for a time of day that does not exist.
    """
    words = {word.lower().replace("’", "'") for word in _WORD.findall(text)}
    for days, names in _DAYS_AGO.items():
        if not words.isdisjoint(names):
            clock = _TIME_OF_DAY.search(text)
            day = first_seen.astimezone(zone).date() - timedelta(days=days)
            return datetime.combine(day, time(int(clock[1]), int(clock[2])) if clock else _NOON, zone)
    if words.isdisjoint(_AGO):
        return None
    passed = _passed(text.lower())
    return first_seen - passed if passed else None


def _passed(text: str) -> timedelta:
    """The sum of the amounts in a text; an amount without a number is one."""
    total = timedelta()
    for number, word in _AMOUNT.findall(text):
        unit = next((unit for unit, names in _UNITS if word.startswith(names)), None)
        if unit is not None:
            total += unit * int(number or 1)
    return total
