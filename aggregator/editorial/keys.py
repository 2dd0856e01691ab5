"""Look-up keys: entries that share one are shown to each other, all others are never compared.

Three kinds: one of the folded title; some of the wording, for copies (`fingerprint.keys`); some of the most
telling terms that all languages share, for reports of one event (`sketches.draw`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from aggregator.editorial import script

FEWEST_TITLE_WORDS = 4
"""A title of fewer words («Weather», «News in brief») says too little to look others up by."""
FEWEST_TITLE_SIGNS = 8
"""The same for scripts without spaces, in characters."""
_UNSPACED = frozenset({"Hani", "Jpan", "Thai"})


def of_title(title: str, title_words: Sequence[str]) -> int | None:
    """The key of a title, given its folded words too; None when it says too little. Signed 64-bit."""
    if len(title_words) < FEWEST_TITLE_WORDS:
        telling = sum(map(len, title_words)) >= FEWEST_TITLE_SIGNS
        if not telling or script.of_text(title) not in _UNSPACED:
            return None
    digest = hashlib.blake2b(" ".join(title_words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
