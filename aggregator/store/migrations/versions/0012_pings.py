"""What hubs are to be told of our feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expected_feeds",
        sa.Column("path", sa.Text(), nullable=False, comment="Below the public folder."),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the publication began that may write it.",
        ),
        sa.PrimaryKeyConstraint("path", "since", name="pk_expected_feeds"),
        comment="Feeds that a publication is about to write: left behind only when it never came to its end.",
    )
    op.create_table(
        "pings",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False, comment="Of the feed, below the public folder."),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the publication began that wrote it last.",
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="Requests that told of it since."),
        sa.PrimaryKeyConstraint("hub", "path", name="pk_pings"),
        comment="Feeds that changed and that hubs have not been told of.",
    )
    op.create_table(
        "hub_pauses",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, comment="Requests in a row that led nowhere."),
        sa.Column(
            "try_after",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="No request to the hub before.",
        ),
        sa.Column("message", sa.Text(), nullable=False, comment="What came of the last one."),
        sa.PrimaryKeyConstraint("hub", name="pk_hub_pauses"),
        comment="Hubs that are being told of feeds right now, or could not be told.",
    )


def downgrade() -> None:
    for table in ("hub_pauses", "pings", "expected_feeds"):
        op.drop_table(table)
