"""Search: the form as the reader left it, what was found, the way to older stories and the same as a feed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from babel import Locale

from aggregator.model import File, FoundStories, Site
from aggregator.publish import text
from aggregator.publish.presentation import show
from aggregator.publish.site_templates import SiteTemplates

FIELDS = ("q", "country", "language", "source", "topic", "since", "until")
"""What may be asked for, in the order of addresses."""
FIELD_CHARACTERS = 200
FEED = "feeds/search"
"""Path of the same search as a feed, without suffix."""


class Search:
    """What a reader asked for, as the address says it."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        """`asked`: the query of the address; what is no field of the form is left out."""
        said = {name: text.line(asked.get(name, ""))[:FIELD_CHARACTERS] for name in FIELDS}
        self.fields = said
        self.said = {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The search as the query of an address."""
        return _encoded(self.said)

    def continued(self, before: int | None) -> str:
        """The query of the next page; empty when there is none."""
        return "" if before is None else _encoded({**self.said, "before": before})


def search_page(
    templates: SiteTemplates,
    language: str,
    asked: Mapping[str, str],
    found: FoundStories | None,
    *,
    refused: bool = False,
) -> File:
    """`<language>/search?…`. `asked`: the query of the address; `found`: None before anything is asked for.

    `refused`: what was asked for cannot be understood, such as a day that does not exist.
    """
    search = Search(asked)
    before = asked.get("before", "")
    further = {"before": before} if before.isdecimal() and len(before) < FIELD_CHARACTERS else {}
    return templates.page(
        language,
        "search.html",
        f"search?{_encoded({**search.said, **further})}".removesuffix("?"),
        search=search,
        further=bool(further),
        refused=refused,
        stories=None if found is None else [show(one, templates.site.sources) for one in found.stories],
        older=search.continued(found.next) if found else "",
        feed=f"{FEED}.atom?{search.query}" if search.said and not refused else "",
        countries=_options(templates.site.countries, search.fields["country"]),
        tongues=_options(_tongues(templates.site, language), search.fields["language"]),
        sources=_sources(templates.site, search.fields["source"]),
    )


def _encoded(fields: Mapping[str, object]) -> str:
    return urlencode(fields, quote_via=quote)


def _tongues(site: Site, language: str) -> list[str]:
    """Languages in which the sources write, by their name in the page's language."""
    names = Locale.parse(language).languages
    spoken = {source.language for source in site.sources.values() if source.language}
    return sorted(spoken, key=lambda code: str(names.get(code, code)))


def _sources(site: Site, asked: str) -> list[tuple[str, str]]:
    named = [(source.id, text.line(source.name) or source.id) for source in site.sources.values()]
    listed = sorted(named, key=lambda one: one[1].casefold())
    return listed if not asked or asked in site.sources else [*listed, (asked, asked)]


def _options(offered: list[str] | tuple[str, ...], asked: str) -> list[str]:
    """What is offered, and what was asked for by hand: a form that is sent again asks for the same."""
    return [*offered, *([asked] if asked and asked not in offered else [])]
