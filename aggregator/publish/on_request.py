"""Feeds that are made when somebody asks for them: other combinations, a source, a topic, a search.

What is asked for is read strictly: each feed has one address, and every other way to ask for it leads there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from aggregator.model import Selection, Site, StoryQuery
from aggregator.publish import automatic, search_fields, text
from aggregator.publish.automatic import Environments
from aggregator.publish.search_fields import LONGEST_TOPIC, MOST_CODES, Refusal
from aggregator.publish.selections import EVERYTHING

LONGEST_NAME = 200
_CODES = r"[a-z]{2}(?:\+[a-z]{2})*"
_NAME = re.compile(f"(?P<countries>{_CODES})(?:-in-(?P<languages>{_CODES}))?|in-(?P<told>{_CODES})")


@dataclass(frozen=True, slots=True)
class OnRequest:
    """A feed that is made on request."""

    name: str
    """What stands between `feeds/` and the suffix, encoded."""
    selection: Selection
    """Its id is the address that all its pages share."""
    query: StoryQuery
    parameters: tuple[tuple[str, str], ...] = ()
    """Fields of its address, `before` left out."""

    def address(self, before: int | None) -> str:
        """What follows the suffix in the address of a page: empty, or from the question mark on."""
        fields = [*self.parameters, *([("before", str(before))] if before is not None else [])]
        return f"?{urlencode(fields, quote_via=quote)}" if fields else ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The feed has another address."""

    name: str
    """What stands between `feeds/` and the suffix, encoded."""
    parameters: str = ""
    """What follows the suffix: empty, or from the question mark on."""


Answer = OnRequest | Elsewhere | Refusal | None
"""None: there is no such feed."""


class AskedFeeds:
    """Reads what is asked for at one site."""

    def __init__(self, environment: Environments, site: Site) -> None:
        """`environment`: templates by interface language; titles are in the site's."""
        self._environment = environment
        self._site = site

    def read(self, name: str, parameters: Mapping[str, str]) -> Answer:
        """What `feeds/<name>.<suffix>` asks for. `name`: decoded; `parameters`: the address's fields."""
        if len(name) > LONGEST_NAME:
            return Refusal.TOO_LONG
        kind, _, rest = name.partition("/")
        if kind == "search" and not rest:
            return self._search(parameters)
        before = search_fields.cursor(parameters)
        if isinstance(before, Refusal):
            return before
        readers = {"source": self._source, "topic": self._topic}
        asked = readers[kind](rest) if kind in readers else self._combination(name)
        return _at_page(asked, before)

    def _source(self, source_id: str) -> Answer:
        source = self._site.sources.get(source_id)
        if source is None:
            return None
        selection = Selection(f"source/{source_id}", text.plain(source.name, 200), sources=(source_id,))
        return OnRequest(selection.id, selection, StoryQuery(sources=(source_id,)))

    def _topic(self, asked: str) -> Answer:
        topic = text.line(asked).lower()
        if not topic:
            return None
        if len(topic) > LONGEST_TOPIC:
            return Refusal.TOO_LONG
        name = f"topic/{quote(topic, safe='')}"
        if topic != asked:
            return Elsewhere(name)
        return OnRequest(name, Selection(name, topic), StoryQuery(topic=topic))

    def _combination(self, asked: str) -> Answer:
        name = asked.lower().replace(" ", "+")
        if name == EVERYTHING:
            return Elsewhere("all")
        if (match := _NAME.fullmatch(name)) is None:
            return None
        countries = _codes((match["countries"] or "").upper())
        languages = _codes(match["languages"] or match["told"] or "")
        if not search_fields.known(countries, languages):
            return None
        if len(countries) + len(languages) > MOST_CODES:
            return Refusal.TOO_MANY
        selection = automatic.named(countries, languages, self._site, self._environment)
        if selection.id != asked:
            return Elsewhere(selection.id)
        return OnRequest(selection.id, selection, StoryQuery(countries=countries, languages=languages))

    def _search(self, parameters: Mapping[str, str]) -> Answer:
        read = search_fields.read(parameters, self._site)
        if isinstance(read, Refusal):
            return read
        query, fields = read
        asked = OnRequest("search", self._found(query, fields), query, fields)
        if not fields:
            return Elsewhere("all")
        if dict(fields) != {name: value for name, value in parameters.items() if name != "before"}:
            return Elsewhere("search", asked.address(query.before))
        return asked

    def _found(self, query: StoryQuery, fields: tuple[tuple[str, str], ...]) -> Selection:
        parts = [
            f"“{query.words}”" if query.words else "",
            automatic.title_of(query.countries, query.languages, self._site, self._environment),
            ", ".join(text.plain(self._site.sources[one].name, 200) for one in query.sources),
            query.topic,
            " – ".join(value for name, value in fields if name in ("since", "until")),
        ]
        return Selection(
            id=f"search?{urlencode(fields, quote_via=quote)}",
            title=" · ".join(part for part in parts if part),
            countries=query.countries,
            languages=query.languages,
            sources=query.sources,
        )


def _codes(joined: str) -> tuple[str, ...]:
    return tuple(sorted(set(joined.split("+")) - {""}))


def _at_page(asked: Answer, before: int | None) -> Answer:
    if before is None or not isinstance(asked, OnRequest | Elsewhere):
        return asked
    if isinstance(asked, Elsewhere):
        return replace(asked, parameters=f"?before={before}")
    return replace(asked, query=replace(asked.query, before=before))
