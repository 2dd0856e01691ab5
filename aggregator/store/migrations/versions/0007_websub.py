"""Hubs that push: what sources announce, what hubs promised, what they brought."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in _columns():
        op.add_column("sources", column)
    op.drop_column("sources", "usual_gap")  # told by entries_per_day as well
    op.create_table(
        "hub_leases",
        sa.Column("id", _id(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False, comment="Origin of the callback."),
        sa.Column(
            "nonce", sa.LargeBinary(), nullable=False, comment="What token and secret are derived from."
        ),
        sa.Column("secret_key_id", sa.Text(), nullable=False, comment="The key that derives them."),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the callback's token."),
        sa.Column("state", sa.Text(), nullable=False, comment="pending, active, denied, leaving or ended"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "try_after",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="No request to the hub before.",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), comment="NULL before it was verified."),
        sa.Column("failures", sa.Integer(), nullable=False, comment="Requests in a row that led nowhere."),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hub_leases"),
        sa.UniqueConstraint("token_hash", name="uq_hub_leases_token_hash"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_hub_leases_source_id", onupdate="CASCADE"
        ),
        comment="One row per callback; ended ones stay a while, so that hubs can be told that they are gone.",
    )
    op.create_index("ix_hub_leases_source_id", "hub_leases", ["source_id"])
    op.create_table(
        "pushes",
        sa.Column("id", _id(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False, comment="Bytes of the body."),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="Times that it was taken to be read."),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pushes"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_pushes_source_id", onupdate="CASCADE"
        ),
        comment="Bodies with a valid signature that wait to be read.",
    )
    op.create_index("ix_pushes_source_id", "pushes", ["source_id", "id"])


def downgrade() -> None:
    op.drop_table("pushes")
    op.drop_table("hub_leases")
    comment = "Seconds that usually lie between two of its entries."
    op.add_column("sources", sa.Column("usual_gap", sa.Float(), comment=comment))
    for column in reversed(_columns()):
        op.drop_column("sources", column.name)


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("topic", sa.Text(), comment="Under which its hubs know it."),
        sa.Column("hubs", sa.Text(), comment="That it announces, blanks between them."),
        sa.Column("pushed_until", sa.DateTime(timezone=True), comment="A hub pushes it until then."),
        sa.Column(
            "hinted_at", sa.DateTime(timezone=True), comment="Somebody said, without proof, that it has news."
        ),
    )
