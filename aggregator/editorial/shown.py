"""What readers see of an entry, as one hash: it tells a material change from a cosmetic one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from aggregator.editorial.folding import Text, words

EXCERPT = 300
"""Characters of text that feeds, pages and letters show at most."""


def shown_hash(title_words: Sequence[str], text: Text) -> bytes:
    """16 bytes over the (folded) words of an entry's title and of the excerpt of its text.

    Case, punctuation, spacing and the way apostrophes are typed do not count.
    """
    shown = " ".join([*title_words, "\n", *words(_excerpt(text))])
    return hashlib.blake2b(shown.encode(), digest_size=16).digest()


def _excerpt(text: Text) -> str:
    """The first whole words, folded, so that a cut within a word is no change."""
    if len(text.original) <= EXCERPT:
        return text.beginning()
    last_space = text.original.rfind(" ", 0, EXCERPT)
    return text.beginning(last_space if last_space > 0 else EXCERPT)
