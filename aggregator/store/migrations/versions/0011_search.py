"""What stories are searched by: words in a full-text index of each database's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Told numbers and revisions make rowids: what is found comes in the order of telling. It keeps no text, and
# nothing is deleted from it: before 3.43 SQLite could not. Words are letters, digits and `_` between blanks.
_SQLITE = (
    """
    CREATE VIRTUAL TABLE search_words
    USING fts5 (words, content = '', columnsize = 0, tokenize = "ascii tokenchars '_'")
    """,
    # All new words of a batch in one piece.
    "INSERT INTO search_words (search_words, rank) VALUES ('hashsize', 4194304)",
    "CREATE TABLE search_words_revisions (told_number INTEGER PRIMARY KEY, revision INTEGER NOT NULL)",
)
_POSTGRESQL = (
    "CREATE TABLE search_words (told_number bigint PRIMARY KEY, words tsvector NOT NULL)",
    # They are long and compress badly; what is long stands apart from its row.
    "ALTER TABLE search_words ALTER COLUMN words SET STORAGE EXTERNAL",
    "CREATE INDEX ix_search_words_words ON search_words USING gin (words)",
)


def upgrade() -> None:
    op.create_table(
        "search_sources",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_search_sources"),
        sa.UniqueConstraint("source_id", name="uq_search_sources_source_id"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name="fk_search_sources_source_id", onupdate="CASCADE"
        ),
        comment="What stands for a source in search_words: it stays when config gives the source another id.",
    )
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_words")
    op.execute("DROP TABLE IF EXISTS search_words_revisions")
    op.drop_table("search_sources")
    op.execute("DELETE FROM meta WHERE key IN ('search_version', 'search_filled_down_to')")
