"""Lists of sources as OPML 2.0 (http://opml.org/spec2.opml), the form in which feed readers exchange them."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from aggregator.model import Source
from aggregator.publish import text

PATH = "sources.opml"
"""Where the site publishes its own list."""


def render(title: str, sources: Iterable[Source]) -> bytes:
    """The sources that any feed reader can read, in their order: sitemaps and pages are left out.

    Names no time of making: equal lists give equal bytes.
    """
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text.line(title)
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.type == "feed" and (url := text.public_address(source.url)):
            etree.SubElement(body, "outline", _attributes(source, url))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _attributes(source: Source, url: str) -> dict[str, str]:
    name = text.line(source.name) or source.id
    told = {
        "type": "rss",
        "text": name,
        "title": name,
        "xmlUrl": url,
        "htmlUrl": text.web_address(source.homepage or ""),
        "language": source.language or "",
    }
    return {key: value for key, value in told.items() if value}
