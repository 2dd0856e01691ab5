"""Tables of what hubs are to be told of our feeds."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from aggregator.store.tables.columns import FeedText, Utc, metadata

expected_feeds = Table(
    "expected_feeds",
    metadata,
    Column("path", Text, primary_key=True, comment="Below the public folder."),
    Column("since", Utc, primary_key=True, comment="When the publication began that may write it."),
    comment="Feeds that a publication is about to write: left behind only when it never came to its end.",
)

pings = Table(
    "pings",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("path", Text, primary_key=True, comment="Of the feed, below the public folder."),
    Column("due_at", Utc, nullable=False, comment="When the publication began that wrote it last."),
    Column("attempts", Integer, nullable=False, comment="Requests that told of it since."),
    comment="Feeds that changed and that hubs have not been told of.",
)

hub_pauses = Table(
    "hub_pauses",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("failures", Integer, nullable=False, comment="Requests in a row that led nowhere."),
    Column("try_after", Utc, nullable=False, comment="No request to the hub before."),
    Column("message", FeedText, nullable=False, comment="What came of the last one."),
    comment="Hubs that are being told of feeds right now, or could not be told.",
)
