"""What came back of letters, and how far mailboxes were read."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from aggregator.store.tables.columns import FeedText, Id, Utc, metadata

bounces = Table(
    "bounces",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "digest", LargeBinary, nullable=False, comment="Of the mail it stood in: what came twice counts once."
    ),
    Column("part", Integer, nullable=False, comment="Which of several in one mail."),
    Column("at", Utc, nullable=False, comment="When it was read."),
    Column("source", Text, nullable=False, comment="maildir, imap, webhook or smtp"),
    Column("key", FeedText, nullable=False, comment="The mail's name in its mailbox."),
    Column("kind", Text, nullable=False),
    Column("status", FeedText, nullable=False, comment="RFC 3463"),
    Column("diagnostic", FeedText, nullable=False, comment="Without addresses."),
    Column("delivery_id", ForeignKey("deliveries.id")),
    Column("address_hash", LargeBinary, comment="Keyed hash, as suppressions hold it."),
    Column("counted", Boolean, nullable=False, comment="False once the operator has forgiven it."),
    Column("judged_at", Utc, comment="When what follows from it was done."),
    Column("consequence", FeedText, nullable=False),
    UniqueConstraint("digest", "part"),
    Index("ix_bounces_judged_at", "judged_at"),
    Index("ix_bounces_at", "at"),
    Index("ix_bounces_address_hash", "address_hash", "kind", "at"),
    Index("ix_bounces_delivery_id", "delivery_id"),
    sqlite_autoincrement=True,
    comment="Holds no address and no mail: what nobody understood stays in its mailbox.",
)

mailbox_positions = Table(
    "mailbox_positions",
    metadata,
    Column("mailbox", Text, primary_key=True),
    Column("validity", BigInteger, nullable=False, comment="UIDVALIDITY (RFC 9051)."),
    Column("uid", BigInteger, nullable=False, comment="The last that was read."),
)
