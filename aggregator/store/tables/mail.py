"""Tables of readers, issues and the delivery ledger."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from aggregator.store.tables.columns import FeedText, Id, Utc, metadata

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("email", Text, nullable=False, comment="As typed."),
    Column("email_key", Text, nullable=False, unique=True, comment="Normalised: one person, one row."),
    Column("address_hash", LargeBinary, nullable=False, comment="Keyed hash, as suppressions hold it."),
    Column("state", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("confirmed_at", Utc),
    Column("left_at", Utc),
    Index("ix_subscribers_address_hash", "address_hash"),
    sqlite_autoincrement=True,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.id"), primary_key=True),
    Column("newsletter", Text, primary_key=True),
    Column("track", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("countries", Text, nullable=False, comment="Sorted, comma-separated; empty admits all."),
    Column("languages", Text, nullable=False, comment="Sorted, comma-separated; empty admits all."),
    Column("state", Text, nullable=False),
    Column("paused_until", Utc),
    Column("local_hour", Integer),
    Column("time_zone", Text),
    Column("confirmed_at", Utc),
    Column("left_at", Utc),
    Column("consent", JSON, comment="What was agreed to, when and how (GDPR art. 7)."),
    # Readers with one choice are one range, however many choices there are.
    Index("ix_subscriptions_choice", "newsletter", "track", "language", "countries", "languages"),
)

tracks = Table(
    "tracks",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("track", Text, primary_key=True),
    Column("watermark", BigInteger, nullable=False),
    Column("last_period_end", Utc, nullable=False),
)

issues = Table(
    "issues",
    metadata,
    Column("id", Id, primary_key=True),
    Column("newsletter", Text, nullable=False),
    Column("track", Text, nullable=False),
    Column("period_key", Text, nullable=False),
    Column("period_start", Utc, nullable=False),
    Column("period_end", Utc, nullable=False),
    Column("state", Text, nullable=False, comment="frozen, skipped or cancelled"),
    Column("frozen_at", Utc, nullable=False),
    Column("send_after", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("link_base", Text, nullable=False),
    Column("template_version", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("paused_at", Utc, comment="No letter of it is claimed while this is set."),
    Column("pause_reason", FeedText),
    UniqueConstraint("newsletter", "track", "period_key"),
    sqlite_autoincrement=True,
)

issue_stories = Table(
    "issue_stories",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("section", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

issue_frames = Table(
    "issue_frames",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("html_head", FeedText, nullable=False),
    Column("html_foot", FeedText, nullable=False),
    Column("text_head", FeedText, nullable=False),
    Column("text_foot", FeedText, nullable=False),
    Column("html_sections", JSON, nullable=False),
    Column("text_sections", JSON, nullable=False),
)

issue_blocks = Table(
    "issue_blocks",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("story_id", ForeignKey("stories.id"), nullable=False),
    Column("section", Text, nullable=False),
    Column("html", FeedText, nullable=False),
    Column("text", FeedText, nullable=False),
)

issue_pictures = Table(
    "issue_pictures",
    metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("cid", Text, primary_key=True, comment="By which the HTML of letters names it."),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    comment="Pictures that letters of an issue carry, each once.",
)

told_stories = Table(
    "told_stories",
    metadata,
    Column("newsletter", Text, primary_key=True),
    Column("track", Text, primary_key=True),
    Column("story_id", ForeignKey("stories.id"), primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    comment="A story is told once on a track: the primary key refuses a second time.",
)

variants = Table(
    "variants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("issue_id", ForeignKey("issues.id"), nullable=False),
    Column("key_hash", LargeBinary, nullable=False, comment="Of language and ordered stories."),
    Column("language", Text, nullable=False),
    Column("story_ids", JSON, nullable=False),
    Column("subject", FeedText, nullable=False),
    Column("html_head", FeedText, nullable=False),
    Column("html_body", FeedText, nullable=False),
    Column("html_foot", FeedText, nullable=False),
    Column("text_head", FeedText, nullable=False),
    Column("text_body", FeedText, nullable=False),
    Column("text_foot", FeedText, nullable=False),
    UniqueConstraint("issue_id", "key_hash"),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False, comment="issue, confirm, account or alert"),
    Column("issue_id", ForeignKey("issues.id")),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("address", Text, nullable=False, comment="As it was when the issue was frozen."),
    Column("variant_id", ForeignKey("variants.id")),
    Column("state", Text, nullable=False),
    Column("phase", Text, comment="How far the last SMTP transaction came."),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Utc, nullable=False),
    Column("next_try_at", Utc),
    Column("expires_at", Utc, nullable=False),
    Column("lease_owner", Text),
    Column("lease_until", Utc),
    Column("message_id", Text, unique=True),
    Column("date", Utc),
    Column("dkim_time", Utc),
    Column("token_hash", LargeBinary, comment="SHA-256 of the letter's token."),
    Column("secret_key_id", Text, comment="The key that the token was made with."),
    Column("nonce", Text, comment="Random: tells the row from any that had its number."),
    Column("smtp_code", Integer),
    Column("enhanced", Text),
    Column("smtp_text", FeedText),
    Column("server", Text),
    Column("queue_id", FeedText),
    Column("sent_at", Utc),
    Column("reason", FeedText, nullable=False),
    Column("unknown_since", Utc),
    UniqueConstraint("issue_id", "subscriber_id"),
    # A claim reads the letters of one issue that are due, in order, and passes over no others.
    Index("ix_deliveries_due", "state", "kind", "issue_id", "not_before", "variant_id", "id"),
    Index("ix_deliveries_expires_at", "state", "expires_at"),
    Index("ix_deliveries_subscriber_id", "subscriber_id"),
    Index("ix_deliveries_token_hash", "token_hash"),
    # A number is never given twice: tokens and Message-IDs derive from it.
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("subject", FeedText, nullable=False),
    Column("html", FeedText, nullable=False),
    Column("text", FeedText, nullable=False),
    Column("link_base", Text, nullable=False),
    Column("link_path", Text, nullable=False),
    comment="What mails that are no issue say.",
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("phase", Text, nullable=False),
    Column("code", Integer),
    Column("enhanced", Text, nullable=False),
    Column("text", FeedText, nullable=False),
    Column("server", Text, nullable=False),
    Column("queue_id", FeedText, nullable=False),
    Column("state", Text, nullable=False, comment="What the delivery became."),
    Column("counted", Boolean, nullable=False, comment="False when the fault was the server's."),
    Index("ix_attempts_delivery_id", "delivery_id"),
    comment="Append only.",
)

suppressions = Table(
    "suppressions",
    metadata,
    Column(
        "address_hash", LargeBinary, primary_key=True, comment="Keyed hash: the address itself is not kept."
    ),
    Column("reason", FeedText, nullable=False),
    Column("at", Utc, nullable=False),
)

server_pauses = Table(
    "server_pauses",
    metadata,
    Column("server", Text, primary_key=True),
    Column("until", Utc, nullable=False),
    Column("reason", FeedText, nullable=False),
)
