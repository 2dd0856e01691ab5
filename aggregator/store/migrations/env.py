"""Where Alembic starts: on the connection it is handed, or from its own command line.

In process, `aggregator.store.engine.upgrade` hands in a connection that is inside a write transaction. On the
command line, `alembic -x url=sqlite:///aggregator.db …` names the database.
"""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from aggregator.errors import UsageError
from aggregator.store.engine import connect, writing
from aggregator.store.tables import metadata
from aggregator.store.tables.columns import FeedText, Utc
from aggregator.store.tables.search import is_described


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write column types of our own as what the database sees: a migration must not follow later code."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, FeedText):
        return "sa.Text()"
    return False


def migrate(connection: Connection) -> None:
    """Run what is asked for on this connection, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
        render_item=render_item,
        include_name=is_described,
    )
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Find the connection. Raises UsageError when the command line names no database."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not isinstance(url, str):
        raise UsageError("name the database: alembic -x url=sqlite:///aggregator.db …")
    engine = connect(url)
    with writing(engine) as connection:
        migrate(connection)
    engine.dispose()


main()
