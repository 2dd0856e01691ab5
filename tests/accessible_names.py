"""What is read aloud of a page: each link, control and picture says what it is (WCAG 2.2, 1.1.1, 4.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from tests.feed_rules.fault import Fault

_CONTROLS = {"input", "select", "textarea", "meter", "progress", "output"}
_BUTTONS = {"submit", "button", "reset"}
_REGIONS = {"nav", "aside", "section", "form"}
"""Their names are given, never taken from what they hold."""
_SVG = "{http://www.w3.org/2000/svg}svg"


def text(element: etree._Element) -> str:
    """What is read aloud of an element: its text, and the texts that stand for pictures."""
    parts = [element.text or ""]
    for child in element.iterchildren(etree.Element):
        if child.get("aria-hidden") != "true" and child.tag not in _CONTROLS:
            parts.append(child.get("aria-label") or child.get("alt") or text(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def name(element: etree._Element, page: etree._Element) -> str:
    """Accessible name (Accessible Name and Description Computation, in short)."""
    given = " ".join(_texts(page, "id", element.get("aria-labelledby", ""))) or element.get("aria-label", "")
    if given.strip() or element.tag in _REGIONS:
        return given.strip()
    if element.tag in _CONTROLS:
        labels = [*_texts(page, "for", element.get("id", "")), *map(text, element.iterancestors("label"))]
        return " ".join(labels) or element.get("title", "").strip()
    return text(element) or element.get("title", "").strip()


def _texts(page: etree._Element, attribute: str, names: str) -> list[str]:
    """Texts of the elements whose attribute is one of these names."""
    wanted = names.split()
    return [text(one) for one in page.iter(etree.Element) if one.get(attribute) in wanted] if wanted else []


def faults(page: etree._Element) -> Iterator[Fault]:
    """What has no name, and pictures that would move the page when they come."""
    for element in page.iter("a", "button", "summary", "th", "caption", *_CONTROLS):
        if not _is_hidden(element) and not _is_named(element, page):
            yield Fault("MissingName", f"<{element.tag}>", _shown(element))
    for drawing in page.iter(_SVG):
        if not _is_hidden(drawing) and not name(drawing, page):
            yield Fault("MissingName", "<svg>")
    for picture in page.iter("img"):
        if picture.get("alt") is None:
            yield Fault("MissingAlt", "<img>", picture.get("src", ""))
        if not {"width", "height"} <= set(picture.attrib):
            yield Fault("UnsizedPicture", "<img>", picture.get("src", ""))


def _is_named(element: etree._Element, page: etree._Element) -> bool:
    own = element.get("value") if element.tag == "input" and element.get("type") in _BUTTONS else ""
    return bool(own or name(element, page))


def _is_hidden(element: etree._Element) -> bool:
    """Whether nobody meets it: hidden from readers aloud, and no stop of the keyboard."""
    if element.tag == "input" and element.get("type") == "hidden":
        return True
    around = [element, *element.iterancestors()]
    silent = any(one.get("aria-hidden") == "true" or one.get("hidden") is not None for one in around)
    return silent and (element.tag not in {"a", "button", *_CONTROLS} or element.get("tabindex") == "-1")


def _shown(element: etree._Element) -> str:
    return " ".join(f"{name}={value!r}" for name, value in element.attrib.items())
