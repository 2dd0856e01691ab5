"""What came back of letters, and how far mailboxes were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bounces",
        sa.Column("id", ID, nullable=False),
        sa.Column(
            "digest",
            sa.LargeBinary(),
            nullable=False,
            comment="Of the mail it stood in: what came twice counts once.",
        ),
        sa.Column("part", sa.Integer(), nullable=False, comment="Which of several in one mail."),
        sa.Column("at", MOMENT, nullable=False, comment="When it was read."),
        sa.Column("source", sa.Text(), nullable=False, comment="maildir, imap, webhook or smtp"),
        sa.Column("key", sa.Text(), nullable=False, comment="The mail's name in its mailbox."),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="RFC 3463"),
        sa.Column("diagnostic", sa.Text(), nullable=False, comment="Without addresses."),
        sa.Column("delivery_id", ID, nullable=True),
        sa.Column(
            "address_hash", sa.LargeBinary(), nullable=True, comment="Keyed hash, as suppressions hold it."
        ),
        sa.Column(
            "counted", sa.Boolean(), nullable=False, comment="False once the operator has forgiven it."
        ),
        sa.Column("judged_at", MOMENT, nullable=True, comment="When what follows from it was done."),
        sa.Column("consequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bounces"),
        sa.UniqueConstraint("digest", "part", name="uq_bounces_digest_part"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_bounces_delivery_id"),
        comment="Holds no address and no mail: what nobody understood stays in its mailbox.",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounces_judged_at", "bounces", ["judged_at"])
    op.create_index("ix_bounces_at", "bounces", ["at"])
    op.create_index("ix_bounces_address_hash", "bounces", ["address_hash", "kind", "at"])
    op.create_index("ix_bounces_delivery_id", "bounces", ["delivery_id"])
    op.create_table(
        "mailbox_positions",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False, comment="UIDVALIDITY (RFC 9051)."),
        sa.Column("uid", sa.BigInteger(), nullable=False, comment="The last that was read."),
        sa.PrimaryKeyConstraint("mailbox", name="pk_mailbox_positions"),
    )


def downgrade() -> None:
    op.drop_table("mailbox_positions")
    op.drop_table("bounces")
