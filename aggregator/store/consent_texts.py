"""The words that readers agreed to, each wording once. Functions within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from aggregator.store.conflicts import insert_into
from aggregator.store.tables import consent_texts


def keep(connection: Connection, version: str, text: str, now: datetime) -> None:
    """Put a wording on record, unless it is there."""
    row = {"version": version, "text": text, "since": now}
    connection.execute(insert_into(connection, consent_texts).values(row).on_conflict_do_nothing())


def all_texts(connection: Connection) -> list[dict[str, str]]:
    """All wordings as rows of text, the oldest first."""
    kept = connection.execute(select(consent_texts).order_by(consent_texts.c.since, consent_texts.c.version))
    return [{"version": row.version, "since": row.since.isoformat(), "text": row.text} for row in kept]


def spelled_out(connection: Connection, consent: Mapping[str, Any]) -> dict[str, Any]:
    """A proof of consent with the words that its version stands for, where they are on record."""
    version = consent.get("text")
    words = connection.scalar(select(consent_texts.c.text).where(consent_texts.c.version == version))
    return {**consent, **({} if words is None else {"words": words})}
