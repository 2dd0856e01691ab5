"""Which coding and which language a client gets."""

from __future__ import annotations

import pytest

from aggregator.web.negotiation import codings, language


@pytest.mark.parametrize(
    ("accepted", "order"),
    [
        (b"", [b"identity"]),
        (b"gzip, deflate, br", [b"br", b"gzip", b"identity"]),
        (b"GZIP", [b"gzip", b"identity"]),
        (b"x-gzip", [b"gzip", b"identity"]),
        (b"gzip;q=1, br;q=0.5", [b"gzip", b"br", b"identity"]),
        (b"br;q=0, *", [b"gzip", b"identity"]),
        (b"*;q=0.1", [b"br", b"gzip", b"identity"]),
        (b"identity, gzip;q=0.5", [b"identity"]),
        (b"identity;q=0, gzip;q=0", [b"identity"]),
        (b"gzip; q=lots, br;q=2", [b"identity"]),
        (b"zstd,,;q=1", [b"identity"]),
        (b"a," * 20 + b"gzip", [b"identity"]),
    ],
)
def test_the_client_weighs_first_and_then_we_do(accepted: bytes, order: list[bytes]) -> None:
    assert list(codings(accepted)) == order


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (b"", "en"),
        (b"ru", "ru"),
        (b"ru-KZ, en;q=0.9", "ru"),
        (b"kk, ru;q=0.8, en;q=0.9", "en"),
        (b"ru;q=0, *", "en"),
        (b"*, ru;q=0.5", "en"),
        (b"FR;q=0.2,RU;q=0.3", "ru"),
        (b"kk, tr", "en"),
        (b"\xff\xfe, ru;q=0.1", "ru"),
    ],
)
def test_the_offered_language_that_is_wished_for_most_is_chosen(accepted: bytes, chosen: str) -> None:
    assert language(accepted, ["en", "fr", "ru"], "en") == chosen
