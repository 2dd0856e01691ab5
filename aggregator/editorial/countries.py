"""Which countries an entry is about, and which it only mentions, with the words that say so.

Salience is a sum over zones: a country in the title counts for more than one in the first paragraph, that for
more than one further down. Up to `threshold` a country is a mention, from there on a tag. A source's default
country is a fallback for entries that name nothing, never an addition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from typing import Literal, NamedTuple, get_args
from urllib.parse import unquote, urlsplit

from aggregator.editorial import datelines, matching
from aggregator.editorial.folding import Folded, Text, fold_with_offsets
from aggregator.editorial.gazetteer import Gazetteer
from aggregator.editorial.gazetteer_format import Kind
from aggregator.editorial.matching import TOWNS, Hit
from aggregator.model import Entry, Evidence, Tag

Zone = Literal["title", "lead", "body", "category", "url"]
ZONES: tuple[Zone, ...] = get_args(Zone)

LEAD_LENGTH = 300
"""Characters of a lead where the first paragraph does not end before."""
BODY_LENGTH = 20_000
"""Characters of a body that are looked at."""
TEXT_LENGTH = 2 * LEAD_LENGTH + BODY_LENGTH
"""Characters of a text of which lead and body are parts."""
TITLE_LENGTH = 1_000
"""Characters of a title, of all categories and of an address that are looked at."""
EVIDENCE_SHOWN = 5
"""Pieces of evidence kept per tag."""
DEFAULT_SALIENCE = 0.5
_UP_TO_LAST_BREAK = re.compile(r".*(?:\n|(?<=[.!?。؟!…»”])\s)", re.DOTALL)
"""Up to the end of the last paragraph or sentence."""
_PLAIN_PAGE = re.compile(r"(?:[\w.~-]|%(?!2F))++", re.ASCII | re.IGNORECASE)
"""The last part of an address; `%2F` would be a slash and make it two."""

NOTHING = fold_with_offsets("")


class Zones(NamedTuple):
    """An entry's text by where it stands; in the order of `ZONES`."""

    title: Folded = NOTHING
    lead: Folded = NOTHING
    body: Folded = NOTHING
    category: Folded = NOTHING
    url: Folded = NOTHING


_CASED = (True, True, True, False, False)
"""Whether case says anything, by zone."""


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a country's hits in one zone add to its salience."""

    first: float
    further: float
    most: float


WEIGHTS: Mapping[Zone, Weight] = {
    "title": Weight(first=0.6, further=0.1, most=0.8),
    "lead": Weight(first=0.5, further=0.1, most=0.7),
    "body": Weight(first=0.2, further=0.1, most=0.6),
    "category": Weight(first=0.25, further=0.0, most=0.25),
    "url": Weight(first=0.2, further=0.0, most=0.2),
}
BY_SIGN = 0.8
"""Share of a zone's weight for signs of a country that are not its name or people: a city, a leader."""
THRESHOLD = 0.4
"""Salience from which on a country is a tag: one city in the lead suffices."""


def zones_of(entry: Entry, title: Text, text: Text) -> Zones:
    """An entry's zones: its first paragraph (cut at a sentence near 300 characters) is the lead.

    `title` and `text` are the entry's, cut to `TITLE_LENGTH` and `TEXT_LENGTH`.
    """
    cut = _lead_end(text.original)
    return Zones(
        title=title.part(),
        lead=text.part(0, cut),
        body=text.part(cut, cut + BODY_LENGTH),
        category=_label(" | ".join(entry.categories)[:TITLE_LENGTH]),
        url=_section_words((entry.canonical_url or entry.url)[:TITLE_LENGTH]),
    )


@lru_cache(maxsize=1024)
def _label(text: str) -> Folded:
    """A source's categories are few and come again and again."""
    return fold_with_offsets(text)


