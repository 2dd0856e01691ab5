"""Random bytes of each letter: a restored database gives its number to another one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column(
            "nonce",
            sa.Text(),
            nullable=True,
            comment="Random: tells the row from any that had its number.",
        ),
    )
    # Letters that wait for another try keep what was fixed of them: their links are on record elsewhere.
    op.execute("UPDATE deliveries SET nonce = '' WHERE secret_key_id IS NOT NULL")


def downgrade() -> None:
    op.drop_column("deliveries", "nonce")
