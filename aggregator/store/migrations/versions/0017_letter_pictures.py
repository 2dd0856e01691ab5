"""Pictures that letters carry."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "issue_pictures",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("cid", sa.Text(), nullable=False, comment="By which the HTML of letters names it."),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "cid", name="pk_issue_pictures"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_issue_pictures_issue_id"),
        comment="Pictures that letters of an issue carry, each once.",
    )


def downgrade() -> None:
    op.drop_table("issue_pictures")
