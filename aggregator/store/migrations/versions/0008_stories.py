"""What entries are compared by, what the operator should look at, and corrections that can be withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "story_entries",
        sa.Column("attention", sa.Text(), comment="What the operator should look at; NULL for nothing."),
    )
    wanting = sa.text("attention IS NOT NULL")
    op.create_index(
        "ix_story_entries_attention",
        "story_entries",
        ["story_id"],
        sqlite_where=wanting,
        postgresql_where=wanting,
    )
    op.add_column(
        "corrections",
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), comment="NULL while it is in force."),
    )
    _titles()
    op.drop_table("entry_keys")
    _keys("entry_keys", "Keys of entries that have a sketch.")
    _keys("fresh_keys", "The same of the latest entries, until they are swept into entry_keys.")
    _sketches()
    op.create_index("ix_entries_first_seen", "entries", ["first_seen", "id"])
    # The newest that share a value stand at the end of its range: so they are found without a sort.
    op.drop_index("ix_entries_url_hash", "entries")
    op.create_index("ix_entries_url_hash", "entries", ["url_hash", "id"])
    op.drop_index("ix_story_entries_story_id", "story_entries")
    op.create_index("ix_story_entries_story_id", "story_entries", ["story_id", "entry_id"])


def downgrade() -> None:
    op.drop_index("ix_story_entries_story_id", "story_entries")
    op.create_index("ix_story_entries_story_id", "story_entries", ["story_id"])
    op.drop_index("ix_entries_url_hash", "entries")
    op.create_index("ix_entries_url_hash", "entries", ["url_hash"])
    op.drop_index("ix_entries_first_seen", "entries")
    for table in ("learned", "entry_sketches", "fresh_keys", "entry_keys"):
        op.drop_table(table)
    op.create_table(
        "entry_keys",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", _id(), nullable=False),
        sa.PrimaryKeyConstraint("key", "entry_id", name="pk_entry_keys"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_keys_entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_entry_keys_entry_id", "entry_keys", ["entry_id"])
    op.execute("INSERT INTO entry_keys (key, entry_id) SELECT key, entry_id FROM entry_titles")
    op.drop_table("entry_titles")
    op.drop_column("corrections", "withdrawn_at")
    op.drop_index("ix_story_entries_attention", "story_entries")
    op.drop_column("story_entries", "attention")


def _titles() -> None:
    op.create_table(
        "entry_titles",
        sa.Column("entry_id", _id(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_entry_titles"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_titles_entry_id"),
        comment="Keys of titles, for good: by them an entry is known again under another guid.",
    )
    # Until now an entry had one key at most, that of its title.
    op.execute(
        "INSERT INTO entry_titles (entry_id, key) SELECT entry_id, min(key) FROM entry_keys GROUP BY entry_id"
    )
    op.create_index("ix_entry_titles_key", "entry_titles", ["key", "entry_id"])


def _keys(name: str, comment: str) -> None:
    op.create_table(
        name,
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", _id(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "entry_id", name=f"pk_{name}"),
        comment=comment,
        sqlite_with_rowid=False,
    )


def _sketches() -> None:
    op.create_table(
        "entry_sketches",
        sa.Column("entry_id", _id(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("packed_keys", sa.LargeBinary(), nullable=False, comment="64 bits each, little-endian."),
        sa.PrimaryKeyConstraint("entry_id", name="pk_entry_sketches"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_entry_sketches_entry_id"),
        comment="Of entries that others may still join; the rest is removed.",
    )
    op.create_table(
        "learned",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False, comment="As judgement packs it."),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_learned"),
        comment="What judgement learned from all that came in.",
    )


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
