"""Stories in the order in which they were told, those that were split off from others beside these."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_stories_told_at", "stories", ["told_at", "told_number"])


def downgrade() -> None:
    op.drop_index("ix_stories_told_at", "stories")
