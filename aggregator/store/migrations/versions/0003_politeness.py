"""What a source's rhythm is, when it wants to be left alone, and since when it is gone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _columns():
        op.add_column("sources", column)


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("sources", column.name)


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("gone_since", sa.DateTime(timezone=True), comment="When it last added to gone_count."),
        sa.Column("plain_agent", sa.Boolean(), comment="Only a plain reader's User-Agent is let in."),
        sa.Column("entries_per_day", sa.Float(), comment="New entries, of late."),
        sa.Column("feed_length", sa.Integer(), comment="Entries in its last body."),
        sa.Column("update_interval", sa.Integer(), comment="Seconds, by the feed's own word."),
        sa.Column("skip_hours", sa.Text(), comment="0..23 in GMT, blanks between them."),
        sa.Column("skip_days", sa.Text(), comment="ISO weekdays in GMT, blanks between them."),
    )
