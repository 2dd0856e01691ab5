"""What is SQLite's own, and addresses that lead nowhere."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from aggregator.errors import StoreError
from aggregator.store.engine import connect, reading, writing


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'news.db'}"


def pragma(engine, name):
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
def test_sqlite_writes_ahead_checks_references_and_is_as_durable_as_asked(url, durable, synchronous):
    engine = connect(url, durable=durable)
    assert pragma(engine, "journal_mode") == "wal"
    assert pragma(engine, "foreign_keys") == 1
    assert pragma(engine, "busy_timeout") == 10_000
    assert pragma(engine, "synchronous") == synchronous
    engine.dispose()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite:////nonexistent/folder/news.db", r"news\.db: unable to open.*folder exists"),
        ("postgresql://u:hidden@127.0.0.1:1/news", r"127\.0\.0\.1:1/news: .*refused"),
        ("mysql://localhost/news", "'mysql' is not supported"),
        ("delphi://x", "'delphi' is not supported"),
        ("no address at all", "cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_is_an_error_that_names_it_and_hides_passwords(address, message):
    with pytest.raises(StoreError, match=message) as caught:
        connect(address)
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_no_database_is_an_error_that_says_so(tmp_path):
    (tmp_path / "news.db").write_text("this is a diary, and a rather long one at that. " * 50)
    with pytest.raises(StoreError, match=r"news\.db: file is not a database.*restore"):
        connect(f"sqlite:///{tmp_path / 'news.db'}")


def test_a_write_transaction_locks_at_its_beginning(url):
    engine, other = connect(url), connect(url)
    with other.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    with writing(engine), pytest.raises(StoreError, match="locked"), writing(other):
        pass
    engine.dispose()
    other.dispose()


def test_writers_of_one_program_wait_for_each_other_however_long_it_takes(url, monkeypatch):
    """Of writers without a pause, one could wait for SQLite's lock until it gives up."""
    monkeypatch.setattr("aggregator.store.engine.BUSY_SECONDS", 0.01)
    engine = connect(url)
    inside, go_on = Event(), Event()

    def write_for_long():
        with writing(engine):
            inside.set()
            go_on.wait(10)

    def write():
        with writing(engine) as connection:
            return connection.exec_driver_sql("SELECT 1").scalar()

    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(write_for_long)
        inside.wait(10)
        other = pool.submit(write)
        with pytest.raises(TimeoutError):
            other.result(0.3)
        go_on.set()
        assert other.result(10) == 1
        long.result(10)
    engine.dispose()


def test_a_writer_that_waits_too_long_for_its_turn_says_so(url, monkeypatch):
    monkeypatch.setattr("aggregator.store.engine.TURN_SECONDS", 0.01)
    engine = connect(url)
    with writing(engine), pytest.raises(StoreError, match="own writers took over"), writing(engine):
        pass
    engine.dispose()


COUNT_WITHOUT_A_PAUSE = """
import sys, time
from aggregator.store.engine import connect, reading, writing
engine = connect(sys.argv[1])
until = time.monotonic() + 20
while time.monotonic() < until:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE counted SET number = number + 1")
        time.sleep(0.005)
"""


def test_a_process_that_writes_without_a_pause_lets_another_have_its_turn(url):
    """SQLite's own wait could last for as long as the other writes: dozens of its transactions."""
    engine = connect(url)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE counted AS SELECT 0 AS number")
    writer = subprocess.Popen([sys.executable, "-c", COUNT_WITHOUT_A_PAUSE, url])

    def counted(connection):
        return connection.exec_driver_sql("SELECT number FROM counted").scalar()

    def counts():
        with reading(engine) as connection:
            return counted(connection)

    try:
        while counts() == 0:
            assert writer.poll() is None
        waited = []
        for _ in range(40):
            before = counts()
            with writing(engine) as connection:
                waited.append(counted(connection) - before)
    finally:
        writer.kill()
        writer.wait()
        engine.dispose()
    # One may be under way, and another process may be slow to wake up; both are rare.
    assert sorted(waited)[30] <= 2
    assert max(waited) <= 8


def test_without_a_file_for_turns_the_lock_of_the_database_decides(tmp_path):
    (tmp_path / "news.db-turns").mkdir()
    engine = connect(f"sqlite:///{tmp_path}/news.db")
    with writing(engine) as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    engine.dispose()
