"""Tables of what readers ask for themselves, and of how many mails they cause."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from aggregator.store.tables.columns import Utc, metadata

account_links = Table(
    "account_links",
    metadata,
    Column("delivery_id", ForeignKey("deliveries.id"), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256 of the link's token."),
    Column("purpose", Text, nullable=False, comment="confirm, account or new-address"),
    Column("address_hash", LargeBinary, nullable=False, comment="Of the address it went to."),
    Column("subscriber_id", ForeignKey("subscribers.id")),
    Column("asked", JSON, nullable=False, comment="What comes into force when it is used."),
    Column("asked_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Index("ix_account_links_address_hash", "address_hash"),
    Index("ix_account_links_asked_at", "asked_at"),
    Index("ix_account_links_subscriber_id", "subscriber_id"),
    comment="Links that serve once: a mail to the address proves whose it is.",
)

consent_texts = Table(
    "consent_texts",
    metadata,
    Column("version", Text, primary_key=True, comment="By which proofs of consent name it."),
    Column("text", Text, nullable=False, comment="As the form shows it."),
    Column("since", Utc, nullable=False, comment="When somebody first agreed to it."),
    comment="The words that readers agreed to, each wording once.",
)

request_counts = Table(
    "request_counts",
    metadata,
    Column("scope", Text, primary_key=True, comment="address, client or all"),
    Column("subject", LargeBinary, primary_key=True, comment="Keyed hash of whom it counts."),
    Column("since", Utc, primary_key=True, comment="When this hour or day began."),
    Column("count", Integer, nullable=False),
    comment="Mails that strangers caused: a flood stays small, restarts or not.",
)
