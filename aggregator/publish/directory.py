"""The directory of feeds: what is offered as files, in the order in which readers look for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.model import Selection, Site
from aggregator.publish import feeds
from aggregator.publish.automatic import selection_id
from aggregator.publish.selections import EVERYTHING, TOP


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed that is offered."""

    id: str
    title: str
    """As configured; feeds of a country or a language are named by the page in its own language."""
    description: str
    stem: str
    """Path below the site's root, without the suffix that names the format."""
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    sources: tuple[str, ...]
    """Names."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The feeds, by kind."""

    everything: tuple[FeedLine, ...]
    """The top stories, and all stories."""
    chosen: tuple[FeedLine, ...]
    """Those that the operator configured, in his order."""
    by_country: Mapping[str, FeedLine]
    """In the order of the region."""
    by_language: Mapping[str, FeedLine]
    crossed: Mapping[tuple[str, str], FeedLine]
    """By country and language: stories about the one, told in the other."""

    @property
    def announced(self) -> tuple[FeedLine, ...]:
        """Those that pages name in their head, the widest first."""
        return (*self.everything, *self.chosen, *self.by_country.values())

    def languages_of(self, country: str) -> tuple[str, ...]:
        """Languages in which a country has a feed of its own."""
        return tuple(language for one, language in self.crossed if one == country)


def directory(selections: Sequence[Selection], site: Site) -> Directory:
    """Sort selections into kinds; automatic ones are known by an id that says what they hold."""
    lines = {one.id: _line(one, site) for one in selections}
    country = {code: line for code in site.countries if (line := lines.get(code.lower())) is not None}
    language = {
        line.languages[0]: line
        for line in lines.values()
        if len(line.languages) == 1 and line.id == selection_id((), line.languages)
    }
    crossed = {
        (one, other): lines[name]
        for one in site.countries
        for other in language
        if (name := selection_id((one,), (other,))) in lines
    }
    general = tuple(lines[one] for one in (TOP, EVERYTHING) if one in lines)
    automatic = {line.id for line in (*general, *country.values(), *language.values(), *crossed.values())}
    chosen = tuple(line for line in lines.values() if line.id not in automatic)
    return Directory(general, chosen, country, language, crossed)


def _line(selection: Selection, site: Site) -> FeedLine:
    return FeedLine(
        id=selection.id,
        title=site.title if selection.id == EVERYTHING else selection.title,
        description=selection.description,
        stem=feeds.path(selection, "atom").removesuffix(".atom"),
        countries=selection.countries,
        languages=selection.languages,
        sources=tuple(site.sources[one].name if one in site.sources else one for one in selection.sources),
    )
