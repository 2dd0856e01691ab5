"""kill -9, broken servers, full disks and wild clocks: nobody is forgotten, nobody gets a letter twice.

`make proof-mail` is the same at length: 2,000 readers and 50 kills.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.store.tables import deliveries
from tests.faulty_smtp import CALM, TROUBLE, Fate, Faults
from tests.mail_trial import (
    OPEN,
    Trial,
    audit,
    besiege,
    compose,
    pages_of,
    postgresql,
    readers,
    subscribe,
    tell_veterans,
    trial,
)

SEED = 20261122
READERS = readers(200)
MANY_LOST = {**TROUBLE, Fate.SILENT: 0.03, Fate.LOST: 0.02}


@pytest.fixture(scope="module")
def postgresql_database() -> Iterator[str]:
    try:
        opened = postgresql()
        address = opened.__enter__()
    except Exception as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    yield address
    opened.__exit__(None, None, None)


def test_a_sender_that_is_killed_ten_times_loses_nobody_and_repeats_nobody(tmp_path: Path) -> None:
    veterans = READERS[:8]
    faults = Faults(SEED, MANY_LOST, missing=0.03)
    with trial(tmp_path, faults) as tried:
        links = tell_veterans(tried, veterans)
        audience = [one for one in READERS if one not in veterans or not faults.is_missing(one)]
        subscribe(tried, READERS)
        compose(tried)
        with pages_of(tried):
            siege = besiege(tried, kills=10, leavers=READERS[-6:], leavers_by_link=links[:4], seed=SEED)
        account = audit(tried, siege, audience)
    assert account.faults == []
    assert account.kills == 10
    assert account.left_before > 0
    assert account.lost_after_dot > 0
    assert account.doubled <= account.dot_rows + account.lost_after_dot


def test_two_senders_on_postgresql_that_are_killed_in_turn_lose_nobody_and_repeat_nobody(
    tmp_path: Path, postgresql_database: str
) -> None:
    faults = Faults(SEED, MANY_LOST, missing=0.03)
    with trial(tmp_path, faults, database=postgresql_database) as tried:
        subscribe(tried, READERS)
        compose(tried)
        siege = besiege(tried, kills=10, senders=2, leavers=READERS[-6:], seed=SEED)
        account = audit(tried, siege, READERS)
    assert account.faults == []
    assert account.kills == 10


def test_the_process_that_sends_by_the_clock_is_killed_like_any_other(tmp_path: Path) -> None:
    few = READERS[:80]
    with trial(tmp_path, Faults(SEED, {**TROUBLE, Fate.CLOSING: 0, Fate.CLOSING_LATE: 0})) as tried:
        subscribe(tried, few)
        compose(tried)
        siege = besiege(tried, kills=3, seed=SEED, by_the_clock=True)
        account = audit(tried, siege, few)
    assert account.faults == []
    assert account.kills == 3


def test_a_clock_that_jumps_by_hours_between_restarts_changes_nothing(tmp_path: Path) -> None:
    few = READERS[:60]
    with trial(tmp_path, Faults(SEED, MANY_LOST)) as tried:
        subscribe(tried, few)
        compose(tried)
        hours = [5, -4, 3, -6, 7, -2, 12, -9, 6]
        siege = besiege(tried, kills=6, seed=SEED, jumps=[hour * 3600.0 for hour in hours])
        account = audit(tried, siege, few)
    assert account.faults == []
    assert account.kills >= 3, "a sender may be done before it is killed"


def test_on_a_full_disk_nothing_is_sent_that_is_not_on_record(tmp_path: Path) -> None:
    few = READERS[:40]
    with trial(tmp_path, CALM) as tried:
        subscribe(tried, few)
        compose(tried)
        ((pages,),) = tried.query("pragma page_count")
        words = tried.run("newsletter", "send", expected=(1, 3), pages=pages)
        assert "full" in words, "the disk is named"
        assert "Traceback" not in words
        taken_on_full_disk = Counter(taken.recipient for taken in tried.server.taken())
        assert sum(tried.states().values()) == len(few)
        siege = besiege(tried, kills=0)
        siege.dots.update(_ids_of(tried, taken_on_full_disk))
        account = audit(tried, siege, few)
    assert account.faults == []
    # What could not be settled had its dot on record, and was not counted as sent by anybody.
    assert account.doubled <= len(taken_on_full_disk)


def _ids_of(tried: Trial, addresses: Counter[str]) -> list[int]:
    with tried.opened() as engine, engine.connect() as connection:
        rows = connection.execute(deliveries.select())
        return [row.id for row in rows if row.address in addresses]


def test_a_wrong_password_holds_everything_back_and_the_right_one_lets_it_go(tmp_path: Path) -> None:
    few = READERS[:30]
    with trial(tmp_path, CALM, login=("desk", "right")) as tried:
        tried.settings["smtp"] |= {"username": "desk", "password": "wrong"}
        tried.write()
        subscribe(tried, few)
        compose(tried)
        for _ in range(4):
            tried.run("newsletter", "send", expected=(3,))
            tried.shift += 20 * 60
        assert tried.query("select count(*), max(attempts) from deliveries") == [(len(few), 0)]
        assert set(tried.states()) <= set(OPEN)
        assert tried.server.taken() == []

        tried.settings["smtp"]["password"] = "right"
        tried.write()
        account = audit(tried, besiege(tried, kills=0), few)
    assert account.faults == []
    assert account.states == {"sent": len(few)}


HOSTILE = (
    "reader@example.org\r\nRCPT TO:<victim@example.net>",
    "reader@example.org\nBcc: victim@example.net",
    "reader@example.org>\r\nDATA\r\nSubject: x\r\n\r\nx\r\n.\r\n",
    "<reader@example.org> SIZE=1",
)


def test_an_address_with_a_line_end_never_reaches_the_wire_and_stops_nobody_elses_letter(
    tmp_path: Path,
) -> None:
    few = READERS[:8]
    with trial(tmp_path, CALM) as tried:
        subscribe(tried, few)
        adding = ("subscriber", "add", HOSTILE[0], "--newsletter", "daily", "--consent", "none")
        assert "Traceback" not in tried.run(*adding, expected=(1, 2))
        compose(tried)
        # As if somebody had written into the database.
        with tried.opened() as engine, engine.begin() as connection:
            for address, hostile in zip(few, HOSTILE, strict=False):
                changed = deliveries.update().where(deliveries.c.address == address)
                connection.execute(changed.values(address=hostile))
        tried.run("newsletter", "send", expected=(3,))
        assert Counter(taken.recipient for taken in tried.server.taken()) == Counter(few[len(HOSTILE) :])
        assert tried.states() == {"sent": len(few) - len(HOSTILE), "failed": len(HOSTILE)}
