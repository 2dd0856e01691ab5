"""What came in and what we tell: sources, entries, stories."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _counters()
    _sources()
    _entries()
    _about_entries()
    _stories()
    _judgement_and_selections()
    _first_values()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "meta",
    "sequences",
    "sources",
    "entries",
    "revisions",
    "entry_tags",
    "entry_keys",
    "stories",
    "story_entries",
    "story_countries",
    "corrections",
    "placements",
)


def _counters() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
        comment="Single values: whose database this is, how far publication came.",
    )

    op.create_table(
        "sequences",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sequences"),
        comment="Last number given out, advanced inside the write transaction.",
    )


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False, comment="As configured."),
        sa.Column("active", sa.Boolean(), nullable=False, comment="False when config no longer names it."),
        sa.Column("renamed_from", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.LargeBinary(), nullable=True),
        sa.Column(
            "adopted_url",
            sa.Text(),
            nullable=True,
            comment="Where a permanent redirect led, once it was adopted.",
        ),
        sa.Column(
            "redirect_url", sa.Text(), nullable=True, comment="A permanent redirect under observation."
        ),
        sa.Column("redirect_first_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redirect_sightings", sa.Integer(), nullable=False),
        sa.Column("gone_count", sa.Integer(), nullable=False, comment="410 answers in a row."),
        sa.Column("next_poll", sa.DateTime(timezone=True), nullable=False, comment="By our own interval."),
        sa.Column(
            "not_before", sa.DateTime(timezone=True), nullable=True, comment="By the source's own word."
        ),
        sa.Column("failures", sa.Integer(), nullable=False, comment="Failed polls in a row."),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("last_attempt", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success", sa.DateTime(timezone=True), nullable=True),
        sa.Column("newest_entry", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_next_poll", "sources", ["next_poll"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("guid_hash", sa.LargeBinary(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=False),
        sa.Column("shown_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "url_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="Of the canonical URL; NULL when there is none.",
        ),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.Column("date_guessed", sa.Boolean(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="told, old or excluded"),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False, comment="The rules that judged it."),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Times that it changed."),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("language_declared", sa.Boolean(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("as_published", sa.LargeBinary(), nullable=False, comment="Zstandard over a JSON object."),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_entries_source_id", onupdate="CASCADE"
        ),
        sa.UniqueConstraint("guid_hash", "source_id", name="uq_entries_guid_hash_source_id"),
    )
    op.create_index("ix_entries_source_id", "entries", ["source_id", "id"])
    op.create_index("ix_entries_url_hash", "entries", ["url_hash"])


def _about_entries() -> None:
    op.create_table(
        "revisions",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="Before this revision."),
        sa.Column("as_published", sa.LargeBinary(), nullable=False, comment="Before this revision."),
        sa.PrimaryKeyConstraint("entry_id", "number", name="pk_revisions"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_revisions_entry_id"),
    )

    op.create_table(
        "entry_tags",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("role", sa.Text(), nullable=False, comment="subject or mention"),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("salience", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False, comment="Rows of surface, zone, start, rule."),
        sa.PrimaryKeyConstraint("entry_id", "role", "country", name="pk_entry_tags"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_tags_entry_id"),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "entry_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("key", "entry_id", name="pk_entry_keys"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_keys_entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_keys_entry_id", "entry_keys", ["entry_id"])


def _stories() -> None:
    op.create_table(
        "stories",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("lead_entry_id", ID, nullable=False),
        sa.Column("founded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="NULL while it was never told as new.",
        ),
        sa.Column("told_number", sa.BigInteger(), nullable=True),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stories"),
        sa.ForeignKeyConstraint(["lead_entry_id"], ["entries.id"], name="fk_stories_lead_entry_id"),
        sa.ForeignKeyConstraint(["merged_into"], ["stories.id"], name="fk_stories_merged_into"),
        sa.UniqueConstraint("uri", name="uq_stories_uri"),
        sa.UniqueConstraint("change_number", name="uq_stories_change_number"),
        sa.UniqueConstraint("told_number", name="uq_stories_told_number"),
    )

    op.create_table(
        "story_entries",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_story_entries"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_story_entries_entry_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_entries_story_id"),
    )
    op.create_index("ix_story_entries_story_id", "story_entries", ["story_id"])

    op.create_table(
        "story_countries",
        sa.Column("story_id", ID, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("salience", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", "country", name="pk_story_countries"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_countries_story_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_countries_country", "story_countries", ["country", "story_id"])


def _judgement_and_selections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="split, merge, hide or retag"),
        sa.Column("story_id", ID, nullable=True),
        sa.Column("entry_id", ID, nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_corrections_entry_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_corrections_story_id"),
        comment="The operator's word, applied after every judgement.",
    )

    op.create_table(
        "placements",
        sa.Column("selection_id", sa.Text(), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_number", sa.BigInteger(), nullable=False),
        sa.Column(
            "inside",
            sa.Boolean(),
            nullable=False,
            comment="False once it left; it comes back to its old place.",
        ),
        sa.PrimaryKeyConstraint("selection_id", "story_id", name="pk_placements"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_placements_story_id"),
    )
    op.create_index("ix_placements_selection_id", "placements", ["selection_id", "entered_number"])
    op.create_index("ix_placements_story_id", "placements", ["story_id"])


def _first_values() -> None:
    meta = sa.table("meta", sa.column("key"), sa.column("value"))
    op.bulk_insert(meta, [{"key": "application", "value": "regional-news-aggregator"}])
    sequences = sa.table("sequences", sa.column("name"), sa.column("value"))
    names = ("entry", "story", "told", "change", "entered")
    op.bulk_insert(sequences, [{"name": name, "value": 0} for name in names])
