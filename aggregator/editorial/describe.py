"""What editorial judgement says of one entry, from that entry alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from aggregator.editorial import language, script, shipped
from aggregator.editorial.countries import TEXT_LENGTH, TITLE_LENGTH, Tagger, zones_of
from aggregator.editorial.folding import text_of, words
from aggregator.editorial.shown import shown_hash
from aggregator.model import Description, Entry, Source

FEWEST_TITLE_WORDS = 4
"""A title of fewer words («Weather», «News in brief») says too little to look others up by."""
FEWEST_TITLE_SIGNS = 8
"""The same for scripts without spaces, in characters."""
_UNSPACED = frozenset({"Hani", "Jpan", "Thai"})


class Describer:
    """Describes entries by one gazetteer and one choice of languages; built once per process."""

    def __init__(self, tagger: Tagger, languages: Sequence[str]) -> None:
        """`languages`: ISO 639-1 codes that entries may be in; none means the region's."""
        self._tagger = tagger
        self.languages = tuple(languages) or language.REGION

    def describe(self, entry: Entry, source: Source) -> Description:
        """Language, countries and look-up keys of one entry; any text gives a result.

        The operator's word on a source's language goes before the feed's own.
        """
        title, text = text_of(entry.title[:TITLE_LENGTH]), text_of(entry.text[:TEXT_LENGTH])
        spoken = language.detect(
            f"{title.original[: language.SAMPLE]}\n{text.original[: language.SAMPLE]}",
            source.language or entry.declared_language,
            self.languages,
        )
        title_words = words(title.beginning())
        tags, mentions = self._tagger.tag(zones_of(entry, title, text), spoken.code, source.default_country)
        return Description(
            language=spoken.code,
            script=spoken.script,
            language_declared=spoken.declared,
            tags=tags,
            mentions=mentions,
            keys=keys(title.original, title_words),
            shown_hash=shown_hash(title_words, text),
        )


@lru_cache(maxsize=1)
def shipped_describer(languages: tuple[str, ...]) -> Describer:
    """What describes entries by the shipped gazetteer, built once per process; no languages: the region's."""
    chosen = languages or language.REGION
    return Describer(Tagger(shipped.gazetteer(chosen)), chosen)


def keys(title: str, title_words: Sequence[str]) -> tuple[int, ...]:
    """Look-up keys of an entry, signed 64-bit: one, of its folded title; none when that is too short.

    Entries that share a key are shown to `decide` as candidates. It does not merge on keys yet: two outlets
    may well give one title to two events.
    """
    if len(title_words) < FEWEST_TITLE_WORDS:
        telling = sum(map(len, title_words)) >= FEWEST_TITLE_SIGNS
        if not telling or script.of_text(title) not in _UNSPACED:
            return ()
    digest = hashlib.blake2b(" ".join(title_words).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, signed=True),)
