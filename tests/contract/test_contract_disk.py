"""What every public folder must do."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.model import File
from aggregator.pipeline import Disk
from aggregator.publish.disk import PublicFolder
from tests.fakes import FakeDisk


@pytest.fixture(params=["fake", "folder"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    return FakeDisk() if request.param == "fake" else PublicFolder(tmp_path)


def test_new_bytes_are_written(disk: Disk) -> None:
    assert disk.write(File("feeds/all.atom", b"one")) is True
    assert disk.write(File("feeds/all.atom", b"two")) is True


@pytest.mark.parametrize("content", [b"one", b"news " * 1000])
def test_equal_bytes_are_not_written_twice(content: bytes, disk: Disk) -> None:
    disk.write(File("feeds/all.atom", content))
    assert disk.write(File("feeds/all.atom", content)) is False
    assert disk.write(File("feeds/all.atom", content[:-1])) is True


def test_files_do_not_touch_each_other(disk: Disk) -> None:
    disk.write(File("one.html", b"same"))
    assert disk.write(File("two.html", b"same")) is True
    assert disk.write(File("one.html", b"same")) is False
