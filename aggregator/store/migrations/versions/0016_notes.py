"""Notes of the editor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issue_notes",
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("track", sa.Text(), nullable=False),
        sa.Column(
            "period_key",
            sa.Text(),
            nullable=False,
            comment="Of the issue that it opens; empty: the next one that is frozen.",
        ),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("newsletter", "track", "period_key", name="pk_issue_notes"),
        comment="What the editor says at the head of issues.",
    )


def downgrade() -> None:
    op.drop_table("issue_notes")
