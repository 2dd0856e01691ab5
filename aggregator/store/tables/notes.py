"""What the editor says at the head of issues."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from aggregator.store.tables.columns import FeedText, Utc, metadata

issue_notes = Table(
    "issue_notes",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("track", Text, primary_key=True),
    Column(
        "period_key",
        Text,
        primary_key=True,
        comment="Of the issue that it opens; empty: the next one that is frozen.",
    ),
    Column("markdown", FeedText, nullable=False),
    Column("written_at", Utc, nullable=False),
    comment="What the editor says at the head of issues.",
)
