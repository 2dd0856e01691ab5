"""What editorial judgement says of one entry, from that entry alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from aggregator.editorial import (
    fingerprint,
    keys,
    language,
    lexicon,
    regions,
    shipped,
    shown,
    terms,
    tokens,
    translation_credits,
)
from aggregator.editorial.countries import TEXT_LENGTH, TITLE_LENGTH, Tagger, zones_of
from aggregator.editorial.folding import text_of
from aggregator.editorial.items import UNDATED
from aggregator.editorial.regions import NO_GROUPS, Groups
from aggregator.editorial.terms import TermReader
from aggregator.model import Description, Entry, Region, Source


class Describer:
    """Describes entries by one gazetteer and one choice of languages; built once per process."""

    def __init__(self, tagger: Tagger, languages: Sequence[str], groups: Groups = NO_GROUPS) -> None:
        """`languages`: ISO 639-1 codes that entries may be in; none means the region's."""
        self._tagger = tagger
        self._groups = groups
        self.languages = tuple(languages) or language.REGION
        self._terms = TermReader(lexicon.shipped(self.languages))

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
        in_title = tokens.of_title(title, spoken, self._terms)
        in_text = tokens.of_text(text, spoken, self._terms)
        day = None if entry.published == UNDATED else entry.published.date()
        zones = zones_of(entry, title, text)
        tags, mentions = self._tagger.tag(zones, spoken.code, source.default_country, day)
        groups = regions.tags(tags, self._groups)
        tags, beyond = regions.capped(tags, groups, self._groups)
        copy_keys = fingerprint.keys(in_title.marks, in_text.marks)
        title_key = keys.of_title(title.original, in_title.shown)
        return Description(
            language=spoken.code,
            script=spoken.script,
            language_declared=spoken.declared,
            tags=tags,
            mentions=(*beyond, *mentions),
            regions=groups,
            keys=copy_keys if title_key is None else (title_key, *copy_keys),
            title_key=title_key,
            translated=translation_credits.is_translation(text.beginning(fingerprint.TEXT_LENGTH)),
            shown_hash=shown.shown_hash(in_title.shown, in_text.shown),
            fingerprint=fingerprint.pack(in_title.marks, in_text.marks),
            terms=terms.read(in_title.passage, in_text.passage),
        )


@lru_cache(maxsize=1)
def describer_of(region: Region) -> Describer:
    """What describes entries as the operator chose, built once per process; no languages: the shipped ones.

    Raises ConfigError with all faults of the operator's gazetteer files.
    """
    chosen = region.languages or language.REGION
    return Describer(Tagger(shipped.gazetteer(chosen, region.words)), chosen, regions.groups_of(region))


def shipped_describer(languages: tuple[str, ...]) -> Describer:
    """The same where the operator chose no more than languages."""
    return describer_of(Region(languages))
