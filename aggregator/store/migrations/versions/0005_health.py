"""How often a source usually has something new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    comment = "Seconds that usually lie between two of its entries."
    op.add_column("sources", sa.Column("usual_gap", sa.Float, comment=comment))


def downgrade() -> None:
    op.drop_column("sources", "usual_gap")
