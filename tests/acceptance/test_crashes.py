"""kill -9 at any moment: nothing is lost, nothing is sent twice, no source is asked early."""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing

import pytest

from tests.installation import Installation, MailHost, SourceHost

SOURCES = [f"paper-{number}" for number in range(12)]
ENTRIES = 5 * len(SOURCES)
READERS = [f"reader-{number}@example.org" for number in range(40)]
SEED = 20261122


@pytest.fixture
def polled(installation: Installation, source_host: SourceHost) -> Installation:
    """An installation with sources, not polled yet."""
    installation.settings["sources"] = [
        {"id": name, "name": name, "url": f"{source_host.url}/{name}"} for name in SOURCES
    ]
    installation.write()
    return installation


def query(installation: Installation, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(installation.folder / "data" / "aggregator.db")) as database:
        return database.execute(sql).fetchall()


def five_minutes_later(installation: Installation) -> None:
    """A killed poll's sources may be under way as long as nobody knows better."""
    with closing(sqlite3.connect(installation.folder / "data" / "aggregator.db")) as database, database:
        database.execute("update sources set not_before = null")


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_a_poll_that_is_killed_loses_nothing_and_asks_nobody_early(
    polled: Installation, source_host: SourceHost
) -> None:
    moments = random.Random(SEED)
    for _ in range(4):
        asked_before = source_host.asked.total()
        process = polled.start("poll", *(f"--force={name}" for name in SOURCES))
        deadline = time.monotonic() + 30
        while source_host.asked.total() == asked_before:
            assert time.monotonic() < deadline, "the poll never began"
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 1.5))
        kill(process)
        five_minutes_later(polled)
    before = Counter(source_host.asked)
    claimed = {name for (name,) in query(polled, "select id from sources where last_attempt is not null")}
    polled.run("poll")
    asked = source_host.asked - before
    assert set(asked) == set(SOURCES) - claimed, "a restart asks only those that were not asked before"

    polled.run("poll", *(f"--force={name}" for name in SOURCES))
    assert query(polled, "select count(*), count(distinct source_id || guid) from entries") == [
        (ENTRIES, ENTRIES)
    ]
    assert query(polled, "select count(*) from stories") == [(ENTRIES,)]
    assert query(polled, "select count(*) from story_entries") == [(ENTRIES,)]


@pytest.fixture
def subscribed(polled: Installation, mail_host: tuple[MailHost, int]) -> Installation:
    """An installation with stories and readers, and a mail server that takes its time."""
    host, port = mail_host
    host.pause = 0.03
    polled.settings["smtp"] = {"host": "127.0.0.1", "port": port, "security": "none", "sessions": 3}
    polled.settings["newsletters"] = [
        {
            "id": "week",
            "names": {"en": "The Week"},
            "sender": "desk@example.org",
            "tracks": [{"weekly": "monday"}],
        }
    ]
    polled.write()
    polled.run("poll")
    listed = polled.folder / "readers.csv"
    listed.write_text("email\n" + "\n".join(READERS), encoding="utf-8")
    polled.run("subscriber", "import", str(listed), "--newsletter", "week", "--consent", "signed a list")
    return polled


def test_a_send_that_is_killed_loses_nobody_and_repeats_nobody(
    subscribed: Installation, mail_host: tuple[MailHost, int]
) -> None:
    host, _ = mail_host
    moments = random.Random(SEED)
    subscribed.run("newsletter", "compose", "--early", "week")
    for _ in range(5):
        sending = subscribed.start("newsletter", "send")
        time.sleep(moments.uniform(0.5, 1.4))
        kill(sending)
    process = subscribed.start("newsletter", "send")
    out, err = process.communicate(timeout=60)
    held = int(re.search(r"(\d+) held", out)[1])  # type: ignore[index]
    assert process.returncode == (3 if held else 0), err

    assert set(host.recipients) <= set(READERS)
    assert set(host.recipients.values()) == {1}, "nobody got it twice"
    states = dict(query(subscribed, "select state, count(*) from deliveries group by state"))
    assert sum(states.values()) == len(READERS), "the ledger's sum is the audience"
    assert states.get("unknown", 0) == held
    assert states["sent"] + held == len(READERS)
    assert states["sent"] <= len(host.accepted) <= states["sent"] + held
    assert len(READERS) - len(host.accepted) <= held, "whoever got nothing is held, not forgotten"


def test_letters_held_after_a_crash_are_settled_by_the_operator(
    subscribed: Installation, mail_host: tuple[MailHost, int]
) -> None:
    host, _ = mail_host
    host.pause = 30.0
    subscribed.run("newsletter", "compose", "--early", "week")
    sending = subscribed.start("newsletter", "send")
    deadline = time.monotonic() + 20
    while not query(subscribed, "select 1 from deliveries where phase = 'dot'"):
        assert time.monotonic() < deadline, "no letter reached the dot"
        time.sleep(0.05)
    kill(sending)
    host.pause = 0.0
    out = subscribed.run("newsletter", "send", expected=3).stdout
    assert "newsletter settle" in out
    (held,) = re.findall(r"(\d+) held", out)
    assert int(held) >= 1
    subscribed.run("newsletter", "settle", "--resend")
    subscribed.run("newsletter", "send")
    assert host.recipients == Counter(READERS)


def test_a_wrong_password_rests_the_server_and_counts_against_nobody(
    subscribed: Installation, mail_host: tuple[MailHost, int]
) -> None:
    host, _ = mail_host
    subscribed.settings["smtp"] |= {"username": "desk", "password": "wrong"}
    subscribed.write()
    out = subscribed.run("newsletter", "send", "--early", "week", expected=3).stdout
    assert "Sending rests until" in out
    assert "Sending rests until" in subscribed.run("newsletter", "status", expected=3).stdout
    assert query(subscribed, "select count(*), max(attempts) from deliveries") == [(len(READERS), 0)]
    assert host.accepted == []
