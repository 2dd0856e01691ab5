"""What a Postfix log tells of a message whose acceptance was lost."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.model import Delivery, Doubt
from aggregator.newsletter.postfix_log import PostfixLog

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SENT_AT = NOW - timedelta(hours=1)


def line(at: datetime, words: str) -> str:
    return f"{at.isoformat()} mx postfix/{words}\n"


def taken(message_id: str, at: datetime = SENT_AT) -> str:
    return line(at, f"cleanup[42]: 4F2A1B: message-id=<{message_id}>")


def idle(at: datetime) -> str:
    return line(at, "anvil[7]: statistics: max connection rate 1/60s")


def doubt(message_id: str) -> Doubt:
    delivery = Delivery(
        1, 1, "weekly", 1, "ann@example.org", 1, "https://news.example", message_id, SENT_AT, "", 0, NOW
    )
    return Doubt(delivery, SENT_AT + timedelta(seconds=5))


BEFORE, AFTER = idle(SENT_AT - timedelta(hours=1)), idle(NOW)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.log"


def test_a_message_in_the_log_was_taken(path: Path) -> None:
    path.write_text(BEFORE + taken("1.2.ab@news.example"))
    assert PostfixLog(path)(doubt("1.2.ab@news.example"), NOW) is True


def test_a_message_of_which_a_log_of_that_time_says_nothing_was_not(path: Path) -> None:
    path.write_text(BEFORE + taken("other@news.example") + AFTER)
    assert PostfixLog(path)(doubt("1.2.ab@news.example"), NOW) is False


@pytest.mark.parametrize(
    "content",
    ["", AFTER, BEFORE, BEFORE + idle(SENT_AT + timedelta(minutes=1)), "no log at all\n"],
    ids=["empty", "begins later", "ends before", "ends too soon", "something else"],
)
def test_a_log_that_does_not_hold_that_time_tells_nothing(path: Path, content: str) -> None:
    path.write_text(content)
    assert PostfixLog(path)(doubt("1.2.ab@news.example"), NOW) is None


def test_what_is_written_later_is_read_and_half_a_line_waits_for_its_rest(path: Path) -> None:
    path.write_text(BEFORE)
    log, whole = PostfixLog(path), taken("1.2.ab@news.example")
    assert log(doubt("1.2.ab@news.example"), NOW) is None
    with path.open("a") as file:
        file.write(whole[:-12])
    assert log(doubt("1.2.ab@news.example"), NOW) is None
    with path.open("a") as file:
        file.write(whole[-12:])
    assert log(doubt("1.2.ab@news.example"), NOW) is True


@pytest.mark.parametrize("name", ["mail.log.1", "mail.log.2.gz"])
def test_rotated_logs_are_read_as_well(path: Path, name: str) -> None:
    old = (BEFORE + taken("1.2.ab@news.example")).encode()
    path.with_name(name).write_bytes(gzip.compress(old) if name.endswith("gz") else old)
    path.write_text(AFTER)
    log = PostfixLog(path)
    assert log(doubt("1.2.ab@news.example"), NOW) is True
    assert log(doubt("none@news.example"), NOW) is False


def test_a_rotation_while_it_is_followed_loses_no_line(path: Path) -> None:
    path.write_text(BEFORE)
    log = PostfixLog(path)
    assert log(doubt("1.2.ab@news.example"), NOW) is None
    with path.open("a") as file:
        file.write(taken("1.2.ab@news.example"))
    path.rename(path.with_name("mail.log.1"))
    path.write_text(AFTER)
    assert log(doubt("1.2.ab@news.example"), NOW) is True


def test_a_log_that_cannot_be_read_tells_nothing_and_is_named_once(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = PostfixLog(path)
    assert log(doubt("1.2.ab@news.example"), NOW) is None
    assert log(doubt("1.2.ab@news.example"), NOW) is None
    assert [str(path) in record.message for record in caplog.records] == [True]


def test_lines_of_the_traditional_form_are_dated_by_the_local_clock(path: Path) -> None:
    local = [(SENT_AT + timedelta(hours=hours)).astimezone() for hours in (-1, 1)]
    path.write_text(
        "".join(f"{one:%b} {one.day:2d} {one:%H:%M:%S} mx postfix/anvil[1]: x\n" for one in local)
    )
    assert PostfixLog(path)(doubt("1.2.ab@news.example"), NOW) is False
