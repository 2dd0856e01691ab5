"""Which countries an entry is about, and which it only mentions, with the words that say so.

Up to the threshold of salience a country is a mention, from there on a tag. A source's default country is a
fallback for entries that name nothing, never an addition.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from aggregator.editorial import datelines, matching, salience, usage
from aggregator.editorial.folding import Folded, Text, fold_with_offsets
from aggregator.editorial.gazetteer import Gazetteer
from aggregator.editorial.gazetteer_format import Kind
from aggregator.editorial.matching import Hit
from aggregator.editorial.namesakes import TOWNS
from aggregator.editorial.salience import BY_FORMER_LEADER, THRESHOLD, ZONES, Sign, Zone
from aggregator.model import Entry, Evidence, Tag

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
_WITHIN = frozenset({Kind.PLACES, Kind.TOWNS})
"""Kinds of places within a country that are not its capital, nor stand for its government."""
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
        self,
        zones: Zones,
        language: str = matching.UNKNOWN_LANGUAGE,
        default_country: str | None = None,
        day: date | None = None,
    ) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
        """The countries a text is about, and those it only mentions; each most salient first.

        `language` is the text's ISO 639-1 code (`und`: the words of all languages count); `default_country`
        is taken when neither title nor lead names any country. `day`: when the text was published, which
        says who of the leaders was in office; None asks of nobody.
        """
        found = matching.find(zones, self._gazetteer, language, cased=_CASED)
        signs = [[sign for hit in hits if (sign := _sign(hit, day))] for hits in usage.telling(found, zones)]
        by_country = _by_country(signs, zones)
        passing = salience.in_passing(by_country, zones.lead.original)
        ranked = sorted(
            (_tag(country, by_zone, country in passing) for country, by_zone in by_country.items()),
            key=_most_salient_first,
        )
        tags = tuple(tag for tag in ranked if tag.salience >= self._threshold)
        mentions = tuple(tag for tag in ranked if tag.salience < self._threshold)
        if default_country and not any(tag.evidence[0].zone in ("title", "lead") for tag in ranked):
            tags = (_default(default_country), *(tag for tag in tags if tag.country != default_country))
            mentions = tuple(tag for tag in mentions if tag.country != default_country)
        return tags, mentions


def _sign(hit: Hit, day: date | None) -> Sign | None:
    """What a hit says on that day; None of a leader before taking office: the name is a person's, no more."""
    pattern = hit.pattern
    if pattern.terms and day:
        begun = [term for term in pattern.terms if term.since <= day]
        ends = [term.until for term in begun if term.until]
        if not begun:
            return None
        if len(ends) == len(begun) and max(ends) <= day:
            return Sign(hit, BY_FORMER_LEADER, f"{pattern.rule}, until {max(ends)}")
    return Sign(hit, salience.share_of(pattern.kind), pattern.rule)


_Signs = dict[Zone, list[Sign]]
_Place = tuple[Zone, int]
"""Where a sign begins."""


def _by_country(found: Sequence[Sequence[Sign]], zones: Zones) -> Mapping[str, _Signs]:
    """Signs by country and zone, those of countries left out that only doubtful words speak for."""
    by_country: defaultdict[str, _Signs] = defaultdict(dict)
    sure: set[str] = set()
    national: set[str] = set()
    claims: dict[_Place, set[str]] = defaultdict(set)
    for zone, signs, text in zip(ZONES, found, zones, strict=True):
        whence = datelines.spans(text.original, opening=zone == "lead") if signs else []
        for sign in signs:
            country = sign.hit.pattern.country
            by_country[country].setdefault(zone, []).append(sign)
            if sign.hit.pattern.kind is Kind.AMBIGUOUS:
                claims[zone, sign.hit.start].add(country)
            elif sign.hit.pattern.kind is Kind.NATIONAL:
                national.add(country)
            elif not _is_doubtful(sign.hit, whence):
                sure.add(country)
    if claims:
        sure -= _yielding(by_country, sure, claims)
    if (
        not sure and zones.title.original
    ):  # What has no title is a fragment: the rest may name another country.
        sure = national
    return {country: by_zone for country, by_zone in by_country.items() if country in sure}


def _is_doubtful(hit: Hit, whence: Sequence[tuple[int, int]]) -> bool:
    """Whether a word alone says nothing: a town in a dateline."""
    return hit.pattern.kind in TOWNS and any(start <= hit.start < end for start, end in whence)


def _yielding(
    by_country: Mapping[str, _Signs], sure: set[str], claims: Mapping[_Place, set[str]]
) -> set[str]:
    """The countries all of whose words are another's too, which the entry names by places of its own.

    «En Géorgie … Atlanta»: this Georgia is the American one. `claims`: the countries for which a word is
    ambiguous, by where it stands.
    """
    claimed_by = {
        country
        for country in sure.intersection(chain(*claims.values()))
        if any(sign.hit.pattern.kind in _WITHIN for signs in by_country[country].values() for sign in signs)
    }
    return {
        country
        for country in sure
        if all(
            claims.get((zone, sign.hit.start), frozenset()) & claimed_by - {country}
            for zone, signs in by_country[country].items()
            for sign in signs
        )
    }


def _tag(country: str, by_zone: _Signs, passing: bool) -> Tag:
    remark = ", in passing" if passing else ""
    evidence = [
        Evidence(sign.hit.surface, zone, sign.hit.start, sign.rule + remark * (zone == "lead"))
        for zone, signs in by_zone.items()
        for sign in signs[:EVIDENCE_SHOWN]
    ]
    return Tag(country, salience.of(by_zone, passing), tuple(evidence[:EVIDENCE_SHOWN]))


def _most_salient_first(tag: Tag) -> tuple[float, int, int, str]:
    first = tag.evidence[0]
    return -tag.salience, ZONES.index(first.zone), first.start, tag.country


def _default(country: str) -> Tag:
    rule = "default country of the source: the entry names none in its title or lead"
    return Tag(country, DEFAULT_SALIENCE, (Evidence("", "source", 0, rule),))
