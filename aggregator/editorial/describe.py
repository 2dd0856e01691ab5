"""What editorial judgement says of one entry, from that entry alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from aggregator.editorial import language, script
from aggregator.editorial.countries import Tagger, zones_of
from aggregator.editorial.folding import fold
from aggregator.model import Description, Entry, Source

FEWEST_TITLE_WORDS = 4
"""A title of fewer words («Weather», «News in brief») says too little to look others up by."""
FEWEST_TITLE_SIGNS = 8
"""The same for scripts without spaces, in characters."""
LONGEST_TITLE = 1_000
"""Characters of a title that its key is made of."""
_WORDS = re.compile(r"[^\W_]+")
_UNSPACED = frozenset({"Hani", "Jpan", "Thai"})


class Describer:
    """Describes entries by one gazetteer and one choice of languages; built once per process."""

    def __init__(self, tagger: Tagger, languages: Sequence[str]) -> None:
        """`languages`: ISO 639-1 codes that entries may be in; none means the region's."""
        self._tagger = tagger
        self._languages = tuple(languages) or language.REGION

    def describe(self, entry: Entry, source: Source) -> Description:
        """Language, countries and look-up keys of one entry; any text gives a result.

        The operator's word on a source's language goes before the feed's own.
        """
        spoken = language.detect(
            f"{entry.title[: language.SAMPLE]}\n{entry.text[: language.SAMPLE]}",
            source.language or entry.declared_language,
            self._languages,
        )
        tags, mentions = self._tagger.tag(zones_of(entry), spoken.code, source.default_country)
        return Description(
            language=spoken.code,
            script=spoken.script,
            language_declared=spoken.declared,
            tags=tags,
            mentions=mentions,
            keys=keys(entry.title),
        )


def keys(title: str) -> tuple[int, ...]:
    """Look-up keys of an entry, signed 64-bit: one, of its folded title; none when that is too short.

    Entries that share a key are shown to `decide` as candidates. It does not merge on keys yet: two outlets
    may well give one title to two events.
    """
    words = _WORDS.findall(fold(title[:LONGEST_TITLE]))
    telling = sum(map(len, words)) >= FEWEST_TITLE_SIGNS
    if len(words) < FEWEST_TITLE_WORDS and not (telling and script.of_text(title) in _UNSPACED):
        return ()
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, signed=True),)
