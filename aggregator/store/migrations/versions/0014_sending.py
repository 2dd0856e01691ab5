"""Mails that are no issue; issues that are paused; the order in which letters are claimed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("delivery_id", ID, autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link_base", sa.Text(), nullable=False),
        sa.Column("link_path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_notices"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_notices_delivery_id"),
        comment="What mails that are no issue say.",
    )
    comment = "No letter of it is claimed while this is set."
    op.add_column("issues", sa.Column("paused_at", MOMENT, nullable=True, comment=comment))
    op.add_column("issues", sa.Column("pause_reason", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("unknown_since", MOMENT, nullable=True))
    op.drop_index("ix_deliveries_state", "deliveries")
    columns = ["state", "kind", "issue_id", "not_before", "variant_id", "id"]
    op.create_index("ix_deliveries_due", "deliveries", columns)
    # What was refused for now waits by `not_before` from here on.
    op.execute("UPDATE deliveries SET not_before = next_try_at WHERE next_try_at > not_before")


def downgrade() -> None:
    op.drop_index("ix_deliveries_due", "deliveries")
    op.create_index("ix_deliveries_state", "deliveries", ["state", "kind", "variant_id", "id"])
    op.drop_column("deliveries", "unknown_since")
    op.drop_column("issues", "pause_reason")
    op.drop_column("issues", "paused_at")
    op.drop_table("notices")
