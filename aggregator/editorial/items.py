"""Items as other programs hand them over, one JSON object each: texts to describe, and what is known of them.

An item has `id`, `title`, `text`, and where they are known `url`, `lang`, `source` and `date`. A labelled
item says besides what is right, in one of two sets of names:

    countries, gold_countries     codes of the countries that it is about
    also_mentioned, ok_countries  countries that may be found or not: they count neither for nor against
    mentioned                     the same, under a third name
    gold_counts                   how often each country is named; the most named is its subject
    lang, script                  the language and the script that it is in
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.model import Entry

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the date of an item that has none: nothing is judged by it."""

_COUNTRIES = ("countries", "gold_countries")
_EITHER = ("also_mentioned", "ok_countries", "mentioned")
_NO_DAY = re.compile(r"(\d{4}(-\d\d)?)?")
"""A year or a month (ISO 8601, reduced precision), or nothing."""


class InvalidItemError(ValueError):
    """A JSON object is no item; the message names the field and the cure."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text from elsewhere."""

    id: str | int
    """Whatever its owner knows it by."""
    title: str = ""
    text: str = ""
    url: str = ""
    lang: str | None = None
    """What its owner takes its language for (BCP 47)."""
    source: str | None = None
    """Id of a source, configured or not."""
    date: datetime = UNDATED
    """When it was published."""

    def entry(self) -> Entry:
        """The entry that a source would have given with this text."""
        return Entry(
            source_id=self.source or "",
            guid=str(self.id),
            raw_hash=b"",
            url=self.url,
            canonical_url="",
            title=self.title,
            text=self.text,
            html="",
            published=self.date,
            date_guessed=self.date == UNDATED,
            declared_language=self.lang,
        )


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """A text with what is right about it."""

    id: str | int
    title: str
    text: str
    url: str
    date: datetime
    """When it was published; `UNDATED` where nobody said."""
    language: str
    """ISO 639-1; empty where nobody said."""
    script: str
    """ISO 15924; empty where nobody said."""
    countries: frozenset[str]
    """Those that it is about."""
    either: frozenset[str]
    """Those that it may or may not be said to be about."""
    subjects: frozenset[str]
    """Those named most often, one unless there is a tie; empty where nobody counted."""

    def entry(self) -> Entry:
        """The entry that a source would have given with this text; what is right stays unsaid."""
        return Item(self.id, self.title, self.text, self.url, date=self.date).entry()


def item(fields: Mapping[str, object]) -> Item:
    """An item from its JSON object; raises InvalidItemError."""
    if "title" not in fields and "text" not in fields:
        raise InvalidItemError("has neither `title` nor `text`: give it one of them")
    return Item(
        id=id_of(fields),
        title=_words(fields, "title"),
        text=_words(fields, "text"),
        url=_words(fields, "url"),
        lang=_words(fields, "lang") or None,
        source=_words(fields, "source") or None,
        date=_date(_words(fields, "date")) or UNDATED,
    )


def dated_item(fields: Mapping[str, object]) -> Item:
    """The same where dates decide: one that cannot be read is no item either."""
    if _date(_words(fields, "date")) is None:
        raise InvalidItemError(
            "`date` is none: write it like 2026-03-01 or 2026-03-01T09:30:00Z (ISO 8601), or leave it out"
        )
    return item(fields)


def with_countries(fields: Mapping[str, object]) -> LabelledItem:
    """An item that says which countries it is about, if only that there are none; raises InvalidItemError."""
    if fields.keys().isdisjoint(_COUNTRIES):
        raise InvalidItemError(
            "has no `countries`: give it a list of codes, an empty one if it is about none"
        )
    return labelled(fields)


def with_language(fields: Mapping[str, object]) -> LabelledItem:
    """An item that says which language it is in; raises InvalidItemError."""
    if not fields.get("lang"):
        raise InvalidItemError("has no `lang`: give it a code such as ru (ISO 639-1)")
    return labelled(fields)


def labelled(fields: Mapping[str, object]) -> LabelledItem:
    """A labelled item from its JSON object; raises InvalidItemError."""
    plain = item(fields)
    countries = _codes(fields, *_COUNTRIES)
    return LabelledItem(
        id=plain.id,
        title=plain.title,
        text=plain.text,
        url=plain.url,
        date=plain.date,
        language=plain.lang or "",
        script=_words(fields, "script"),
        countries=countries,
        either=_codes(fields, *_EITHER) - countries,
        subjects=_most_named(fields),
    )


def id_of(fields: Mapping[str, object]) -> str | int:
    """What a JSON object is known by; raises InvalidItemError."""
    match fields.get("id"):
        case bool() | None:
            raise InvalidItemError("has no `id`: give it a string or a whole number")
        case str() | int() as known:
            return known
        case other:
            raise InvalidItemError(f"`id` is {_kind(other)}: write a string or a whole number")


def _date(text: str) -> datetime | None:
    """A day, or a day with a time, in UTC unless it says otherwise (ISO 8601); None if it cannot be read.

    What names no day («2026-03») is `UNDATED`.
    """
    if _NO_DAY.fullmatch(text):
        return UNDATED
    try:
        date = datetime.fromisoformat(text)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # a day at the end of time may lie beyond it in UTC
        return None


def _words(fields: Mapping[str, object], name: str) -> str:
    match fields.get(name):
        case None:
            return ""
        case str() as words:
            return words
        case other:
            raise InvalidItemError(f"`{name}` is {_kind(other)}: write a string, or leave it out")


def _codes(fields: Mapping[str, object], *names: str) -> frozenset[str]:
    """The codes under the first of these names that is there."""
    name = next((name for name in names if name in fields), names[0])
    codes = fields.get(name) or []
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise InvalidItemError(f'`{name}` is no list of country codes: write it like ["KZ", "UZ"]')
    return frozenset(codes)


def _most_named(fields: Mapping[str, object]) -> frozenset[str]:
    counts = fields.get("gold_counts") or {}
    if not isinstance(counts, dict) or not all(isinstance(count, int) for count in counts.values()):
        raise InvalidItemError('`gold_counts` gives no number by country: write it like {"KZ": 2}')
    most = max(counts.values(), default=0)
    return frozenset(country for country, count in counts.items() if count == most > 0)


def _kind(value: object) -> str:
    """What JSON calls a value."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
