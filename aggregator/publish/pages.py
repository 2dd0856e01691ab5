"""The public site as files: front page, a page per country, directories, in each language.

Nothing in a page depends on the time of rendering: equal stories and statuses give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from jinja2 import Environment

from aggregator.model import File, Ranked, Selection, Site, SourceStatus, Story
from aggregator.publish import days, front, opml
from aggregator.publish.coverage import heat_map, spark
from aggregator.publish.days import Counts
from aggregator.publish.presentation import ShownStory, show
from aggregator.publish.refusals import missing_page
from aggregator.publish.search_page import Search
from aggregator.publish.site_templates import SiteTemplates
from aggregator.publish.source_page import source_line

STORIES_PER_COUNTRY = 40
NO_COUNTS: Mapping[str, Counts] = MappingProxyType({})


class Pages:
    """Renders all files of one site; keeps the last ones, and renders those anew whose contents changed."""

    def __init__(
        self, environment: Callable[[str], Environment], site: Site, selections: Sequence[Selection]
    ) -> None:
        """`selections`: those with feeds as files, in the order of the directory."""
        self.templates = SiteTemplates(environment, site, selections)
        self._site = site
        self._last: dict[tuple[str, str], tuple[Mapping[str, object], File]] = {}

    def render(
        self,
        stories: Sequence[Story],
        ranked: Sequence[Ranked],
        statuses: Sequence[SourceStatus],
        now: datetime,  # noqa: ARG002 - the port hands it over; a page must not depend on it
        coverage: Mapping[str, Counts] = NO_COUNTS,
        of_countries: Mapping[str, Sequence[Story]] = MappingProxyType({}),
    ) -> list[File]:
        """Every page and what it needs.

        `stories`: newest first; `ranked`: those of late, best first; `coverage`: by country, stories told by
        the start of the UTC hour, for half a year; `of_countries`: the newest stories of each country, taken
        from `stories` for a country that is not in it.
        """
        told = _Told(stories, ranked, of_countries, coverage, self.templates)
        files = [file for language in self.templates.languages for file in self._in(language, told, statuses)]
        site_wide = {f"{self._site.language}/{path}": path for path in ("index.html", "404.html")}
        return [
            *files,
            *(replace(file, path=site_wide[file.path]) for file in files if file.path in site_wide),
            File(opml.PATH, opml.render(self._site.title, (status.source for status in statuses))),
            self.templates.shared("robots.txt"),
            self.templates.shared("icon.svg"),
            File("style.css", self.templates.style),
        ]

    def _in(self, language: str, told: _Told, statuses: Sequence[SourceStatus]) -> list[File]:
        return [
            self._page(language, "index.html", newest=told.newest, top=told.top, sections=told.sections),
            *(self._country(language, code, told) for code in self._site.countries),
            self._page(language, "sources.html", sources=[source_line(status) for status in statuses]),
            self._page(language, "feeds.html"),
            self._page(language, "about.html", count=len(statuses)),
            missing_page(self.templates, language),
        ]

    def _country(self, language: str, code: str, told: _Told) -> File:
        return self._page(
            language,
            "country.html",
            f"country/{code.lower()}.html",
            code=code,
            stories=told.of_countries[code],
            heat=told.heat[code],
            older=Search({"country": code}).query,
        )

    def _page(self, language: str, template: str, path: str = "", **values: object) -> File:
        """The page, or the last one if it was made from equal values."""
        key = language, path or template
        if key not in self._last or self._last[key][0] != values:
            self._last[key] = values, self.templates.page(language, template, path, **values)
        return self._last[key][1]


class _Told:
    """What the pages of all languages tell."""

    def __init__(
        self,
        stories: Sequence[Story],
        ranked: Sequence[Ranked],
        of_countries: Mapping[str, Sequence[Story]],
        coverage: Mapping[str, Counts],
        templates: SiteTemplates,
    ) -> None:
        site = templates.site
        self._sources = site.sources
        self._shown: dict[int, ShownStory] = {}
        told = {code: days.by_day(coverage.get(code, {}), templates.zone) for code in site.countries}
        until = max((day for found in told.values() for day in found), default=None)
        self.heat = {code: heat_map(told[code], until) if until else None for code in site.countries}
        self.of_countries = {
            code: self._show(of_countries.get(code) or [one for one in stories if code in one.countries])
            for code in site.countries
        }
        arranged = front.arrange(stories, ranked, site.countries)
        self.newest = max((story.told_at for story in stories), default=None)
        self.top = self._show(arranged.top)
        self.sections = [
            (code, self._show(found), spark(told[code], until) if code and until else None)
            for code, found in arranged.sections
        ]

    def _show(self, stories: Sequence[Story]) -> list[ShownStory]:
        for story in stories[:STORIES_PER_COUNTRY]:
            if story.id not in self._shown:
                self._shown[story.id] = show(story, self._sources)
        return [self._shown[story.id] for story in stories[:STORIES_PER_COUNTRY]]
