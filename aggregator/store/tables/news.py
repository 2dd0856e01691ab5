"""Tables of what came in and of what we tell: sources, entries, stories."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from aggregator.store.tables.columns import FeedText, Id, Utc, metadata

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    comment="Single values: whose database this is, how far publication came.",
)

sequences = Table(
    "sequences",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="Last number given out, advanced inside the write transaction.",
)

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False, comment="As configured."),
    Column("active", Boolean, nullable=False, comment="False when config no longer names it."),
    Column("renamed_from", Text),
    Column("etag", FeedText),
    Column("last_modified", FeedText),
    Column("body_hash", LargeBinary),
    Column("adopted_url", Text, comment="Where a permanent redirect led, once it was adopted."),
    Column("redirect_url", Text, comment="A permanent redirect under observation."),
    Column("redirect_first_seen", Utc),
    Column("redirect_sightings", Integer, nullable=False),
    Column("gone_count", Integer, nullable=False, comment="410 answers in a row."),
    Column("gone_since", Utc, comment="When it last added to gone_count."),
    Column("plain_agent", Boolean, comment="Only a plain reader's User-Agent is let in."),
    Column("entries_per_day", Float, comment="New entries, of late."),
    Column("feed_length", Integer, comment="Entries in its last body."),
    Column("update_interval", Integer, comment="Seconds, by the feed's own word."),
    Column("skip_hours", Text, comment="0..23 in GMT, blanks between them."),
    Column("skip_days", Text, comment="ISO weekdays in GMT, blanks between them."),
    Column("next_poll", Utc, nullable=False, comment="By our own interval."),
    Column("not_before", Utc, comment="By the source's own word."),
    Column("failures", Integer, nullable=False, comment="Failed polls in a row."),
    Column("state", Text, nullable=False),
    Column("message", FeedText, nullable=False),
    Column("last_attempt", Utc),
    Column("last_success", Utc),
    Column("newest_entry", Utc),
    Column("topic", FeedText, comment="Under which its hubs know it."),
    Column("hubs", FeedText, comment="That it announces, blanks between them."),
    Column("pushed_until", Utc, comment="A hub pushes it until then."),
    Column("hinted_at", Utc, comment="Somebody said, without proof, that it has news."),
    Index("ix_sources_next_poll", "next_poll"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source_id", Text, ForeignKey("sources.id", onupdate="CASCADE"), nullable=False),
    Column("guid_hash", LargeBinary, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
    Column("shown_hash", LargeBinary, nullable=False),
    Column("url_hash", LargeBinary, comment="Of the canonical URL; NULL when there is none."),
    Column("published", Utc, nullable=False),
    Column("date_guessed", Boolean, nullable=False),
    Column("first_seen", Utc, nullable=False),
    Column("state", Text, nullable=False, comment="told, old or excluded"),
    Column("state_reason", Text, nullable=False),
    Column("rules_version", Text, nullable=False, comment="The rules that judged it."),
    Column("revision", Integer, nullable=False, comment="Times that it changed."),
    Column("language", Text, nullable=False),
    Column("script", Text, nullable=False),
    Column("language_declared", Boolean, nullable=False),
    Column(
        "paywalled", Boolean, nullable=False, server_default=false(), comment="The rest is for subscribers."
    ),
    Column("guid", FeedText, nullable=False),
    Column("url", FeedText, nullable=False),
    Column("canonical_url", FeedText, nullable=False),
    Column("image", FeedText, nullable=False),
    Column("author", FeedText, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("title", FeedText, nullable=False),
    Column("text", FeedText, nullable=False),
    Column("html", FeedText, nullable=False),
    Column("as_published", LargeBinary, nullable=False, comment="Zstandard over a JSON object."),
    # The hash first: one look-up for entries of many sources then needs a single range each.
    UniqueConstraint("guid_hash", "source_id"),
    Index("ix_entries_source_id", "source_id", "id"),
    Index("ix_entries_url_hash", "url_hash", "id"),
    Index("ix_entries_first_seen", "first_seen", "id"),
)

source_repeats = Table(
    "source_repeats",
    metadata,
    Column(
        "source_id", Text, ForeignKey("sources.id", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True
    ),
    Column("sentences", LargeBinary, nullable=False, comment="Hashes and counts, as the reader packs them."),
    comment="Sentences that a source repeats under one article after another.",
)

revisions = Table(
    "revisions",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("title", FeedText, nullable=False, comment="Before this revision."),
    Column("as_published", LargeBinary, nullable=False, comment="Before this revision."),
)

entry_tags = Table(
    "entry_tags",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("role", Text, primary_key=True, comment="subject or mention"),
    Column("country", Text, primary_key=True),
    Column("salience", Float, nullable=False),
    Column("evidence", JSON, nullable=False, comment="Rows of surface, zone, start, rule."),
    sqlite_with_rowid=False,
)

stories = Table(
    "stories",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("uri", Text, nullable=False, unique=True),
    Column("lead_entry_id", ForeignKey("entries.id"), nullable=False),
    Column("founded_at", Utc, nullable=False),
    Column("told_at", Utc, comment="NULL while it was never told as new."),
    Column("told_number", BigInteger, unique=True),
    Column("change_number", BigInteger, nullable=False, unique=True),
    Column("updated_at", Utc, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("merged_into", ForeignKey("stories.id")),
    Index("ix_stories_told_at", "told_at", "told_number"),
)

story_entries = Table(
    "story_entries",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("relation", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("joined_at", Utc, nullable=False),
    Column("attention", FeedText, comment="What the operator should look at; NULL for nothing."),
    Index("ix_story_entries_story_id", "story_id", "entry_id"),
    Index(
        "ix_story_entries_attention",
        "story_id",
        sqlite_where=text("attention IS NOT NULL"),
        postgresql_where=text("attention IS NOT NULL"),
    ),
)

story_countries = Table(
    "story_countries",
    metadata,
    Column("story_id", ForeignKey("stories.id"), primary_key=True),
    Column("country", Text, primary_key=True),
    Column("salience", Float, nullable=False),
    Index("ix_story_countries_country", "country", "story_id"),
    sqlite_with_rowid=False,
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("kind", Text, nullable=False, comment="split, merge, hide or retag"),
    Column("story_id", ForeignKey("stories.id")),
    Column("entry_id", ForeignKey("entries.id")),
    Column("arguments", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("withdrawn_at", Utc, comment="NULL while it is in force."),
    comment="The operator's word, applied after every judgement.",
)

selections = Table(
    "selections",
    metadata,
    Column("key", Id, primary_key=True, comment="Stays when config gives it another id."),
    Column("id", Text, nullable=False, unique=True, comment="As configured."),
    Column("title", Text, nullable=False),
    Column("first_published", Utc, nullable=False),
    Column("gone_since", Utc, comment="When config was found to name it no more; NULL while it does."),
    Column("numbers", BigInteger, nullable=False, comment="That its places were given: 0 to one less."),
    comment="What is published, or was.",
)

former_selections = Table(
    "former_selections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("selection_key", ForeignKey("selections.key"), nullable=False, comment="Which has its place."),
    comment="Ids that selections had: their addresses lead to those.",
)

placements = Table(
    "placements",
    metadata,
    # The story first: publishing asks where the stories of a batch stand.
    Column("story_id", ForeignKey("stories.id"), primary_key=True),
    Column("selection_key", ForeignKey("selections.key"), primary_key=True),
    Column("number", BigInteger, nullable=False, comment="In order of entry; an heir shares the former's."),
    Column("entered_at", Utc, nullable=False),
    Column("inside", Boolean, nullable=False, comment="False once it left; it comes back to its old place."),
    Index("ix_placements_selection_key", "selection_key", "number", "story_id"),
    sqlite_with_rowid=False,
)
