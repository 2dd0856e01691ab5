"""The public folder: atomic, bounded to itself, idle when nothing changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from aggregator.errors import UsageError
from aggregator.model import File
from aggregator.publish.disk import PublicFolder


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_file_is_written_readable_for_all(tmp_path: Path) -> None:
    root = tmp_path / "made" / "public"
    assert PublicFolder(root).write(File("feeds/kz.atom", b"one")) is True
    target = root / "feeds" / "kz.atom"
    assert target.read_bytes() == b"one"
    assert target.stat().st_mode & 0o777 == 0o644
    assert names(root) == ["feeds/kz.atom"]


def test_equal_bytes_are_not_written_again(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("index.html", b"one"))
    before = (tmp_path / "index.html").stat()
    assert folder.write(File("index.html", b"one")) is False
    after = (tmp_path / "index.html").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("content", [b"two", b"longer"])
def test_a_changed_file_is_replaced_as_a_whole(content: bytes, tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("index.html", b"one"))
    with (tmp_path / "index.html").open("rb") as reader:
        assert folder.write(File("index.html", content)) is True
        assert reader.read() == b"one"
    assert (tmp_path / "index.html").read_bytes() == content


@pytest.mark.parametrize(
    "path",
    ["../outside", "/etc/outside", "a/../../outside", "", ".", "..", ".hidden", "a/.b", "a\\b", "a\0b"],
)
def test_a_path_that_leaves_the_folder_or_hides_is_refused(path: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no path for a published file"):
        PublicFolder(tmp_path / "public").write(File(path, b"x"))
    assert names(tmp_path) == []


def test_a_link_that_leads_outside_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder = PublicFolder(tmp_path / "public")
    (folder.root / "feeds").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError):
        folder.write(File("feeds/kz.atom", b"x"))
    assert names(tmp_path / "outside") == []


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("index.html", b"one"))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        folder.write(File("index.html", b"two"))
    assert (tmp_path / "index.html").read_bytes() == b"one"
    assert names(tmp_path) == ["index.html"]


def test_what_a_crash_left_is_removed_at_start_but_not_what_is_being_written(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    left, fresh, own = (
        tmp_path / name for name in ("feeds/.kz.atom.abc.tmp", ".index.html.xyz.tmp", "notes.tmp")
    )
    for path in (left, fresh, own):
        path.write_bytes(b"half")
    os.utime(left, (time.time() - 3600,) * 2)
    os.utime(own, (time.time() - 3600,) * 2)
    PublicFolder(tmp_path)
    assert names(tmp_path) == [".index.html.xyz.tmp", "notes.tmp"]


def test_a_file_that_is_removed_is_there_no_more(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("img/ab/c.jpg", b"one"))
    assert folder.holds("img/ab/c.jpg")
    for _ in range(2):
        folder.remove("img/ab/c.jpg")
        assert not folder.holds("img/ab/c.jpg")
    assert not folder.holds("img/ab"), "a folder is no file"


def test_nothing_outside_the_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"one")
    folder = PublicFolder(tmp_path / "public")
    for path in ("../kept", "/etc/passwd", ".kept"):
        with pytest.raises(UsageError):
            folder.remove(path)
    assert (tmp_path / "kept").exists()
