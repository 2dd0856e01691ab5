"""The issues of a newsletter as a feed (Atom, RFC 4287), in one interface language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from lxml import etree

from aggregator.model import File, PastIssue
from aggregator.publish import text
from aggregator.publish.documents import STYLE_SHEET
from aggregator.publish.entry_writer import ID_DATE
from aggregator.publish.letters import Cover, cover_of, days_told, sections_of
from aggregator.publish.site_templates import SiteTemplates

TITLE = 200
"""Characters."""
_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def letters_feed(templates: SiteTemplates, language: str, issues: Sequence[PastIssue]) -> File:
    """`<language>/letters/<newsletter>.atom`. `issues`: of one newsletter, newest first.

    There is at least one. Equal issues give equal bytes: the feed is as old as the last of them.
    """
    site, covers = templates.site, [cover_of(issue.cover, language) for issue in issues]
    newsletter, name = covers[0].issue.newsletter, covers[0].name
    path = f"{language}/letters/{newsletter}.atom"
    feed = etree.Element("feed", {_LANGUAGE: language}, nsmap={None: _ATOM})  # type: ignore[dict-item]
    _add(feed, "id", _uri(templates, newsletter, language))
    _add(feed, "title", text.plain(f"{name} – {site.title}", TITLE))
    _add(feed, "updated", _written(max(cover.issue.went_out for cover in covers)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{site.base_url}/{quote(path)}")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{site.base_url}/{language}/letters")
    author = etree.SubElement(feed, "author")
    _add(author, "name", text.plain(site.title, TITLE))
    _add(author, "uri", f"{site.base_url}/")
    _add(feed, "icon", f"{site.base_url}/icon.svg")
    _add(feed, "generator", "regional-news-aggregator")
    for issue, cover in zip(issues, covers, strict=True):
        _entry(feed, templates, language, issue, cover)
    style = etree.ProcessingInstruction(
        "xml-stylesheet", f'type="text/css" href="{templates.root}/{STYLE_SHEET}"'
    )
    feed.addprevious(style)
    return File(path, etree.tostring(feed.getroottree(), encoding="UTF-8", xml_declaration=True))


def _entry(
    feed: etree._Element, templates: SiteTemplates, language: str, issue: PastIssue, cover: Cover
) -> None:
    one = issue.cover
    entry = etree.SubElement(feed, "entry")
    _add(entry, "id", _uri(templates, one.newsletter, one.track, one.period, language))
    _add(entry, "title", text.plain(f"{cover.name}, {days_told(templates, language, one)}", TITLE))
    address = f"{templates.site.base_url}/{language}/{quote(cover.address)}"
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    for name in ("published", "updated"):
        _add(entry, name, _written(one.went_out))
    content = templates.fragment(language, "letter-entry.html", sections=sections_of(templates, issue))
    _add(entry, "content", text.clean(content), type="html")


def _uri(templates: SiteTemplates, *parts: str) -> str:
    return f"tag:{templates.site.id_domain},{ID_DATE}:letters/{quote('/'.join(parts))}"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _add(parent: etree._Element, name: str, content: str = "", **attributes: str) -> None:
    element = etree.SubElement(parent, name, attributes)
    if content:
        element.text = content
