"""What the HTML part of every letter must keep: valid, ordered, inert, and within what mail clients know.

Judged as a client gets it: styles inlined, slots filled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from lxml import etree

from tests.feed_rules import characters, languages
from tests.feed_rules.fault import Fault
from tests.site_rules import parse

LARGEST = 90_000
"""Bytes; mail is clipped from 102 kB on."""
KNOWN_PROPERTIES = {
    "background-color", "border", "border-color", "border-left", "border-top", "color", "display", "font",
    "font-family", "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height",
    "margin", "max-width", "padding", "padding-left", "padding-right", "table-layout", "text-decoration",
    "width", "word-wrap",
}  # fmt: skip
"""Text and boxes alone: nothing of flex, grid, position or float. Where a client knows no letter-spacing,
little is lost; where it knows no max-width, the table for Outlook has a width."""
HIDING_PROPERTIES = {"max-height", "overflow", "opacity", "mso-hide"}
"""Allowed where words are hidden: one of them works in each client."""
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "table", "tbody", "tr", "td", "div", "span", "p", "br",
    "b", "strong", "em", "a", "img", "h1", "h2", "h3", "ul", "ol", "li", "blockquote", "code", "pre", "hr",
}  # fmt: skip


def letter_faults(html: str) -> list[Fault]:
    """What is wrong with one HTML part."""
    page, errors = parse(html.encode())
    size = len(html.encode())
    return [
        *([Fault("TooLarge", "letter", f"{size} bytes")] if size > LARGEST else []),
        *(Fault("InvalidHtml", "letter", error) for error in errors),
        *characters.faults("letter", html),
        *_frame_faults(page),
        *_outline_faults(page),
        *_element_faults(page),
        *_style_faults(page),
        *_head_style_faults(page),
    ]


def _frame_faults(page: etree._Element) -> Iterator[Fault]:
    if page.get("dir") not in ("ltr", "rtl") or not page.get("lang"):
        yield Fault("MissingLanguage", "html", str(dict(page.attrib)))
    if not (page.findtext("head/title") or "").strip():
        yield Fault("MissingTitle", "head")
    metas = {one.get("name"): one.get("content") for one in page.iter("meta")}
    for name in ("color-scheme", "supported-color-schemes"):
        if metas.get(name) != "light dark":
            yield Fault("MissingColourScheme", name)
    for table in page.iter("table"):
        if table.get("role") != "presentation":
            yield Fault("LayoutTable", "table", str(dict(table.attrib)))
    for element in page.iter(etree.Element):
        if (tag := element.get("lang")) is not None:
            yield from languages.faults(f"<{element.tag} lang>", tag)


def _outline_faults(page: etree._Element) -> Iterator[Fault]:
    headings = list(page.iter("h1", "h2", "h3", "h4", "h5", "h6"))
    if [one.tag for one in headings].count("h1") != 1:
        yield Fault("NotOneHeading", "letter")
    for before, after in pairwise(headings):
        if int(after.tag[1]) > int(before.tag[1]) + 1:
            yield Fault("SkippedHeading", after.tag)
    yield from (Fault("EmptyHeading", one.tag) for one in headings if not "".join(one.itertext()).strip())


def _element_faults(page: etree._Element) -> Iterator[Fault]:
    for element in page.iter(etree.Element):
        if element.tag not in ELEMENTS:
            yield Fault("UnknownElement", f"<{element.tag}>")
        yield from (
            Fault("Script", str(name)) for name in element.attrib if str(name).startswith(("on", "data-"))
        )
        if element.tag == "a" and urlsplit(element.get("href", "")).scheme not in ("http", "https", "mailto"):
            yield Fault("InvalidLink", "<a>", element.get("href", ""))
        if element.tag == "img":
            if not element.get("alt", "").strip() or not element.get("width") or not element.get("height"):
                yield Fault("Picture", "<img>", str(dict(element.attrib)))
            if urlsplit(element.get("src", "")).scheme not in ("http", "https", "cid"):
                yield Fault("InvalidLink", "<img>", element.get("src", ""))


def _style_faults(page: etree._Element) -> Iterator[Fault]:
    for element in page.iter(etree.Element):
        declared = _properties(element.get("style", ""))
        hides = declared.get("display") == "none"
        for name, value in declared.items():
            if name not in KNOWN_PROPERTIES and not (hides and name in HIDING_PROPERTIES):
                yield Fault("UnknownProperty", f"<{element.tag}>", f"{name}: {value}")
            if (name == "display" and value not in ("none", "block")) or "url(" in value:
                yield Fault("UnknownValue", f"<{element.tag}>", f"{name}: {value}")


def _head_style_faults(page: etree._Element) -> Iterator[Fault]:
    style = "".join(page.xpath("string(head/style)"))
    if "(prefers-color-scheme: dark)" not in style.replace("scheme:dark", "scheme: dark"):
        yield Fault("MissingDarkMode", "style")
    if re.search(r"@import|url\(", style):
        yield Fault("RemoteStyle", "style")
    for block in re.findall(r"\{([^{}]*)\}", style):
        for name in _properties(block):
            if name not in KNOWN_PROPERTIES:
                yield Fault("UnknownProperty", "style", name)


def _properties(style: str) -> dict[str, str]:
    pairs = (one.partition(":") for one in style.split(";") if one.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
