"""The tables of a database brought to this program's version, by Alembic.

Apart from `engine`, which imports this module only for a database that is not current: loading Alembic takes
longer than most commands do.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select

from aggregator.errors import StoreError
from aggregator.store.engine import APPLICATION
from aggregator.store.tables import meta

_FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: Connection, shown: str) -> None:
    """Bring the tables to this program's version, inside the connection's transaction.

    `shown` names the database in messages. Raises StoreError when it belongs to another program or was
    written by a newer version of this one.
    """
    scripts = Config()
    scripts.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    scripts.set_main_option("path_separator", "os")
    scripts.attributes["connection"] = connection
    _refuse_foreign(connection, ScriptDirectory.from_config(scripts), shown)
    command.upgrade(scripts, "head")


def _refuse_foreign(connection: Connection, scripts: ScriptDirectory, shown: str) -> None:
    tables = set(inspect(connection).get_table_names())
    heads = MigrationContext.configure(connection).get_current_heads()
    if not heads and not tables - {"alembic_version"}:
        return
    if not heads or not _is_ours(connection, tables):
        raise StoreError(
            f"{shown} holds tables of another program ({', '.join(sorted(tables)[:3])} …); "
            "give the aggregator a database, or a schema, of its own"
        )
    known = {script.revision for script in scripts.walk_revisions()}
    if unknown := set(heads) - known:
        raise StoreError(
            f"{shown} was written by a newer version of this program (schema {', '.join(sorted(unknown))}); "
            "install that version, or restore a backup from before the upgrade"
        )


def _is_ours(connection: Connection, tables: set[str]) -> bool:
    if meta.name not in tables or {column["name"] for column in inspect(connection).get_columns("meta")} != {
        "key",
        "value",
    }:
        return False
    found = connection.execute(select(meta.c.value).where(meta.c.key == "application")).scalar()
    return found == APPLICATION
