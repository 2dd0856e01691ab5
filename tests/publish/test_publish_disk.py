"""The public folder: atomic, bounded to itself, idle when nothing changed."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import brotli
import pytest

from aggregator.errors import UsageError
from aggregator.model import File
from aggregator.publish.disk import COMPRESSED_FROM, PublicFolder

TEXT = b"<feed>" + b"news " * 1000 + b"</feed>"


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
    [
        "../outside",
        "/etc/outside",
        "a/../../outside",
        "",
        ".",
        "..",
        ".hidden",
        "a/.b",
        "a\\b",
        "a\0b",
        "a.atom.gz",
        "b.br",
    ],
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


def test_beside_a_text_stand_its_compressed_bytes_of_the_same_time(tmp_path: Path) -> None:
    PublicFolder(tmp_path).write(File("feeds/kz.atom", TEXT))
    assert names(tmp_path) == ["feeds/kz.atom", "feeds/kz.atom.br", "feeds/kz.atom.gz"]
    assert gzip.decompress((tmp_path / "feeds/kz.atom.gz").read_bytes()) == TEXT
    assert brotli.decompress((tmp_path / "feeds/kz.atom.br").read_bytes()) == TEXT
    standing = [path.stat() for path in (tmp_path / "feeds").iterdir()]
    assert len({status.st_mtime_ns for status in standing}) == 1
    assert {status.st_mode & 0o777 for status in standing} == {0o644}


def test_equal_texts_are_equal_when_compressed_whenever_that_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PublicFolder(tmp_path / "one").write(File("a.html", TEXT))
    monkeypatch.setattr(time, "time", lambda: 1.0)
    PublicFolder(tmp_path / "two").write(File("a.html", TEXT))
    for name in ("a.html.gz", "a.html.br"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize(
    ("path", "content", "beside"),
    [
        ("a.html", b"x" * COMPRESSED_FROM, True),
        ("a.html", b"x" * (COMPRESSED_FROM - 1), False),
        ("a.jpg", TEXT, False),
        ("a.json", TEXT, True),
        ("sources.opml", TEXT, True),
    ],
)
def test_texts_that_are_long_enough_are_compressed(
    path: str, content: bytes, beside: bool, tmp_path: Path
) -> None:
    PublicFolder(tmp_path).write(File(path, content))
    assert names(tmp_path) == [path, *([f"{path}.br", f"{path}.gz"] if beside else [])]


def test_a_text_that_became_short_loses_what_stood_beside(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("a.html", TEXT))
    assert folder.write(File("a.html", b"short")) is True
    assert names(tmp_path) == ["a.html"]


def test_equal_bytes_leave_what_stands_beside_alone(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("a.html", TEXT))
    before = {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert folder.write(File("a.html", TEXT)) is False
    assert {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("harm", ["missing", "of another time"])
def test_what_a_crash_left_beside_a_file_is_made_right_when_it_is_next_published(
    harm: str, tmp_path: Path
) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("a.html", TEXT))
    before = (tmp_path / "a.html").stat()
    if harm == "missing":
        (tmp_path / "a.html.gz").unlink()
    else:
        (tmp_path / "a.html.gz").write_bytes(b"of what was never written")
    assert folder.write(File("a.html", TEXT)) is False
    assert gzip.decompress((tmp_path / "a.html.gz").read_bytes()) == TEXT
    after = (tmp_path / "a.html").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (tmp_path / "a.html.gz").stat().st_mtime_ns == before.st_mtime_ns


def test_compressed_bytes_of_what_will_be_are_never_of_the_old_files_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("a.html", TEXT))
    seen = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        replaced = replace(self, target)
        times = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.suffix != ".tmp"}
        contents = gzip.decompress((tmp_path / "a.html.gz").read_bytes()), (tmp_path / "a.html").read_bytes()
        seen.append((times["a.html"] == times["a.html.gz"], contents[0] == contents[1]))
        return replaced

    monkeypatch.setattr(Path, "replace", watched)
    folder.write(File("a.html", TEXT.upper()))
    assert len(seen) == 3
    assert all(same_time == same_bytes for same_time, same_bytes in seen)
    assert seen[-1] == (True, True)


def test_a_removed_file_takes_along_what_stands_beside(tmp_path: Path) -> None:
    folder = PublicFolder(tmp_path)
    folder.write(File("a.html", TEXT))
    folder.remove("a.html")
    assert names(tmp_path) == []


def test_nothing_outside_the_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"one")
    folder = PublicFolder(tmp_path / "public")
    for path in ("../kept", "/etc/passwd", ".kept"):
        with pytest.raises(UsageError):
            folder.remove(path)
    assert (tmp_path / "kept").exists()
