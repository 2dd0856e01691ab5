"""What a client would rather have: which coding of the bytes, which language (RFC 9110, 12.5). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

IDENTITY = b"identity"
CODINGS = (b"br", b"gzip")
"""Those that are prepared, the smallest bytes first."""
_MOST_WISHES = 20
"""Members of a header that are read: no client has more, and each costs."""


@lru_cache(maxsize=256)
def codings(accepted: bytes) -> tuple[bytes, ...]:
    """Codings to try in this order, by the client's weights and then by ours; `identity` is always the last.

    `accepted` is the value of Accept-Encoding. Who refuses even `identity` gets it all the same: there is
    nothing better to send, and RFC 9110 leaves that to the server.
    """
    weights = dict(_weighted(accepted))
    if b"x-gzip" in weights:
        weights.setdefault(b"gzip", weights[b"x-gzip"])
    least = weights.get(IDENTITY, 0.0)
    wished = {coding: weights.get(coding, weights.get(b"*", 0.0)) for coding in CODINGS}
    fitting = [coding for coding in CODINGS if 0 < wished[coding] >= least]
    return (*sorted(fitting, key=lambda coding: -wished[coding]), IDENTITY)


def language(accepted: bytes, offered: Sequence[str], otherwise: str) -> str:
    """The offered language that is wished for most; `ru-KZ` is served by `ru` (RFC 4647, 3.4).

    `accepted` is the value of Accept-Language; `otherwise` serves those who wish for none of them.
    """
    return _language(accepted, tuple(offered), otherwise)


@lru_cache(maxsize=256)
def _language(accepted: bytes, offered: tuple[str, ...], otherwise: str) -> str:
    wishes = sorted(_weighted(accepted), key=lambda wish: -wish[1])
    for wish, weight in wishes:
        primary = wish.partition(b"-")[0].decode("latin-1")
        if weight > 0 and primary in offered:
            return primary
        if weight > 0 and wish == b"*":
            break
    return otherwise


def _weighted(header: bytes) -> Iterator[tuple[bytes, float]]:
    """Members of a list with their weights: 1 where none is given, 0 where it cannot be read."""
    for member in header.lower().split(b",", _MOST_WISHES)[:_MOST_WISHES]:
        name, _, parameters = member.partition(b";")
        weight = 1.0
        for parameter in parameters.split(b";"):
            key, _, value = parameter.partition(b"=")
            if key.strip() == b"q":
                weight = _weight(value.strip())
        if name.strip():
            yield name.strip(), weight


def _weight(value: bytes) -> float:
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
