"""What readers asked for by links, the proof of each consent, and how many mails strangers caused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _subscriptions_of_their_own()
    op.create_table(
        "account_links",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the link's token."),
        sa.Column("purpose", sa.Text(), nullable=False, comment="confirm, account or new-address"),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False, comment="Of the address it went to."),
        sa.Column("subscriber_id", ID, nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False, comment="What comes into force when it is used."),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name="fk_account_links_delivery_id_deliveries"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_account_links_subscriber_id_subscribers"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_account_links"),
        sa.UniqueConstraint("token_hash", name="uq_account_links_token_hash"),
        comment="Links that serve once: a mail to the address proves whose it is.",
    )
    for column in ("address_hash", "asked_at", "subscriber_id"):
        op.create_index(f"ix_account_links_{column}", "account_links", [column])
    op.create_table(
        "request_counts",
        sa.Column("scope", sa.Text(), nullable=False, comment="address, client or all"),
        sa.Column("subject", sa.LargeBinary(), nullable=False, comment="Keyed hash of whom it counts."),
        sa.Column("since", MOMENT, nullable=False, comment="When this hour or day began."),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "subject", "since", name="pk_request_counts"),
        comment="Mails that strangers caused: a flood stays small, restarts or not.",
    )


def _subscriptions_of_their_own() -> None:
    """Consent is given to one newsletter, so that its proof stands with the subscription."""
    op.add_column("subscriptions", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column("subscriptions", sa.Column("confirmed_at", MOMENT, nullable=True))
    op.add_column("subscriptions", sa.Column("left_at", MOMENT, nullable=True))
    op.add_column(
        "subscriptions",
        sa.Column(
            "consent", sa.JSON(), nullable=True, comment="What was agreed to, when and how (GDPR art. 7)."
        ),
    )
    for column in ("time_zone", "confirmed_at", "left_at", "consent"):
        op.execute(
            f"UPDATE subscriptions SET {column} = (SELECT subscribers.{column} FROM subscribers"  # noqa: S608
            " WHERE subscribers.id = subscriptions.subscriber_id)"
        )
    op.drop_column("subscribers", "consent")
    op.drop_column("subscribers", "time_zone")


def downgrade() -> None:
    for table in ("request_counts", "account_links"):
        op.drop_table(table)
    op.add_column("subscribers", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column(
        "subscribers", sa.Column("consent", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.execute(
        "UPDATE subscribers SET consent = coalesce((SELECT subscriptions.consent FROM subscriptions"
        " WHERE subscriptions.subscriber_id = subscribers.id ORDER BY subscriptions.newsletter LIMIT 1),"
        " consent)"
    )
    for column in ("consent", "left_at", "confirmed_at", "time_zone"):
        op.drop_column("subscriptions", column)
