"""What readers see of an entry, as one hash: it tells a material change from a cosmetic one."""

from __future__ import annotations

import hashlib
import re

from aggregator.editorial.folding import fold
from aggregator.model import Entry

EXCERPT = 300
"""Characters of text that feeds, pages and letters show at most."""
_WORDS = re.compile(r"[^\W_]+")


def shown_hash(entry: Entry) -> bytes:
    """16 bytes over the words of title and excerpt.

    Case, punctuation, spacing and the way apostrophes are typed do not count. It needs nothing but the entry:
    whoever stores a `DescribedEntry` computes it from `.entry` and keeps it for `KnownEntry.shown_hash`.
    """
    words = [*_WORDS.findall(fold(entry.title)), "\n", *_WORDS.findall(fold(_excerpt(entry.text)))]
    return hashlib.blake2b(" ".join(words).encode(), digest_size=16).digest()


def _excerpt(text: str) -> str:
    """The first whole words, so that a cut within a word is no change."""
    return text if len(text) <= EXCERPT else text[:EXCERPT].rpartition(" ")[0] or text[:EXCERPT]
