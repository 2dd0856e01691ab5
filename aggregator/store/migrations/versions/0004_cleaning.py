"""Entries for subscribers, and sentences that sources repeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "entries",
        sa.Column(
            "paywalled",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="The rest is for subscribers.",
        ),
    )
    op.create_table(
        "source_repeats",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column(
            "sentences",
            sa.LargeBinary(),
            nullable=False,
            comment="Hashes and counts, as the reader packs them.",
        ),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_repeats"),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["sources.id"],
            name="fk_source_repeats_source_id",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        comment="Sentences that a source repeats under one article after another.",
    )


def downgrade() -> None:
    op.drop_table("source_repeats")
    op.drop_column("entries", "paywalled")
