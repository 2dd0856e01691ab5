"""The words that readers agreed to: a digest alone proves nothing to who has lost the template."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_texts",
        sa.Column("version", sa.Text(), nullable=False, comment="By which proofs of consent name it."),
        sa.Column("text", sa.Text(), nullable=False, comment="As the form shows it."),
        sa.Column(
            "since",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When somebody first agreed to it.",
        ),
        sa.PrimaryKeyConstraint("version", name="pk_consent_texts"),
        comment="The words that readers agreed to, each wording once.",
    )


def downgrade() -> None:
    op.drop_table("consent_texts")
