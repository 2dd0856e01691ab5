"""What the feed held, and what each entry is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.model.pickling import _pickled_by_fields
from aggregator.model.source_state import NO_HINTS, Hints


def tells_alone(key: int) -> bool:
    """Whether one shared look-up key says something: those of titles and wording do.

    Keys of terms have 32 bits, and several texts share one by chance: it takes two.
    """
    return not 0 <= key < 1 << 32


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """An entry's fields as the source published them: markup, entities, odd dates and all."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    published: str = ""
    updated: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    base: str = ""
    """What its relative links hang on by the feed's own word; empty for the feed's address."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Entry:
    """One item as one source published it, normalised."""

    source_id: str
    guid: str
    """Identity within its source."""
    raw_hash: bytes
    """Hash of the fields as published; equal means: nothing to do."""
    url: str
    """Link for the reader, absolute http(s); empty if the source gave none."""
    canonical_url: str
    """`url` folded for comparison across sources; empty if there is none."""
    title: str
    """Plain text."""
    text: str
    """Plain text of the body or summary."""
    html: str
    """The same, as sanitised HTML."""
    published: datetime
    date_guessed: bool
    """True when the source gave no date, half a date, or one in the future."""
    author: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    declared_language: str | None = None
    paywalled: bool = False
    """The rest is for subscribers."""
    excluded: str = ""
    """Why it is stored without ever being told; empty for news."""
    as_published: bytes = b""
    """The `PublishedEntry` it was made of, as `ingest.as_published` packs it."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Evidence:
    """Which words gave a tag, and where they stand."""

    surface: str
    zone: Literal["title", "lead", "body", "category", "url", "source", "tags", "operator"]
    """`source`: it is the source's default; `tags`: it follows from the entry's other tags; `operator`: the
    operator said so."""
    start: int
    """Offset in characters within the zone's text."""
    rule: str
    """The gazetteer entry or rule that matched."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Tag:
    """A country an entry or a story is about."""

    country: str
    """ISO 3166-1 alpha-2, upper case."""
    salience: float
    """0..1: how much the text is about it."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def by_default(self) -> bool:
        """No word of the entry gave it: it is the source's default country."""
        return any(one.zone == "source" for one in self.evidence)


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class Description:
    """What editorial judgement says of one entry, from that entry alone."""

    language: str
    """ISO 639-1 code, `und` when it cannot be told."""
    script: str
    """ISO 15924 code: Latn, Cyrl, Arab …; `Zyyy` when there are no letters."""
    language_declared: bool = False
    """True when the source's own word was taken."""
    tags: tuple[Tag, ...] = ()
    """Countries it is about, most salient first."""
    mentions: tuple[Tag, ...] = ()
    """Countries it only mentions."""
    regions: tuple[Tag, ...] = ()
    """Groups of countries (`region:CA`) of which it is about several."""
    translated: bool = False
    """It says of itself that another outlet's article was translated."""
    keys: tuple[int, ...] = ()
    """Signed 64-bit look-up keys; entries that share one are candidates for one story."""
    title_key: int | None = None
    """Of `keys` the one that the title alone gave; None when the title says too little."""
    shown_hash: bytes = b""
    """Hash of the words that readers see: it tells a material change from a cosmetic one."""
    fingerprint: bytes = b""
    """What is compared to find copies of the same text; packed by `editorial.fingerprint`."""
    terms: bytes = b""
    """What is compared to find reports of the same event; packed by `editorial.terms`."""


@_pickled_by_fields
@dataclass(frozen=True, slots=True)
class DescribedEntry:
    """An entry with its description, on its way to a decision."""

    entry: Entry
    description: Description


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one body gave: only entries that are new or changed."""

    source_id: str
    at: datetime
    total: int
    """Entries that the body holds, changed or not."""
    entries: tuple[DescribedEntry, ...] = ()
    undated: int = 0
    warning: str = ""
    """What was wrong with the body although it could be read; empty when well-formed."""
    title: str = ""
    """What the feed calls itself."""
    hints: Hints = NO_HINTS
    repeats: bytes | None = None
    """Sentences that the source's entries repeat, for its next reading; None when nothing was learned."""
