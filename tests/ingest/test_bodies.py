from __future__ import annotations

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from aggregator.ingest.bodies import UnreadableBodyError, decompress, read_body

TEXT = b"<rss>" + b"news " * 200 + b"</rss>"


async def chunks(data: bytes, size: int = 100) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("sent", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT), "gzip"),
        (gzip.compress(TEXT), "X-GZIP"),
        (gzip.compress(TEXT[:300]) + gzip.compress(TEXT[300:]), "gzip"),
        (gzip.compress(TEXT) + b"\0\0\0", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (gzip.compress(TEXT), ""),
        (TEXT, "gzip"),
    ],
)
async def test_a_body_is_read_however_it_is_packed(sent: bytes, coding: str) -> None:
    assert await read_body(chunks(sent), {"Content-Encoding": coding}, 5000) == TEXT


async def test_an_empty_body_is_empty_in_every_coding() -> None:
    assert await read_body(chunks(b""), {"Content-Encoding": "gzip"}, 5000) == b""


async def test_a_body_is_cut_off_while_it_comes_in() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100

    with pytest.raises(UnreadableBodyError, match="larger than 5000 bytes"):
        await read_body(endless(), {}, 5000)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_a_small_bomb_does_not_unfold(pack: object) -> None:
    bomb = pack(bytes(50_000_000))  # type: ignore[operator]
    with pytest.raises(UnreadableBodyError, match="once decompressed"):
        decompress(bomb, 5000)


def test_many_small_members_are_counted_together() -> None:
    with pytest.raises(UnreadableBodyError, match="once decompressed"):
        decompress(gzip.compress(b"x" * 1000) * 10, 5000)


@pytest.mark.parametrize(
    ("sent", "coding", "said"),
    [
        (gzip.compress(TEXT)[:-20], "gzip", "ends before its end"),
        (gzip.compress(TEXT)[:-8] + bytes(8), "gzip", "damaged"),
        (TEXT, "br", "Content-Encoding 'br'"),
        (TEXT, "gzip, gzip", "only gzip or deflate was asked for"),
    ],
    ids=["cut short", "damaged", "not asked for", "twice"],
)
async def test_what_cannot_be_unpacked_is_refused_with_the_cause(sent: bytes, coding: str, said: str) -> None:
    with pytest.raises(UnreadableBodyError, match=said):
        await read_body(chunks(sent), {"Content-Encoding": coding}, 5000)


def test_a_hundred_thousand_empty_members_are_not_opened_one_by_one() -> None:
    with pytest.raises(UnreadableBodyError, match="more than 100 members"):
        decompress(gzip.compress(b"") * 100_000, 5000)
