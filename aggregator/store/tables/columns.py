"""Column types, and the metadata that all tables belong to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""Numbers rows. SQLite counts up by itself only in a column that is declared INTEGER."""


class Utc(TypeDecorator[datetime]):
    """A moment: refuses naive datetimes, always returns aware ones in UTC.

    PostgreSQL keeps it as `timestamp with time zone`, SQLite as text in UTC, which sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a datetime without a zone: its moment would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, {value.isoformat()} has none")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """An aware datetime in UTC, whatever zone the database's session has."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_json(value: object) -> str:
    """What JSON columns hold."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # halves of surrogate pairs, which JSON escapes and orjson refuses
        return json.dumps(value)


class FeedText(TypeDecorator[str]):
    """Text that strangers wrote.

    Drops NUL, which PostgreSQL refuses, and replaces lone surrogates, which no database can encode: one odd
    character must not cost a source all its entries.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """The text without what no database takes."""
        if value is None:
            return None
        value = value.replace("\0", "")
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-8", "replace").decode("utf-8")
        return value
