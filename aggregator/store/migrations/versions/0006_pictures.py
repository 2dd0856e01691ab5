"""Copies of the pictures that entries name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pictures()
    op.create_table(
        "story_pictures",
        sa.Column("story_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("picture_key", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False, comment="Of the story."),
        sa.PrimaryKeyConstraint("story_id", name="pk_story_pictures"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_story_pictures_story_id"),
        sa.ForeignKeyConstraint(["picture_key"], ["pictures.key"], name="fk_story_pictures_picture_key"),
        comment="The picture of a story's lead.",
    )
    op.create_index("ix_story_pictures_picture_key", "story_pictures", ["picture_key"])
    op.create_index("ix_story_pictures_told_at", "story_pictures", ["told_at"])


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="Hash of the address."),
        sa.Column("address", sa.Text(), nullable=False, comment="At its source."),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False, comment="Registrable domain of the address."),
        sa.Column("state", sa.Text(), nullable=False, comment="wanted, ready or given-up"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt", sa.DateTime(timezone=True), nullable=False, comment="Of a wanted one."),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why the last attempt failed."),
        sa.Column(
            "told_number", sa.BigInteger(), nullable=False, comment="Of the newest story that wanted it."
        ),
        sa.Column(
            "unneeded_since", sa.DateTime(timezone=True), comment="NULL while a story shows or wants it."
        ),
        sa.Column("small_path", sa.Text()),
        sa.Column("small_width", sa.Integer()),
        sa.Column("small_height", sa.Integer()),
        sa.Column("large_path", sa.Text()),
        sa.Column("large_width", sa.Integer()),
        sa.Column("large_height", sa.Integer()),
        sa.PrimaryKeyConstraint("key", name="pk_pictures"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_pictures_source_id", onupdate="CASCADE"
        ),
    )
    op.create_index("ix_pictures_state", "pictures", ["state", "told_number"])
    op.create_index("ix_pictures_unneeded_since", "pictures", ["unneeded_since"])
    op.create_index("ix_pictures_small_path", "pictures", ["small_path"])
    op.create_index("ix_pictures_large_path", "pictures", ["large_path"])


def downgrade() -> None:
    op.drop_table("story_pictures")
    op.drop_table("pictures")
