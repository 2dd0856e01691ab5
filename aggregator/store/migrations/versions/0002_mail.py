"""Readers, issues and the delivery ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _readers()
    _issues()
    _parts_of_issues()
    _variants()
    _ledger()
    _log()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


TABLES = (
    "subscribers",
    "subscriptions",
    "suppressions",
    "tracks",
    "issues",
    "issue_stories",
    "issue_frames",
    "issue_blocks",
    "told_stories",
    "variants",
    "deliveries",
    "attempts",
    "server_pauses",
)


def _readers() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False, comment="As typed."),
        sa.Column("email_key", sa.Text(), nullable=False, comment="Normalised: one person, one row."),
        sa.Column(
            "address_hash", sa.LargeBinary(), nullable=False, comment="Keyed hash, as suppressions hold it."
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "consent", sa.JSON(), nullable=False, comment="What was agreed to, when and how (GDPR art. 7)."
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscribers"),
        sa.UniqueConstraint("email_key", name="uq_subscribers_email_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_address_hash", "subscribers", ["address_hash"])

    op.create_table(
        "subscriptions",
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column(
            "countries", sa.Text(), nullable=False, comment="Sorted, comma-separated; empty admits all."
        ),
        sa.Column(
            "languages", sa.Text(), nullable=False, comment="Sorted, comma-separated; empty admits all."
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("local_hour", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("subscriber_id", "newsletter", name="pk_subscriptions"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_subscriptions_subscriber_id"),
    )
    op.create_index(
        "ix_subscriptions_choice",
        "subscriptions",
        ["newsletter", "track", "language", "countries", "languages"],
    )

    op.create_table(
        "suppressions",
        sa.Column(
            "address_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="Keyed hash: the address itself is not kept.",
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name="pk_suppressions"),
    )


def _issues() -> None:
    op.create_table(
        "tracks",
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("last_period_end", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "track", name="pk_tracks"),
    )

    op.create_table(
        "issues",
        sa.Column("id", ID, nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("period_key", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="frozen, skipped or cancelled"),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link_base", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint(
            "newsletter", "track", "period_key", name="uq_issues_newsletter_track_period_key"
        ),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "issue_stories",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "position", name="pk_issue_stories"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_stories_issue_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_issue_stories_story_id"),
    )


def _parts_of_issues() -> None:
    op.create_table(
        "issue_frames",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("html_head", sa.Text(), nullable=False),
        sa.Column("html_foot", sa.Text(), nullable=False),
        sa.Column("text_head", sa.Text(), nullable=False),
        sa.Column("text_foot", sa.Text(), nullable=False),
        sa.Column("html_sections", sa.JSON(), nullable=False),
        sa.Column("text_sections", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "language", name="pk_issue_frames"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_frames_issue_id"),
    )

    op.create_table(
        "issue_blocks",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "language", "position", name="pk_issue_blocks"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_blocks_issue_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_issue_blocks_story_id"),
    )

    op.create_table(
        "told_stories",
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column("story_id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "track", "story_id", name="pk_told_stories"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_told_stories_issue_id"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_told_stories_story_id"),
        comment="A story is told once on a track: the primary key refuses a second time.",
    )


def _variants() -> None:
    op.create_table(
        "variants",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False, comment="Of language and ordered stories."),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("story_ids", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html_head", sa.Text(), nullable=False),
        sa.Column("html_body", sa.Text(), nullable=False),
        sa.Column("html_foot", sa.Text(), nullable=False),
        sa.Column("text_head", sa.Text(), nullable=False),
        sa.Column("text_body", sa.Text(), nullable=False),
        sa.Column("text_foot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_variants"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_variants_issue_id"),
        sa.UniqueConstraint("issue_id", "key_hash", name="uq_variants_issue_id_key_hash"),
        sqlite_autoincrement=True,
    )


def _ledger() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="issue, confirm, account or alert"),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("subscriber_id", ID, nullable=True),
        sa.Column("address", sa.Text(), nullable=False, comment="As it was when the issue was frozen."),
        sa.Column("variant_id", ID, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=True, comment="How far the last SMTP transaction came."),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("date", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dkim_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True, comment="SHA-256 of the letter's token."),
        sa.Column("secret_key_id", sa.Text(), nullable=True, comment="The key that the token was made with."),
        sa.Column("smtp_code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.Text(), nullable=True),
        sa.Column("smtp_text", sa.Text(), nullable=True),
        sa.Column("server", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_deliveries_issue_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_deliveries_subscriber_id"),
        sa.ForeignKeyConstraint(["variant_id"], ["variants.id"], name="fk_deliveries_variant_id"),
        sa.UniqueConstraint("issue_id", "subscriber_id", name="uq_deliveries_issue_id_subscriber_id"),
        sa.UniqueConstraint("message_id", name="uq_deliveries_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_expires_at", "deliveries", ["state", "expires_at"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "kind", "variant_id", "id"])
    op.create_index("ix_deliveries_subscriber_id", "deliveries", ["subscriber_id"])
    op.create_index("ix_deliveries_token_hash", "deliveries", ["token_hash"])


def _log() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="What the delivery became."),
        sa.Column("counted", sa.Boolean(), nullable=False, comment="False when the fault was the server's."),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_attempts_delivery_id"),
        comment="Append only.",
    )
    op.create_index("ix_attempts_delivery_id", "attempts", ["delivery_id"])

    op.create_table(
        "server_pauses",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server", name="pk_server_pauses"),
    )
