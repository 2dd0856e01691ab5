"""Tables of what stories are searched by.

The words themselves are in `search_words`, which is of each database's own kind: PostgreSQL has a table with
a `tsvector`, SQLite a virtual table of its full-text index (FTS5), and `search_words_revisions` beside it.
Only migrations describe these, because SQLAlchemy knows no such things; their names begin alike, so that
Alembic can be told.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table, Text, column, table

from aggregator.store.tables.columns import Id, metadata

search_sources = Table(
    "search_sources",
    metadata,
    Column("key", Id, primary_key=True),
    Column("source_id", Text, ForeignKey("sources.id", onupdate="CASCADE"), nullable=False, unique=True),
    comment="What stands for a source in search_words: it stays when config gives the source another id.",
)

search_words = table("search_words", column("words"), column("rowid"), column("told_number"))
"""On SQLite `rowid` is a story's told number with the revision behind it (`search_documents`)."""
search_words_revisions = table("search_words_revisions", column("told_number"), column("revision"))
"""On SQLite: which rows of `search_words` count."""


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether our metadata says what this should be; Alembic asks (`include_name`)."""
    return not (kind == "table" and name is not None and name.startswith(search_words.name))
