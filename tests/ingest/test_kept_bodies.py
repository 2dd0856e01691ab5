from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from aggregator.ingest.kept_bodies import LARGEST, KeepingRead, path
from aggregator.model import Claim, Fetched, Reading, Source, SourceFailure, SourceState


async def fails_on_demand(
    claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
) -> Reading | SourceFailure:
    if b"bad" in fetched.body:
        return SourceFailure(claim.source.id, fetched.at, SourceState.PARSE_ERROR, "no feed\nat all")
    return Reading(claim.source.id, fetched.at, 1)


def fetched(now: datetime, body: bytes) -> Fetched:
    headers = (("Content-Type", "text/xml"), ("X-Odd", "a\r\nb"))
    return Fetched(
        "steppe", now, "https://s.example/f", "text/xml", body, b"", user_agent="Own/1", headers=headers
    )


async def test_a_body_that_cannot_be_read_is_kept_with_its_headers_until_the_next(
    tmp_path: Path, source: Source, now: datetime
) -> None:
    folder = tmp_path / "bodies"
    read = KeepingRead(fails_on_demand, folder)
    assert isinstance(await read(Claim(source), fetched(now, b"good"), {}), Reading)
    assert not folder.exists()
    await read(Claim(source), fetched(now, b"bad 1"), {})
    await read(Claim(source), fetched(now, b"bad 2" + b"x" * LARGEST), {})
    head, _, body = path(folder, "steppe").read_bytes().partition(b"\n\n")
    assert head.decode().splitlines() == [
        "2026-11-22 09:00:00 UTC, parse-error: no feed at all",
        "200 https://s.example/f",
        "(asked as) User-Agent: Own/1",
        "Content-Type: text/xml",
        "X-Odd: a b",
    ]
    assert body.startswith(b"bad 2")
    assert len(body) == LARGEST
    assert [one.name for one in folder.iterdir()] == ["steppe.body"]


async def test_a_folder_that_cannot_be_written_ends_nothing(
    tmp_path: Path, source: Source, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "bodies").write_text("in the way")
    read = KeepingRead(fails_on_demand, tmp_path / "bodies")
    with caplog.at_level(logging.WARNING):
        assert isinstance(await read(Claim(source), fetched(now, b"bad"), {}), SourceFailure)
    assert "could not be kept" in caplog.text
