"""Bodies read within bounds: on the wire and after decompression (a small gzip can hold gigabytes)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from aggregator.errors import AggregatorError

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
_PLAIN = frozenset({"", "identity"})
_MOST_MEMBERS = 100
"""Members of one gzip file: each costs a look at all that follows it, and empty ones are tiny."""
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_LONGEST_NUMBER = 15
"""Digits: a longer length is beyond every limit, and not worth reading."""


class UnreadableBodyError(AggregatorError):
    """A body that is too large, cut short, or compressed in a way we did not ask for."""


class TooLargeError(UnreadableBodyError):
    """A body beyond the limit."""


def size_to_read(headers: Mapping[str, str], limit: int) -> int:
    """How many bytes of a body to read, by the head alone.

    Raises UnreadableBodyError for a coding that we did not ask for,
    TooLargeError for a length beyond `limit`.
    """
    coding = _coding(headers)
    if coding not in _PLAIN | _COMPRESSED:
        raise UnreadableBodyError(
            f"Content-Encoding {coding!r} was sent, but only gzip or deflate was asked for"
        )
    length = headers.get("Content-Length", "").strip()
    if length.isascii() and length.isdigit() and (len(length) > _LONGEST_NUMBER or int(length) > limit):
        raise too_large(limit)
    return limit


def unpacked(received: bytes | bytearray, headers: Mapping[str, str], limit: int) -> bytes:
    """A body that was received whole, decompressed.

    A file that is gzip although no Content-Encoding says so is decompressed too: some sites serve their feed
    as a stored `.gz`. Raises UnreadableBodyError: TooLargeError beyond `limit` bytes once decompressed.
    """
    body = bytes(received)
    packed = _coding(headers) in _COMPRESSED or body.startswith(_GZIP_MAGIC)
    return decompress(body, limit) if packed else body


def too_large(limit: int) -> TooLargeError:
    """The error for a body that is too large as it is sent."""
    return TooLargeError(f"the body is larger than {limit} bytes")


def _coding(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Encoding", "").strip().lower()


def decompress(data: bytes, limit: int) -> bytes:
    """Undo gzip (RFC 1952, several members too), zlib or raw deflate; raises UnreadableBodyError.

    Data that carries none of their marks is given back as it is: some servers name a coding they did not
    apply.
    """
    if not data:
        return data
    try:
        return _inflated(data, _GZIP_OR_ZLIB, limit)
    except zlib.error as error:
        if data.startswith(_GZIP_MAGIC):
            raise UnreadableBodyError(f"the compressed body is damaged ({error})") from error
    try:
        return _inflated(data, _RAW_DEFLATE, limit)
    except zlib.error:
        return data


def _inflated(data: bytes, window: int, limit: int) -> bytes:
    """All members, one after the other; raises zlib.error when `data` does not begin with one."""
    whole = bytearray()
    for _ in range(_MOST_MEMBERS):
        inflater = zlib.decompressobj(window)
        whole += inflater.decompress(data, limit + 1 - len(whole))
        if len(whole) > limit:
            raise TooLargeError(f"the body is larger than {limit} bytes once decompressed")
        if not inflater.eof:
            raise UnreadableBodyError("the compressed body ends before its end")
        data = inflater.unused_data
        if not data.startswith(_GZIP_MAGIC):
            return bytes(whole)
    raise UnreadableBodyError(f"the compressed body has more than {_MOST_MEMBERS} members")
