"""Pages that say no, and help on: nothing is there, it was withdrawn, or too much was asked for."""

from __future__ import annotations

from typing import Literal

from aggregator.model import File
from aggregator.publish.site_templates import SiteTemplates


def missing_page(templates: SiteTemplates, language: str) -> File:
    """For status 404; stands as a file, `<language>/404.html`, for any web server."""
    return templates.page(language, "404.html")


def gone_page(templates: SiteTemplates, language: str, what: Literal["story", "feed", "source"]) -> File:
    """For status 410: `what` was here, and was withdrawn."""
    return templates.page(language, "410.html", what=what)


def refused_page(templates: SiteTemplates, language: str, what: Literal["feed", "address"]) -> File:
    """For status 400: a feed of too many codes, or an address that is too long or makes no sense."""
    return templates.page(language, "400.html", what=what)
