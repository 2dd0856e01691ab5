"""Tables of what hubs promised and of what they pushed."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from aggregator.store.tables.columns import FeedText, Id, Utc, metadata

hub_leases = Table(
    "hub_leases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id", onupdate="CASCADE"), nullable=False),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("base_url", Text, nullable=False, comment="Origin of the callback."),
    Column("nonce", LargeBinary, nullable=False, comment="What token and secret are derived from."),
    Column("secret_key_id", Text, nullable=False, comment="The key that derives them."),
    Column(
        "token_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the callback's token."
    ),
    Column("state", Text, nullable=False, comment="pending, active, denied, leaving or ended"),
    Column("asked_at", Utc, nullable=False),
    Column("try_after", Utc, nullable=False, comment="No request to the hub before."),
    Column("expires_at", Utc, comment="NULL before it was verified."),
    Column("failures", Integer, nullable=False, comment="Requests in a row that led nowhere."),
    Column("message", FeedText, nullable=False),
    Index("ix_hub_leases_source_id", "source_id"),
    comment="One row per callback; ended ones stay a while, so that hubs can be told that they are gone.",
)

pushes = Table(
    "pushes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id", onupdate="CASCADE"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("content_type", FeedText, nullable=False),
    Column("size", Integer, nullable=False, comment="Bytes of the body."),
    Column("attempts", Integer, nullable=False, comment="Times that it was taken to be read."),
    # Last: SQLite walks through all of it to reach a column behind it.
    Column("body", LargeBinary, nullable=False),
    Index("ix_pushes_source_id", "source_id", "id"),
    comment="Bodies with a valid signature that wait to be read.",
)