def _lead_end(text: str) -> int:
    if len(text) <= LEAD_LENGTH:
        return len(text)
    paragraph = text.find("\n", 0, 2 * LEAD_LENGTH)
    if paragraph > LEAD_LENGTH // 4:
        return paragraph
    last_break = _UP_TO_LAST_BREAK.match(text, LEAD_LENGTH // 2, LEAD_LENGTH)
    return last_break.end() if last_break else LEAD_LENGTH


def _section_words(url: str) -> Folded:
    """The folders of an address as words: «https://novastan.org/fr/ouzbekistan/slug/» -> «fr ouzbekistan».

    A source's pages lie in few folders. The page's own name says nothing here: without it, what the folders
    say can be remembered.
    """
    folder, _, page = url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")
    return _folder_words(f"{folder}/-" if _PLAIN_PAGE.fullmatch(page) else url)


@lru_cache(maxsize=1024)
def _folder_words(url: str) -> Folded:
    try:
        folders = unquote(urlsplit(url).path).strip("/").split("/")[:-1]
    except ValueError:
        folders = []
    return fold_with_offsets(" ".join(folders).replace("-", " ").replace("_", " "))


class Tagger:
    """Tags texts by one gazetteer."""

    def __init__(self, gazetteer: Gazetteer, threshold: float = THRESHOLD) -> None:
        self._gazetteer = gazetteer
        self._threshold = threshold

    def tag(
        self, zones: Zones, language: str = matching.UNKNOWN_LANGUAGE, default_country: str | None = None
    ) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
        """The countries a text is about, and those it only mentions; each most salient first.

        `language` is the text's ISO 639-1 code (`und`: the words of all languages count); `default_country`
        is taken when neither title nor lead names any country.
        """
        found = matching.find(zones, self._gazetteer, language, cased=_CASED)
        ranked = sorted(starmap(_tag, _by_country(found, zones).items()), key=_most_salient_first)
        tags = tuple(tag for tag in ranked if tag.salience >= self._threshold)
        mentions = tuple(tag for tag in ranked if tag.salience < self._threshold)
        if default_country and not any(tag.evidence[0].zone in ("title", "lead") for tag in ranked):
            tags = (_default(default_country), *(tag for tag in tags if tag.country != default_country))
            mentions = tuple(tag for tag in mentions if tag.country != default_country)
        return tags, mentions


_ByZone = dict[Zone, list[Hit]]


def _by_country(found: Sequence[Sequence[Hit]], zones: Zones) -> Mapping[str, _ByZone]:
    """Hits by country and zone, those of countries left out that only doubtful words speak for."""
    by_country: defaultdict[str, _ByZone] = defaultdict(dict)
    sure = set()
    for zone, hits, text in zip(ZONES, found, zones, strict=True):
        whence = datelines.spans(text.original, opening=zone == "lead") if hits else []
        for hit in hits:
            by_country[hit.pattern.country].setdefault(zone, []).append(hit)
            if not _is_doubtful(hit, whence):
                sure.add(hit.pattern.country)
    return {country: by_zone for country, by_zone in by_country.items() if country in sure}


def _is_doubtful(hit: Hit, whence: Sequence[tuple[int, int]]) -> bool:
    """Whether a word alone says nothing: an ambiguous one, or a town in a dateline."""
    if hit.pattern.kind is Kind.AMBIGUOUS:
        return True
    return hit.pattern.kind in TOWNS and any(start <= hit.start < end for start, end in whence)


def _tag(country: str, by_zone: _ByZone) -> Tag:
    salience = sum(_in_zone(zone, hits) for zone, hits in by_zone.items())
    evidence = [
        Evidence(hit.surface, zone, hit.start, hit.pattern.rule)
        for zone, hits in by_zone.items()
        for hit in hits[:EVIDENCE_SHOWN]
    ]
    return Tag(country, round(min(salience, 1.0), 3), tuple(evidence[:EVIDENCE_SHOWN]))


_THE_COUNTRY_ITSELF = frozenset({Kind.NAMES, Kind.DEMONYMS, Kind.STEMS, Kind.GIVEN_NAMES, Kind.AMBIGUOUS})


def _in_zone(zone: Zone, hits: Sequence[Hit]) -> float:
    weight = WEIGHTS[zone]
    itself = any(hit.pattern.kind in _THE_COUNTRY_ITSELF for hit in hits)
    return (1.0 if itself else BY_SIGN) * min(weight.first + weight.further * (len(hits) - 1), weight.most)


def _most_salient_first(tag: Tag) -> tuple[float, int, int, str]:
    first = tag.evidence[0]
    return -tag.salience, ZONES.index(first.zone), first.start, tag.country


def _default(country: str) -> Tag:
    rule = "default country of the source: the entry names none in its title or lead"
    return Tag(country, DEFAULT_SALIENCE, (Evidence("", "source", 0, rule),))
