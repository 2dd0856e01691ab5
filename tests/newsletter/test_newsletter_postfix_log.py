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


def begun(message_id: str, at: datetime = SENT_AT, queue: str = "4F2A1B", client: int = 7) -> str:
    """As far as it is told while the text comes in."""
    return line(at, f"smtpd[{client}]: {queue}: client=localhost[127.0.0.1]") + line(
        at, f"cleanup[42]: {queue}: message-id=<{message_id}>"
    )


def queued(at: datetime = SENT_AT, queue: str = "4F2A1B") -> str:
    return line(at, f"qmgr[9]: {queue}: from=<bounces+1-0a@news.example>, size=900, nrcpt=1 (queue active)")


def taken(message_id: str, at: datetime = SENT_AT) -> str:
    return begun(message_id, at) + queued(at)


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


ID = "1.2.ab@news.example"


def test_a_message_that_was_begun_is_not_taken_before_it_is_in_the_queue(path: Path) -> None:
    path.write_text(BEFORE + begun(ID) + AFTER)
    log = PostfixLog(path)
    assert log(doubt(ID), NOW) is None, "it may be on its way into the queue"
    with path.open("a") as file:
        file.write(queued(NOW, queue="0000AA") + queued(NOW))
    assert log(doubt(ID), NOW) is True


@pytest.mark.parametrize(
    "words",
    [
        "smtpd[7]: lost connection after DATA (4096 bytes) from localhost[127.0.0.1]",
        "smtpd[7]: timeout after DATA (0 bytes) from localhost[127.0.0.1]",
        "cleanup[42]: 4F2A1B: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 4.7.1 later",
        "cleanup[42]: 4F2A1B: reject: header Subject: x from localhost[127.0.0.1]; 5.7.1 no",
    ],
)
def test_a_message_that_was_begun_and_not_ended_was_not_taken(path: Path, words: str) -> None:
    path.write_text(BEFORE + begun(ID) + line(SENT_AT, words) + AFTER)
    assert PostfixLog(path)(doubt(ID), NOW) is False


@pytest.mark.parametrize(
    "words",
    [
        "smtpd[8]: lost connection after DATA (4096 bytes) from localhost[127.0.0.1]",
        "smtpd[7]: lost connection after END-OF-MESSAGE from localhost[127.0.0.1]",
    ],
)
def test_what_was_lost_of_others_or_after_the_text_says_nothing_of_a_message(path: Path, words: str) -> None:
    other = begun("other@news.example", queue="5D0", client=8)
    path.write_text(BEFORE + begun(ID) + other + line(SENT_AT, words) + AFTER)
    assert PostfixLog(path)(doubt(ID), NOW) is None


def test_a_message_that_was_taken_stays_so_when_a_second_copy_is_not(path: Path) -> None:
    lost = line(NOW, "smtpd[7]: lost connection after DATA (9 bytes) from localhost[127.0.0.1]")
    path.write_text(BEFORE + taken(ID) + begun(ID, queue="7C1") + lost)
    assert PostfixLog(path)(doubt(ID), NOW) is True


def test_a_packed_log_that_is_broken_tells_only_what_it_holds(path: Path) -> None:
    lines = [begun(f"{number}@news.example", queue=f"{number:X}") for number in range(1, 300)]
    packed = gzip.compress((BEFORE + taken(ID) + "".join(lines)).encode())
    path.write_text(AFTER)
    for broken in (packed[:-200], packed[:-200] + b"\xff" * 200, b"no archive"):
        path.with_name("mail.log.2.gz").write_bytes(broken)
        log = PostfixLog(path)
        assert log(doubt("none@news.example"), NOW) is None, "its line may be among what is lost"
    path.with_name("mail.log.2.gz").write_bytes(packed)
    assert PostfixLog(path)(doubt("none@news.example"), NOW) is False


def test_lines_from_before_a_clock_was_put_back_say_nothing_of_what_came_after(path: Path) -> None:
    path.write_text(BEFORE + idle(NOW + timedelta(hours=5)))
    log, at = PostfixLog(path), SENT_AT + timedelta(minutes=1)
    assert log(doubt(ID), at) is None
    assert log(doubt(ID), at + timedelta(minutes=5)) is False


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
