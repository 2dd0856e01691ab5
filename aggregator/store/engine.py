"""Opening the database, and the two ways to use it: `reading` and `writing`."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    column,
    create_engine,
    event,
    func,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError

from aggregator.errors import StoreError
from aggregator.store.tables import columns, meta
from aggregator.store.turns import Turns

APPLICATION = "regional-news-aggregator"
"""What `meta` says under `application`: this database is ours."""
BUSY_SECONDS = 10
"""How long a writer waits for another process before it gives up."""
TURN_SECONDS = 120
"""How long a writer waits for the others of this process before it gives up."""

_turns: weakref.WeakKeyDictionary[Engine, Turns] = weakref.WeakKeyDictionary()


class Lane(IntEnum):
    """Work that is done by one transaction at a time. The numbers name PostgreSQL's advisory locks."""

    MIGRATIONS = 0x6E657773_0001
    STORIES = 0x6E657773_0002
    PLACEMENTS = 0x6E657773_0003


def connect(url: str, *, durable: bool = True) -> Engine:
    """Open `sqlite:///path` or `postgresql://…` (psycopg 3).

    `durable`: a commit survives a power cut (`synchronous=FULL`); the delivery ledger needs it. Raises
    StoreError when the address makes no sense or nothing answers there.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, connect_args={"timeout": BUSY_SECONDS}, json_serializer=columns.as_json
        )
        _prepare_sqlite(engine, durable)
        _turns[engine] = Turns(Path(f"{address.database}-turns") if address.database else None)
    else:
        engine = create_engine(address, pool_pre_ping=True, json_serializer=columns.as_json)
        _prepare_postgresql(engine, durable)
    with reading(engine):
        return engine


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except ArgumentError as error:
        raise StoreError(f"the database address cannot be read: {error}") from error
    if backend in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise StoreError(f"database {backend!r} is not supported: use sqlite:///path or postgresql://…")
    return address


def _prepare_sqlite(engine: Engine, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        # Python's sqlite3 would begin transactions by itself, and too late; `begin` below does it instead.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write lock taken late can fail at once whatever the timeout says; taken first, it waits its turn.
        writes = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(engine: Engine, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def set_session(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        connection.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
        connection.autocommit = False


@contextmanager
def writing(engine: Engine, lane: Lane | None = None) -> Iterator[Connection]:
    """One write transaction: committed at the end, rolled back when anything is raised.

    `lane`: waits until no other transaction is in it. SQLite has one writer at a time anyway. Raises
    StoreError when the database cannot be reached or stays locked.
    """
    with (
        _turn(engine),
        _translated(engine),
        engine.connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        if lane is not None and engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(lane.value)))
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """One writer after another; PostgreSQL's writers need no turn."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with _turns[engine].turn(of_ours=TURN_SECONDS, of_others=BUSY_SECONDS) as has_turn:
        if not has_turn:
            raise StoreError(f"{_shown(engine)}: this program's own writers took over {TURN_SECONDS} s")
        yield


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One snapshot: all queries within see the same state, whatever is written meanwhile.

    Raises StoreError when the database cannot be reached.
    """
    # SQLite's readers see one snapshot anyway.
    postgresql = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    options = postgresql if engine.dialect.name == "postgresql" else {}
    with (
        _translated(engine),
        engine.connect().execution_options(**options) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if isinstance(error, (IntegrityError, DataError, ProgrammingError)):
            raise  # Not the database's fault but the statement's.
        raise StoreError(f"{_shown(engine)}: {_cause(error)}") from error


def _shown(engine: Engine) -> str:
    return f"database {engine.url.render_as_string(hide_password=True)}"


def _cause(error: DBAPIError) -> str:
    cause = str(error.orig).strip()
    cures = {
        "unable to open database file": "check that the folder exists and may be written to",
        "database is locked": f"another process wrote for over {BUSY_SECONDS} s; try again, or end it",
        "file is not a database": "the file is damaged or something else; restore it, or name another",
        "connection refused": "check that the server runs and that the address is right",
    }
    cure = next((cure for sign, cure in cures.items() if sign in cause.lower()), "")
    return f"{cause} ({cure})" if cure else cause


# ------------------------------------------------------------------------------------------------ upgrade


def upgrade(engine: Engine) -> None:
    """Bring the tables to this program's version, in one transaction; does nothing when they are.

    Raises StoreError when the database belongs to another program or was written by a newer version of this
    one.
    """
    if _is_current(engine):
        return
    # Here and not above: Alembic takes longer to load than most commands run, and is needed once per version.
    from aggregator.store.migrating import migrate

    with writing(engine, Lane.MIGRATIONS) as connection:
        migrate(connection, _shown(engine))


def _is_current(engine: Engine) -> bool:
    """Whether the tables are ours and of this version, by one query that takes no lock.

    Where it cannot be asked, tables are missing: those of a new database, or of another program.
    """
    version = table("alembic_version", column("version_num"))
    ours = select(meta.c.key).where(meta.c.key == "application", meta.c.value == APPLICATION).exists()
    try:
        with engine.connect() as connection:
            return connection.scalars(select(version.c.version_num).where(ours)).all() == [newest_revision()]
    except DBAPIError:
        return False


def newest_revision() -> str:
    """The revision that this program's tables have: that of the last script by name."""
    scripts = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")
    return max(script.name for script in scripts).partition("_")[0]
