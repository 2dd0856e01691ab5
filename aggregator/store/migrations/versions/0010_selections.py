"""Selections have a record of their own, and number their places: those of everything that was told, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Until now stories entered "everything" when they were published; they were shown in the order of telling.
_NUMBERED = """
CREATE TEMPORARY TABLE numbered AS
SELECT selection_id, story_id, entered_at, inside,
    dense_rank() OVER (PARTITION BY selection_id ORDER BY entered_number) - 1 AS number
FROM placements WHERE selection_id <> 'everything'
UNION ALL
SELECT 'everything', id, told_at, NOT hidden AND merged_into IS NULL,
    row_number() OVER (ORDER BY told_at, told_number) - 1
FROM stories WHERE told_number IS NOT NULL
"""
_SELECTIONS = """
INSERT INTO selections (id, title, first_published, numbers)
SELECT selection_id, selection_id, min(entered_at), max(number) + 1
FROM numbered GROUP BY selection_id ORDER BY selection_id
"""
_PLACEMENTS = """
INSERT INTO placements (story_id, selection_key, number, entered_at, inside)
SELECT numbered.story_id, selections.key, numbered.number, numbered.entered_at, numbered.inside
FROM numbered JOIN selections ON selections.id = numbered.selection_id
ORDER BY numbered.story_id, selections.key
"""
_IN_ORDER_OF_ENTRY = """
CREATE TEMPORARY TABLE entered AS
SELECT selections.id AS selection_id, placements.story_id, placements.entered_at, placements.inside,
    row_number() OVER (ORDER BY entered_at, number, story_id) AS entered_number
FROM placements JOIN selections ON selections.key = placements.selection_key
"""


def upgrade() -> None:
    _records()
    op.execute(_NUMBERED)
    op.drop_table("placements")
    op.create_table(
        "placements",
        sa.Column("story_id", _id(), nullable=False),
        sa.Column("selection_key", _id(), nullable=False),
        sa.Column(
            "number",
            sa.BigInteger(),
            nullable=False,
            comment="In order of entry; an heir shares the former's.",
        ),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "inside",
            sa.Boolean(),
            nullable=False,
            comment="False once it left; it comes back to its old place.",
        ),
        sa.PrimaryKeyConstraint("story_id", "selection_key", name="pk_placements"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_placements_story_id"),
        sa.ForeignKeyConstraint(["selection_key"], ["selections.key"], name="fk_placements_selection_key"),
        sqlite_with_rowid=False,
    )
    op.execute(_SELECTIONS)
    op.execute(_PLACEMENTS)
    op.execute("DROP TABLE numbered")
    op.create_index("ix_placements_selection_key", "placements", ["selection_key", "number", "story_id"])
    op.execute("DELETE FROM sequences WHERE name = 'entered'")


def downgrade() -> None:
    op.execute(_IN_ORDER_OF_ENTRY)
    for table in ("placements", "former_selections", "selections"):
        op.drop_table(table)
    op.create_table(
        "placements",
        sa.Column("selection_id", sa.Text(), nullable=False),
        sa.Column("story_id", _id(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_number", sa.BigInteger(), nullable=False),
        sa.Column(
            "inside",
            sa.Boolean(),
            nullable=False,
            comment="False once it left; it comes back to its old place.",
        ),
        sa.PrimaryKeyConstraint("selection_id", "story_id", name="pk_placements"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="fk_placements_story_id"),
    )
    columns = "selection_id, story_id, entered_at, entered_number, inside"
    op.execute(f"INSERT INTO placements ({columns}) SELECT {columns} FROM entered")  # noqa: S608
    op.execute("DROP TABLE entered")
    op.create_index("ix_placements_selection_id", "placements", ["selection_id", "entered_number"])
    op.create_index("ix_placements_story_id", "placements", ["story_id"])
    last = "SELECT 'entered', coalesce(max(entered_number), 0) FROM placements"
    op.execute(f"INSERT INTO sequences (name, value) {last}")


def _records() -> None:
    op.create_table(
        "selections",
        sa.Column("key", _id(), nullable=False, comment="Stays when config gives it another id."),
        sa.Column("id", sa.Text(), nullable=False, comment="As configured."),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("first_published", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "gone_since",
            sa.DateTime(timezone=True),
            comment="When config was found to name it no more; NULL while it does.",
        ),
        sa.Column(
            "numbers",
            sa.BigInteger(),
            nullable=False,
            comment="That its places were given: 0 to one less.",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_selections"),
        sa.UniqueConstraint("id", name="uq_selections_id"),
        comment="What is published, or was.",
    )
    op.create_table(
        "former_selections",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("selection_key", _id(), nullable=False, comment="Which has its place."),
        sa.PrimaryKeyConstraint("id", name="pk_former_selections"),
        sa.ForeignKeyConstraint(
            ["selection_key"], ["selections.key"], name="fk_former_selections_selection_key"
        ),
        comment="Ids that selections had: their addresses lead to those.",
    )


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")
