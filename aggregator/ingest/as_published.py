"""An entry's fields as its source published them, packed small: kept of each entry and of each revision."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import lru_cache

import orjson
import zstandard

from aggregator.model import PublishedEntry

CHARACTERS_PER_FIELD = 20_000
"""Whoever sends more of a field gets the rest cut off here."""
_LARGEST = 50 * CHARACTERS_PER_FIELD
"""Bytes that unpacking gives at most, whatever the packed form says of itself."""
_FIELDS = tuple(field.name for field in fields(PublishedEntry))


def pack(published: PublishedEntry) -> bytes:
    """The fields that are not empty, as a JSON object compressed by Zstandard (RFC 8878)."""
    kept = {
        name: value[:CHARACTERS_PER_FIELD] if isinstance(value, str) else value
        for name in _FIELDS
        if (value := getattr(published, name))
    }
    try:
        return _compressor().compress(orjson.dumps(kept))
    except orjson.JSONEncodeError:  # halves of surrogate pairs, which JSON escapes and orjson refuses
        return _compressor().compress(json.dumps(kept).encode())


def unpack(packed: bytes) -> PublishedEntry:
    """The fields again, cut as they were. Raises ValueError when `packed` is not what `pack` gave."""
    try:
        kept = json.loads(zstandard.ZstdDecompressor().decompress(packed, max_output_size=_LARGEST))
        return PublishedEntry(**{**kept, "categories": tuple(kept.get("categories", ()))})
    except (zstandard.ZstdError, TypeError, AttributeError) as error:
        raise ValueError(f"no packed entry: {error}") from error


@lru_cache(maxsize=1)
def _compressor() -> zstandard.ZstdCompressor:
    """One for the process: making one costs more than an entry does. The fastest of the usual levels."""
    return zstandard.ZstdCompressor(level=1)
