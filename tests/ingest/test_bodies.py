from __future__ import annotations

import gzip
import zlib

import pytest

from aggregator.ingest.bodies import TooLargeError, UnreadableBodyError, decompress, size_to_read, unpacked

TEXT = b"<rss>" + b"news " * 200 + b"</rss>"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("sent", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (gzip.compress(TEXT, mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0), "X-GZIP"),
        (gzip.compress(TEXT[:300], mtime=0) + gzip.compress(TEXT[300:], mtime=0), "gzip"),
        (gzip.compress(TEXT, mtime=0) + b"\0\0\0", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (raw_deflate(TEXT), "deflate"),
        (gzip.compress(TEXT, mtime=0), ""),
        (TEXT, "gzip"),
    ],
)
def test_a_body_is_read_however_it_is_packed(sent: bytes, coding: str) -> None:
    headers = {"Content-Encoding": coding, "Content-Length": str(len(sent))}
    assert size_to_read(headers, 5000) == 5000
    assert unpacked(sent, headers, 5000) == TEXT


def test_an_empty_body_is_empty_in_every_coding() -> None:
    assert unpacked(b"", {"Content-Encoding": "gzip"}, 5000) == b""


@pytest.mark.parametrize("length", ["5001", "9" * 40, "9" * 5000])
def test_a_body_that_says_that_it_is_too_large_is_not_read(length: str) -> None:
    with pytest.raises(TooLargeError, match="larger than 5000 bytes"):
        size_to_read({"Content-Length": length}, 5000)


@pytest.mark.parametrize("length", ["5000", "", "-1", "many", "٣"])
def test_a_length_that_says_nothing_is_passed_over(length: str) -> None:
    assert size_to_read({"Content-Length": length}, 5000) == 5000


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_a_small_bomb_does_not_unfold(pack: object) -> None:
    bomb = pack(bytes(50_000_000))  # type: ignore[operator]
    with pytest.raises(UnreadableBodyError, match="once decompressed"):
        decompress(bomb, 5000)


def test_many_small_members_are_counted_together() -> None:
    with pytest.raises(UnreadableBodyError, match="once decompressed"):
        decompress(gzip.compress(b"x" * 1000, mtime=0) * 10, 5000)


@pytest.mark.parametrize(
    ("sent", "coding", "said"),
    [
        (gzip.compress(TEXT, mtime=0)[:-20], "gzip", "ends before its end"),
        (gzip.compress(TEXT, mtime=0)[:-8] + bytes(8), "gzip", "damaged"),
        (TEXT, "br", "Content-Encoding 'br'"),
        (TEXT, "gzip, gzip", "only gzip or deflate was asked for"),
    ],
    ids=["cut short", "damaged", "not asked for", "twice"],
)
def test_what_cannot_be_unpacked_is_refused_with_the_cause(sent: bytes, coding: str, said: str) -> None:
    headers = {"Content-Encoding": coding}
    with pytest.raises(UnreadableBodyError, match=said):
        unpacked(sent, headers, size_to_read(headers, 5000))


def test_a_hundred_thousand_empty_members_are_not_opened_one_by_one() -> None:
    with pytest.raises(UnreadableBodyError, match="more than 100 members"):
        decompress(gzip.compress(b"", mtime=0) * 100_000, 5000)
