"""The embedded mailbox: durable, bounded, on loopback only."""

from __future__ import annotations

import os
import smtplib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.newsletter.catcher import Catcher

NOW = datetime(2026, 11, 23, 7, 0, 1, 250, tzinfo=UTC)


def mail(number: int, size: int = 0) -> bytes:
    lines = "x" * 58 + "\r\n"
    return f"Message-ID: <{number}@example.org>\r\nSubject: {number}\r\n\r\n{lines * (size // 60)}".encode()


def post(catcher: Catcher, *mails: bytes) -> None:
    with smtplib.SMTP(catcher.host, catcher.port, timeout=10) as client:
        for content in mails:
            client.sendmail("digest@example.org", ["reader@example.net"], content)


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    running = Catcher(tmp_path / "caught", max_mails=3, max_bytes=100_000, clock=lambda: NOW)
    running.start()
    yield running
    running.stop()


def caught(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "caught").iterdir())


def test_a_mail_is_kept_as_it_was_sent_under_a_name_that_sorts_by_arrival(
    catcher: Catcher, tmp_path: Path
) -> None:
    post(catcher, mail(1), mail(2))
    assert [path.name for path in caught(tmp_path)] == [
        "20261123T070001.000250Z-000001.eml",
        "20261123T070001.000250Z-000002.eml",
    ]
    assert caught(tmp_path)[0].read_bytes() == mail(1)


def test_it_tells_which_mails_it_holds(catcher: Catcher) -> None:
    post(catcher, mail(1), b"Subject: without an id\r\n\r\nx\r\n")
    assert catcher.holds("1@example.org")
    assert not catcher.holds("2@example.org")


def test_it_knows_what_another_process_caught_into_the_same_folder(catcher: Catcher, tmp_path: Path) -> None:
    other = Catcher(tmp_path / "caught")
    other.start()
    try:
        post(other, mail(7))
        assert catcher.holds("7@example.org")
    finally:
        other.stop()


def test_the_oldest_mails_make_room_but_are_remembered(catcher: Catcher, tmp_path: Path) -> None:
    post(catcher, *(mail(number) for number in range(5)))
    assert [path.read_bytes() for path in caught(tmp_path)] == [mail(2), mail(3), mail(4)]
    assert catcher.holds("0@example.org")


def test_the_folder_keeps_within_its_bytes(catcher: Catcher, tmp_path: Path) -> None:
    post(catcher, mail(1, 60_000), mail(2, 60_000))
    assert [path.read_bytes() for path in caught(tmp_path)] == [mail(2, 60_000)]


def test_a_single_mail_has_a_bound(catcher: Catcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.newsletter.catcher.MESSAGE_BYTES", 1000)
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        post(catcher, mail(1, 5000))
    assert refusal.value.smtp_code == 552
    assert caught(tmp_path) == []


def test_after_a_restart_it_knows_what_it_held_and_counts_on(catcher: Catcher, tmp_path: Path) -> None:
    post(catcher, mail(1), mail(2))
    for name, age in (("torn.part", 7200), ("under-way.part", 60)):
        part = tmp_path / "caught" / name
        part.write_bytes(b"half")
        os.utime(part, (NOW.timestamp() - age,) * 2)
    again = Catcher(tmp_path / "caught", clock=lambda: NOW)
    again.start()
    try:
        assert again.holds("2@example.org")
        post(again, mail(3))
    finally:
        again.stop()
    *mails, under_way = (path.name[-10:] for path in caught(tmp_path))
    assert mails == ["000001.eml", "000002.eml", "000003.eml"]
    assert under_way == "r-way.part"


def test_a_mail_that_cannot_be_written_is_refused_for_now(catcher: Catcher, tmp_path: Path) -> None:
    (tmp_path / "caught").rmdir()
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        post(catcher, mail(1))
    assert refusal.value.smtp_code == 452
    assert not catcher.holds("1@example.org")


def test_many_senders_at_once_lose_nothing(tmp_path: Path) -> None:
    catcher = Catcher(tmp_path / "caught")
    catcher.start()
    threads = [
        threading.Thread(target=post, args=(catcher, *(mail(10 * sender + n) for n in range(5))))
        for sender in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    catcher.stop()
    assert len(caught(tmp_path)) == 30
    assert all(catcher.holds(f"{10 * sender + n}@example.org") for sender in range(6) for n in range(5))


def test_it_starts_once_and_stops_as_often_as_asked(catcher: Catcher) -> None:
    with pytest.raises(RuntimeError, match="running already"):
        catcher.start()
    catcher.stop()
    catcher.stop()
    with pytest.raises(OSError, match=r"."):
        post(catcher, mail(1))


def test_it_stops_while_somebody_is_still_connected(catcher: Catcher) -> None:
    with socket.create_connection((catcher.host, catcher.port), timeout=10) as client:
        assert client.recv(100).startswith(b"220")
        catcher.stop()
        assert client.recv(100) in (b"", b"421 Server shutting down\r\n")


def test_what_it_remembers_is_bounded(catcher: Catcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.newsletter.catcher.REMEMBERED", 2)
    post(catcher, *(mail(number) for number in range(3)))
    assert [catcher.holds(f"{number}@example.org") for number in range(3)] == [False, True, True]


def test_a_port_in_use_is_told(catcher: Catcher, tmp_path: Path) -> None:
    second = Catcher(tmp_path / "second", port=catcher.port)
    with pytest.raises(OSError, match="in use"):
        second.start()
    second.stop()


def test_it_never_listens_beyond_loopback(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Catcher(tmp_path, host="0.0.0.0")
