"""A feed as people see it who open its address in a browser: what it is, how to take it, what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from aggregator.model import File, Selection, Story
from aggregator.publish import automatic, selections
from aggregator.publish.presentation import show
from aggregator.publish.selections import EVERYTHING, TOP
from aggregator.publish.site_templates import SiteTemplates

STORIES = 30
"""The newest; the feed itself holds more."""
FORMATS = (("atom", "Atom"), ("rss", "RSS"), ("json", "JSON Feed"))


def feed_page(
    templates: SiteTemplates, language: str, selection: Selection, stories: Sequence[Story]
) -> File:
    """`<language>/feed/<name>`. `selection`: of a feed as file or on request; `stories`: those it holds."""
    name, _, query = selections.name(selection).partition("?")
    path = quote(f"feed/{name}", safe="/+%")  # ids of topics are encoded already
    asked = f"?{query}" if query else ""
    told = [story.told_in(selection.languages, templates.weights) for story in stories[:STORIES]]
    return templates.page(
        language,
        "feed.html",
        f"{path}{asked}",
        title=_title(templates, language, selection),
        selection=selection,
        addresses=[(label, suffix, f"feeds{path[4:]}.{suffix}{asked}") for suffix, label in FORMATS],
        stories=[show(story, templates.site.sources) for story in told],
    )


def _title(templates: SiteTemplates, language: str, selection: Selection) -> str:
    """The feed's name; that of automatic ones in the page's language, not the feed's own."""
    here = replace(templates.site, language=language)
    codes = selection.countries, selection.languages
    if selection.id == EVERYTHING:
        return here.title
    if selection.id == TOP:
        return automatic.top(here, templates.environment).title
    if any(codes) and selection.id == automatic.selection_id(*codes):
        return automatic.title_of(*codes, here, templates.environment)
    return selection.title
