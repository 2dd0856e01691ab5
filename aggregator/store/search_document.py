"""What one story is found by: the words of its entries, and its facets. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Relation
from aggregator.store import search_facets
from aggregator.store.search_facets import Facet
from aggregator.store.search_words import words_of

TITLE_CHARACTERS = 500
TEXT_CHARACTERS = 10_000
"""Of each entry, as far as they are indexed."""
CATEGORIES = 20
"""Of each entry."""
DOCUMENT_WORDS = 12_000
"""Of a story; what its last entries add is left out. PostgreSQL knows the places of 16,383 words."""

BREAK = "_"
"""Stands between texts: no phrase reaches across it."""
_REPEATING = (Relation.COPY.value, Relation.SAME.value)


@dataclass(frozen=True, slots=True)
class EntryWords:
    """What one entry adds: made before a transaction begins, because it costs by the length of a text."""

    title: Sequence[str]
    rest: Sequence[str]
    topics: Sequence[str]
    """Facets."""


def entry_words(language: str, title: str, text: str, categories: Sequence[str]) -> EntryWords:
    """What an entry adds to its story's document, with a break behind each text."""
    topics = [str(category)[:TITLE_CHARACTERS] for category in categories[:CATEGORIES]]
    rest: list[str] = []
    for each in (*topics, text[:TEXT_CHARACTERS]):
        rest += words_of(each, language)
        rest.append(BREAK)
    in_title = [*words_of(title[:TITLE_CHARACTERS], language), BREAK]
    return EntryWords(in_title, rest, list(map(search_facets.topic, topics)))


@dataclass(frozen=True, slots=True)
class IndexedEntry:
    """An entry of a story, as far as it is searched."""

    relation: str
    source: str
    """The facet that stands for it."""
    language: str
    words: EntryWords


@dataclass(frozen=True, slots=True)
class IndexedStory:
    """A story, as far as it is searched."""

    told_number: int
    told_at: datetime
    about: Sequence[str]
    """Countries, and groups of them."""
    entries: Sequence[IndexedEntry]
    """The lead first."""


def document(story: IndexedStory) -> list[str]:
    """The words of the index for a story, in order; titles first, for they are never left out."""
    words: list[str] = []
    for part in (*(one.words.title for one in story.entries), *(one.words.rest for one in story.entries)):
        words += part
        if len(words) > DOCUMENT_WORDS:
            del words[DOCUMENT_WORDS:]
            break
    return [*words, *dict.fromkeys(_facets(story))]


def _facets(story: IndexedStory) -> Iterator[str]:
    yield search_facets.EVERYTHING
    yield search_facets.day(story.told_at)
    yield from search_facets.any_of(Facet.COUNTRY, story.about)
    for entry in story.entries:
        yield entry.source
        if entry.relation not in _REPEATING:
            yield search_facets.facet(Facet.LANGUAGE, entry.language)
        yield from entry.words.topics


def as_text(words: Iterable[str]) -> str:
    """A document as FTS5 takes it."""
    return " ".join(words)


def as_tsvector(words: Sequence[str]) -> str:
    """A document as PostgreSQL reads a `tsvector`: each word with its places (its documentation, 8.11.1)."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for word, place in zip(words, _PLACES, strict=False):
        places[word].append(place)
    del places[BREAK]
    return " ".join([f"'{word}':{','.join(all_of[:MOST_PLACES])}" for word, all_of in places.items()])


_PLACES = tuple(map(str, range(1, 1 << 14)))
MOST_PLACES = 256
"""Of one word, that PostgreSQL keeps."""

Documents = Mapping[int, Sequence[str]]
"""By told number."""
