"""Opening, upgrading and using a database."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, MetaData, Table, column, insert, inspect, select, table, text, update

import aggregator.store
from aggregator.errors import StoreError, UsageError
from aggregator.store.engine import connect, newest_revision, reading, upgrade, writing
from aggregator.store.entries import EntryStore
from aggregator.store.sequences import Sequence, advance
from aggregator.store.tables import meta, metadata, server_pauses, subscriptions
from aggregator.store.tables.search import is_described


@pytest.fixture
def empty(empty_database):
    opened = connect(empty_database)
    yield opened
    opened.dispose()


def alembic(*x):
    config = Config()
    config.set_main_option("script_location", str(Path(aggregator.store.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.cmd_opts = argparse.Namespace(x=list(x))
    return config


def tables(engine):
    return {name for name in inspect(engine).get_table_names() if is_described(name, "table", {})}


def test_an_empty_database_is_brought_to_exactly_the_tables_we_describe(empty):
    upgrade(empty)
    with empty.connect() as connection:
        opts = {"compare_server_default": True, "include_name": is_described}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_keeps_what_is_stored(engine):
    with writing(engine) as connection:
        connection.execute(insert(meta).values(key="kept", value="yes"))
    upgrade(engine)
    with reading(engine) as connection:
        assert connection.scalar(select(meta.c.value).where(meta.c.key == "kept")) == "yes"


def test_processes_that_upgrade_at_once_wait_for_one_another(empty):
    with ThreadPoolExecutor(3) as pool:
        assert [*pool.map(lambda _: upgrade(empty), range(3))] == [None] * 3
    assert tables(empty) == {*metadata.tables, "alembic_version"}


def test_a_database_of_another_program_is_refused_and_left_alone(empty):
    theirs = MetaData()
    Table("orders", theirs, Column("id", Integer, primary_key=True))
    theirs.create_all(empty)
    with pytest.raises(StoreError, match=r"another program \(orders"):
        upgrade(empty)
    assert tables(empty) == {"orders"}


@pytest.mark.parametrize("columns", [("key", "value"), ("name",)])
def test_a_database_that_another_program_migrates_is_refused(empty, columns):
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('abc')"))
        connection.execute(text(f"CREATE TABLE meta ({', '.join(f'{name} TEXT' for name in columns)})"))
    with pytest.raises(StoreError, match="another program"):
        upgrade(empty)


def test_a_database_of_a_newer_version_is_refused(engine):
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(StoreError, match=r"newer version .*9999.*install that version"):
            upgrade(engine)
    finally:
        with writing(engine) as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{newest_revision()}'"))


def test_a_database_of_an_older_version_is_brought_to_this_one(empty_database, empty):
    command.upgrade(alembic(f"url={empty_database}"), "0001")
    upgrade(empty)
    assert tables(empty) == {*metadata.tables, "alembic_version"}


def test_titles_are_still_found_after_the_index_of_keys_was_rebuilt(empty_database, empty, make):
    command.upgrade(alembic(f"url={empty_database}"), "0007")
    with empty.begin() as connection:
        for name, row in rows_of_0007().items():
            connection.execute(insert(table(name, *map(column, row))).values(row))
    upgrade(empty)
    entries = EntryStore(empty, "news.example")
    (found,) = entries.candidates([make.described("new", title_key=-7)], datetime(2026, 11, 2, tzinfo=UTC))
    assert (found.guid, found.title_key, found.keys, found.leads) == ("g1", -7, (-7,), True)
    command.downgrade(alembic(f"url={empty_database}"), "0007")
    with empty.connect() as connection:
        assert connection.execute(text("SELECT key, entry_id FROM entry_keys")).all() == [(-7, 1)]


def rows_of_0007():
    """An entry, as that revision had it."""
    at = "2026-11-01 00:00:00.000000"
    texts = ("state_reason", "url", "canonical_url", "image", "author", "title", "text", "html")
    hashes = ("guid_hash", "raw_hash", "shown_hash", "as_published")
    return {
        "sources": dict.fromkeys(("url", "state", "message"), "")
        | dict.fromkeys(("redirect_sightings", "gone_count", "failures"), 0)
        | {"id": "steppe", "active": True, "next_poll": at},
        "entries": dict.fromkeys(texts, "")
        | dict.fromkeys(hashes, b"")
        | {"id": 1, "source_id": "steppe", "guid": "g1", "published": at, "first_seen": at, "state": "told"}
        | {"rules_version": "1", "revision": 0, "language": "en", "script": "Latn", "categories": "[]"}
        | {"date_guessed": False, "language_declared": False},
        "stories": {"id": 1, "uri": "tag:x", "lead_entry_id": 1, "founded_at": at, "change_number": 1}
        | {"updated_at": at, "hidden": False},
        "story_entries": {"entry_id": 1, "story_id": 1, "relation": "lead", "reason": "", "joined_at": at},
        "entry_keys": {"key": -7, "entry_id": 1},
    }


def test_the_last_script_by_name_is_the_revision_that_alembic_ends_with():
    assert newest_revision() == ScriptDirectory.from_config(alembic()).get_current_head()


def test_a_database_of_another_program_is_refused_even_when_its_revision_is_called_as_ours(empty):
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text(f"INSERT INTO alembic_version VALUES ('{newest_revision()}')"))
        connection.execute(text("CREATE TABLE meta (key TEXT, value TEXT)"))
        connection.execute(text("INSERT INTO meta VALUES ('application', 'orders')"))
    with pytest.raises(StoreError, match="another program"):
        upgrade(empty)


def test_alembics_own_command_line_upgrades_and_downgrades(empty_database, empty):
    command.upgrade(alembic(f"url={empty_database}"), "head")
    assert tables(empty) == {*metadata.tables, "alembic_version"}
    upgrade(empty)
    command.downgrade(alembic(f"url={empty_database}"), "base")
    assert tables(empty) == {"alembic_version"}


def test_alembics_command_line_needs_to_be_told_which_database():
    with pytest.raises(UsageError, match="url=sqlite"):
        command.upgrade(alembic(), "head")


def test_alembic_finds_nothing_that_needs_a_migration(empty_database, empty):
    upgrade(empty)
    command.check(alembic(f"url={empty_database}"))


def fail_after(engine, work):
    """Write, and then have the transaction fail."""
    with writing(engine) as connection:
        work(connection)
        raise ZeroDivisionError


def test_what_a_transaction_wrote_is_gone_when_it_fails(engine):
    with pytest.raises(ZeroDivisionError):
        fail_after(engine, lambda connection: connection.execute(insert(meta).values(key="lost", value="")))
    with reading(engine) as connection:
        assert connection.scalar(select(meta.c.key).where(meta.c.key == "lost")) is None


def test_readers_see_one_state_whatever_is_written_meanwhile(engine):
    keys = select(meta.c.key).order_by(meta.c.key)
    with reading(engine) as connection:
        before = connection.scalars(keys).all()
        with writing(engine) as other:
            other.execute(insert(meta).values(key="later", value=""))
        assert connection.scalars(keys).all() == before


def test_numbers_are_given_out_in_order_and_none_is_lost_to_a_failure(engine):
    with writing(engine) as connection:
        assert [*advance(connection, Sequence.TOLD, 3)] == [1, 2, 3]
        assert [*advance(connection, Sequence.TOLD, 0)] == []
    with pytest.raises(ZeroDivisionError):
        fail_after(engine, lambda connection: advance(connection, Sequence.TOLD, 5))
    with writing(engine) as connection:
        assert [*advance(connection, Sequence.TOLD, 1)] == [4]


def test_moments_come_back_in_utc_with_the_same_instant(engine):
    almaty = datetime(2026, 11, 22, 5, 30, 0, 123456, timezone(timedelta(hours=5)))
    with writing(engine) as connection:
        connection.execute(insert(server_pauses).values(server="mx", until=almaty, reason=""))
        connection.execute(
            update(server_pauses).where(server_pauses.c.until == almaty).values(reason="found")
        )
    with reading(engine) as connection:
        row = connection.execute(select(server_pauses)).one()
    assert (row.until, row.until.tzinfo, row.reason) == (almaty, UTC, "found")


def test_the_proof_of_a_consent_moves_to_the_subscriptions_that_it_is_about(empty_database, empty):
    command.upgrade(alembic(f"url={empty_database}"), "0012")
    at, consent = "2026-11-01 00:00:00.000000", '{"note": "on paper"}'
    person = {
        "id": 1,
        "email": "a@x.example",
        "email_key": "a@x.example",
        "address_hash": b"",
        "state": "left",
    }
    person |= {"language": "en", "created_at": at, "confirmed_at": at, "left_at": at}
    wanted = dict.fromkeys(("countries", "languages"), "") | {"subscriber_id": 1, "state": "left"}
    wanted |= {"newsletter": "weekly", "track": "weekly-1", "language": "en"}
    with empty.begin() as connection:
        columns = ", ".join((*person, "consent"))
        values = ", ".join(f":{name}" for name in person)
        connection.execute(
            text(f"INSERT INTO subscribers ({columns}) VALUES ({values}, '{consent}')"), person
        )
        connection.execute(insert(table("subscriptions", *map(column, wanted))).values(wanted))
    upgrade(empty)
    with reading(empty) as connection:
        (moved,) = connection.execute(select(subscriptions))
    assert moved.consent == {"note": "on paper"}
    assert moved.confirmed_at == moved.left_at == datetime(2026, 11, 1, tzinfo=UTC)
    command.downgrade(alembic(f"url={empty_database}"), "0012")
    with empty.connect() as connection:
        assert "on paper" in str(connection.scalar(text("SELECT consent FROM subscribers")))
