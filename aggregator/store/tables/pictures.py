"""Tables of the pictures that we copy: which story shows which, and how far each copy has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from aggregator.store.tables.columns import FeedText, Utc, metadata

pictures = Table(
    "pictures",
    metadata,
    Column("key", LargeBinary, primary_key=True, comment="Hash of the address."),
    Column("address", FeedText, nullable=False, comment="At its source."),
    Column("source_id", Text, ForeignKey("sources.id", onupdate="CASCADE"), nullable=False),
    Column("site", Text, nullable=False, comment="Registrable domain of the address."),
    Column("state", Text, nullable=False, comment="wanted, ready or given-up"),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Utc, nullable=False, comment="Of a wanted one."),
    Column("reason", Text, nullable=False, comment="Why the last attempt failed."),
    Column("told_number", BigInteger, nullable=False, comment="Of the newest story that wanted it."),
    Column("unneeded_since", Utc, comment="NULL while a story shows or wants it."),
    Column("small_path", Text),
    Column("small_width", Integer),
    Column("small_height", Integer),
    Column("large_path", Text),
    Column("large_width", Integer),
    Column("large_height", Integer),
    Index("ix_pictures_state", "state", "told_number"),
    Index("ix_pictures_unneeded_since", "unneeded_since"),
    Index("ix_pictures_small_path", "small_path"),
    Index("ix_pictures_large_path", "large_path"),
)

story_pictures = Table(
    "story_pictures",
    metadata,
    Column("story_id", ForeignKey("stories.id"), primary_key=True),
    Column("picture_key", ForeignKey("pictures.key"), nullable=False),
    Column("told_at", Utc, nullable=False, comment="Of the story."),
    Index("ix_story_pictures_picture_key", "picture_key"),
    Index("ix_story_pictures_told_at", "told_at"),
    comment="The picture of a story's lead.",
)
