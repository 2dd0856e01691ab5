"""The rules that judge entries, as the configuration and the shipped word lists make them."""

from __future__ import annotations

import hashlib

from aggregator import __version__
from aggregator.config.schema import Config
from aggregator.editorial import lexicon, shipped
from aggregator.editorial.rules import Rules
from aggregator.wiring import voices


def of(config: Config) -> Rules:
    """The rules; their version changes with the program, its word lists and the configured region."""
    digest = hashlib.sha256(f"{__version__}{config.region!r}".encode())
    for name, text in sorted({**shipped.texts(), **lexicon.texts()}.items()):
        digest.update(f"{name}\0{text}".encode())
    heard = voices.of(config)
    return Rules(
        version=digest.hexdigest()[:16],
        first_window=config.polling.first_window,
        weights=heard.weights,
        outlets=heard.outlets,
    )
