"""What readers see of an entry, as one hash: it tells a material change from a cosmetic one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EXCERPT = 300
"""Characters of text that feeds, pages and letters show at most."""


def shown_hash(title: Sequence[str], excerpt: Sequence[str]) -> bytes:
    """16 bytes over the (folded) words of an entry's title and of the excerpt of its text.

    Case, punctuation, spacing and the way apostrophes are typed do not count.
    """
    shown = " ".join([*title, "\n", *excerpt])
    return hashlib.blake2b(shown.encode(), digest_size=16).digest()


def excerpt_end(text: str) -> int:
    """Where the excerpt of a text ends: behind a whole word, so that a cut within a word is no change."""
    if len(text) <= EXCERPT:
        return len(text)
    last_space = text.rfind(" ", 0, EXCERPT)
    return last_space if last_space > 0 else EXCERPT
