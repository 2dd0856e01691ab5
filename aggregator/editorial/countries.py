"""Which countries an entry is about, and which it only mentions, with the words that say so.

Salience is a sum over zones: a country in the title counts for more than one in the first paragraph, that for
more than one further down. Up to `threshold` a country is a mention, from there on a tag. A source's default
country is a fallback for entries that name nothing, never an addition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from aggregator.editorial import matching
from aggregator.editorial.gazetteer import Gazetteer
from aggregator.editorial.gazetteer_format import Kind
from aggregator.editorial.matching import Hit
from aggregator.model import Entry, Evidence, Tag

Zone = Literal["title", "lead", "body", "category", "url"]
ZONES: tuple[Zone, ...] = get_args(Zone)

LEAD_LENGTH = 300
"""Characters of a lead where the first paragraph does not end before."""
BODY_LENGTH = 20_000
"""Characters of a body that are looked at."""
TITLE_LENGTH = 1_000
"""Characters of a title, of all categories and of an address that are looked at."""
EVIDENCE_SHOWN = 5
"""Pieces of evidence kept per tag."""
DEFAULT_SALIENCE = 0.5
_PARAGRAPH_OR_SENTENCE = re.compile(r"\n|(?<=[.!?。؟!…»”])\s")


@dataclass(frozen=True, slots=True)
class Zones:
    """An entry's text by where it stands."""

    title: str = ""
    lead: str = ""
    body: str = ""
    category: str = ""
    url: str = ""


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


def zones_of(entry: Entry) -> Zones:
    """An entry's zones: its first paragraph (cut at a sentence near 300 characters) is the lead."""
    cut = _lead_end(entry.text)
    return Zones(
        title=entry.title[:TITLE_LENGTH],
        lead=entry.text[:cut],
        body=entry.text[cut : cut + BODY_LENGTH],
        category=" | ".join(entry.categories)[:TITLE_LENGTH],
        url=_sections((entry.canonical_url or entry.url)[:TITLE_LENGTH]),
    )


def _lead_end(text: str) -> int:
    if len(text) <= LEAD_LENGTH:
        return len(text)
    end = min(LEAD_LENGTH, len(text))
    paragraph = text.find("\n", 0, 2 * LEAD_LENGTH)
    if paragraph > LEAD_LENGTH // 4:
        return paragraph
    breaks = [found.end() for found in _PARAGRAPH_OR_SENTENCE.finditer(text, LEAD_LENGTH // 2, end)]
    return breaks[-1] if breaks else end


def _sections(url: str) -> str:
    """The folders of an address as words: «https://novastan.org/fr/ouzbekistan/slug/» -> «fr ouzbekistan»."""
    try:
        folders = unquote(urlsplit(url).path).strip("/").split("/")[:-1]
    except ValueError:
        return ""
    return " ".join(folders).replace("-", " ").replace("_", " ")


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
        found = {zone: list(self._hits(zones, zone, language)) for zone in ZONES}
        sure = {hit.pattern.country for hits in found.values() for hit in hits if not _needs_another(hit)}
        by_country: defaultdict[str, list[tuple[Zone, Hit]]] = defaultdict(list)
        for zone, hits in found.items():
            for hit in hits:
                if hit.pattern.country in sure:
                    by_country[hit.pattern.country].append((zone, hit))
        ranked = sorted(
            (self._tag(country, placed) for country, placed in by_country.items()),
            key=lambda tag: (-tag.salience, _first_place(by_country[tag.country]), tag.country),
        )
        tags = tuple(tag for tag in ranked if tag.salience >= self._threshold)
        mentions = tuple(tag for tag in ranked if tag.salience < self._threshold)
        named = any(zone in ("title", "lead") for placed in by_country.values() for zone, _ in placed)
        if default_country and not named:
            tags = (_default(default_country), *(tag for tag in tags if tag.country != default_country))
            mentions = tuple(tag for tag in mentions if tag.country != default_country)
        return tags, mentions

    def _hits(self, zones: Zones, zone: Zone, language: str) -> Iterator[Hit]:
        text: str = getattr(zones, zone)
        if text:
            cased = zone not in ("category", "url")
            yield from matching.find(text, self._gazetteer, language, cased=cased)

    @staticmethod
    def _tag(country: str, placed: Sequence[tuple[Zone, Hit]]) -> Tag:
        salience = sum(_in_zone(zone, [hit for at, hit in placed if at == zone]) for zone in ZONES)
        evidence = tuple(
            Evidence(hit.surface, zone, hit.start, hit.pattern.rule) for zone, hit in placed[:EVIDENCE_SHOWN]
        )
        return Tag(country, round(min(salience, 1.0), 3), evidence)


_THE_COUNTRY_ITSELF = frozenset({Kind.NAMES, Kind.DEMONYMS, Kind.STEMS, Kind.GIVEN_NAMES, Kind.AMBIGUOUS})


def _in_zone(zone: Zone, hits: Sequence[Hit]) -> float:
    if not hits:
        return 0.0
    weight = WEIGHTS[zone]
    share = max(1.0 if hit.pattern.kind in _THE_COUNTRY_ITSELF else BY_SIGN for hit in hits)
    return share * min(weight.first + weight.further * (len(hits) - 1), weight.most)


def _needs_another(hit: Hit) -> bool:
    return hit.pattern.kind is Kind.AMBIGUOUS


def _first_place(placed: Sequence[tuple[Zone, Hit]]) -> tuple[int, int]:
    zone, hit = placed[0]
    return ZONES.index(zone), hit.start


def _default(country: str) -> Tag:
    rule = "default country of the source: the entry names none in its title or lead"
    return Tag(country, DEFAULT_SALIENCE, (Evidence("", "source", 0, rule),))
