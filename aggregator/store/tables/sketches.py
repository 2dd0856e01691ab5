"""Tables of what entries are found by, and of what they are compared by once they are found."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from aggregator.store.tables.columns import Id, Utc, metadata

entry_titles = Table(
    "entry_titles",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("key", BigInteger, nullable=False),
    Index("ix_entry_titles_key", "key", "entry_id"),
    comment="Keys of titles, for good: by them an entry is known again under another guid.",
)

entry_sketches = Table(
    "entry_sketches",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Column("packed_keys", LargeBinary, nullable=False, comment="64 bits each, little-endian."),
    comment="Of entries that others may still join; the rest is removed.",
)


def _keys(name: str, comment: str) -> Table:
    """Keys as numbers that are spread evenly. No foreign key: it would be checked row by row."""
    return Table(
        name,
        metadata,
        Column("key", BigInteger, primary_key=True, autoincrement=False),
        Column("entry_id", Id, primary_key=True, autoincrement=False),
        comment=comment,
        sqlite_with_rowid=False,
    )


entry_keys = _keys("entry_keys", "Keys of entries that have a sketch.")
fresh_keys = _keys("fresh_keys", "The same of the latest entries, until they are swept into entry_keys.")

learned = Table(
    "learned",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False, comment="As judgement packs it."),
    Column("at", Utc, nullable=False),
    comment="What judgement learned from all that came in.",
)
