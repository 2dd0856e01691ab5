"""Atom 1.0 (RFC 4287), read the short way."""

from __future__ import annotations

import html
from collections.abc import Mapping

from lxml import etree

from aggregator.ingest.wellformed.parts import (
    ABOUT_THE_FEED,
    ATOM,
    LANGUAGE,
    Fields,
    Take,
    WellFormed,
    picture,
    sure,
    text_of,
    web_address,
)
from aggregator.model import PublishedEntry


def read(root: etree._Element) -> WellFormed:
    """A feed with its entries; raises DoubtError where feedparser should read it."""
    titles = root.findall(f"{ATOM}title")
    sure(len(titles) == 1 and titles[0].get("type", "text") == "text")
    feed = WellFormed(title=text_of(titles[0], "type"), language=root.get(LANGUAGE, ""))
    sure("_" not in feed.language)
    for child in root:
        if child.tag == f"{ATOM}entry":
            feed.entries.append(_atom_entry(child, feed.language))
        else:
            sure(child.tag in _ATOM_FEED or child.tag.lower().startswith(ABOUT_THE_FEED[1:]))
            sure(not any(LANGUAGE in each.attrib for each in child.iter()))
    return feed


_ATOM_FEED = frozenset(
    f"{ATOM}{name}"
    for name in (
        "id",
        "title",
        "subtitle",
        "link",
        "updated",
        "author",
        "category",
        "generator",
        "rights",
        "icon",
        "logo",
    )
)


def _atom_entry(entry: etree._Element, language: str) -> PublishedEntry:
    sure(not entry.attrib)
    fields = Fields()
    for child in entry:
        take = _ENTRY.get(child.tag)
        sure(take)
        take(child, fields)  # type: ignore[misc] # sure has seen to it
    found = fields.found
    sure(found.get("link") and found.get("guid") and ("summary" in found or "content" in found))
    if "summary" not in found:
        found["summary"] = fields.content_as_it_stands
    return fields.entry(language)


def _construct(name: str) -> Take:
    """A text construct (RFC 4287 section 3.1) of type text or html."""

    def take(element: etree._Element, fields: Fields) -> None:
        kind = element.get("type", "text")
        sure(kind in ("text", "html"))
        text = text_of(element, "type")
        fields.put(name, text if kind == "html" else html.escape(text, quote=False))

    return take


def _atom_content(element: etree._Element, fields: Fields) -> None:
    _construct("content")(element, fields)
    fields.content_as_it_stands = text_of(element, "type")


def _plain(name: str) -> Take:
    def take(element: etree._Element, fields: Fields) -> None:
        fields.put(name, text_of(element))

    return take


def _atom_link(element: etree._Element, fields: Fields) -> None:
    sure(not text_of(element, "rel", "href", "type", "length", "title"))
    rel, kind = element.get("rel", "alternate"), element.get("type", "text/html")
    if rel == "alternate":
        sure(kind in ("text/html", "application/xhtml+xml"))
        fields.put("link", web_address(element.get("href", "")))
    elif rel == "enclosure":
        picture(fields, "enclosure", element.get("href", ""), element.get("type", ""))


def _atom_author(element: etree._Element, fields: Fields) -> None:
    names = element.findall(f"{ATOM}name")
    sure(len(names) == 1 and not element.attrib)
    others = {f"{ATOM}name", f"{ATOM}uri", f"{ATOM}email"}
    sure(all(child.tag in others and not child.attrib and not len(child) for child in element))
    name = text_of(names[0])
    sure(name and not set(name) & set("@()<>"))
    fields.put("author", name)


def _atom_category(element: etree._Element, fields: Fields) -> None:
    sure(not text_of(element, "term", "scheme", "label"))
    scheme = f"{element.get('scheme')}\n{element.get('label')}"
    fields.categories.append((element.get("term", "").strip(), scheme))


_ENTRY: Mapping[str, Take] = {
    f"{ATOM}id": _plain("guid"),
    f"{ATOM}title": _construct("title"),
    f"{ATOM}link": _atom_link,
    f"{ATOM}published": _plain("published"),
    f"{ATOM}updated": _plain("updated"),
    f"{ATOM}author": _atom_author,
    f"{ATOM}category": _atom_category,
    f"{ATOM}summary": _construct("summary"),
    f"{ATOM}content": _atom_content,
}
