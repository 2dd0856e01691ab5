"""Returned mails in a Maildir."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aggregator.newsletter import bounce_maildir
from aggregator.newsletter.bounce_maildir import Letterbox, Maildir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (tmp_path / name).mkdir()
    return tmp_path


def deliver(folder: Path, name: str, content: bytes = b"mail") -> None:
    (folder / "new" / name).write_bytes(content)


def listed(folder: Path) -> dict[str, list[str]]:
    return {part.name: sorted(one.name for one in part.iterdir()) for part in sorted(folder.iterdir())}


def test_what_arrived_is_read_the_oldest_first(folder: Path) -> None:
    deliver(folder, "2.b", b"two")
    deliver(folder, "1.a", b"one")
    deliver(folder, ".hidden")
    (folder / "tmp" / "3.c").write_bytes(b"half")
    assert [(one.key, one.content) for one in Maildir(folder).some(5)] == [("1.a", b"one"), ("2.b", b"two")]
    assert [one.key for one in Maildir(folder).some(1)] == ["1.a"]


def test_understood_mails_go_and_strange_ones_stay_flagged(folder: Path) -> None:
    for name in ("1.a", "2.b", "3.c"):
        deliver(folder, name)
    Maildir(folder).settle(["1.a", "gone"], ["2.b", "gone"])
    assert listed(folder) == {"cur": ["2.b:2,F"], "new": ["3.c"], "tmp": []}


def test_what_is_kept_is_marked_as_read(folder: Path) -> None:
    deliver(folder, "1.a")
    mailbox = Maildir(folder, keep=True)
    mailbox.settle(["1.a"], [])
    mailbox.close()
    assert listed(folder)["cur"] == ["1.a:2,S"]
    assert mailbox.some(5) == []


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert Maildir(tmp_path / "none").some(5) == ()


def test_links_pipes_and_folders_are_left_alone(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "new" / "1.link").symlink_to(secret)
    (folder / "new" / "2.folder").mkdir()
    os.mkfifo(folder / "new" / "3.pipe")
    deliver(folder, "4.mail")
    assert [one.key for one in Maildir(folder).some(5)] == ["4.mail"]


def test_a_large_mail_is_read_in_part_and_kept_whole(folder: Path) -> None:
    deliver(folder, "1.a", b"x" * 1_500_000)
    (arrived,) = Maildir(folder).some(5)
    assert len(arrived.content) == 1_000_000
    Maildir(folder).settle([], ["1.a"])
    assert (folder / "cur" / "1.a:2,F").stat().st_size == 1_500_000


def test_what_the_webhook_puts_in_comes_out_in_order(tmp_path: Path) -> None:
    letterbox = Letterbox(tmp_path / "bounces")
    for number in range(3):
        letterbox.put(b"%d" % number)
    mailbox = Maildir(tmp_path / "bounces", "webhook")
    assert [one.content for one in mailbox.some(5)] == [b"0", b"1", b"2"]
    assert listed(tmp_path / "bounces")["tmp"] == []


def test_a_letterbox_that_nobody_empties_takes_no_more(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(bounce_maildir, "MOST_WAITING", 2)
    letterbox = Letterbox(tmp_path)
    letterbox.put(b"1")
    letterbox.put(b"2")
    with pytest.raises(OSError, match="2 notifications wait"):
        letterbox.put(b"3")
    assert len(Maildir(tmp_path).some(5)) == 2


def test_a_disk_that_refuses_leaves_nothing_half_written(tmp_path: Path, monkeypatch) -> None:
    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Letterbox(tmp_path).put(b"1")
    assert listed(tmp_path) == {"cur": [], "new": [], "tmp": []}
