"""OPML (http://opml.org/spec2.opml) as other programs write it, to the sources that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from lxml import etree

from aggregator.config import proposal
from aggregator.errors import Fault

LARGEST = 5_000_000
"""Bytes: more is no list of feeds."""
MOST_OUTLINES = 5_000
_FEED_TYPES = frozenset({"rss", "atom", "feed"})


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list."""

    line: int
    url: str
    name: str
    homepage: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list holds."""

    outlines: tuple[Outline, ...] = ()
    faults: tuple[Fault, ...] = ()
    """What could not be used, by line; the other outlines are good all the same."""


def read(content: bytes, file: str) -> Listed:
    """Read a list as far as it can be read; never raises.

    Entities are refused before anything is parsed: no list of feeds needs them, and a few of them can stand
    for gigabytes.
    """
    if len(content) > LARGEST:
        return Listed((), (Fault(file, 1, 1, f"is larger than {LARGEST} bytes: this is no list of feeds"),))
    if b"<!ENTITY" in content.replace(b"\0", b""):
        return Listed(
            (), (Fault(file, 1, 1, "declares entities, which OPML has no use for: remove its DTD"),)
        )
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root: etree._Element | None = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        root = None
    faults = [Fault(file, one.line, max(one.column, 1), f"XML: {one.message}") for one in parser.error_log]
    if root is None or root.tag != "opml":
        what = f"its first tag is <{root.tag}>" if root is not None else "it is no XML"
        return Listed((), (*faults, Fault(file, 1, 1, f"is no OPML: {what}")))
    found: list[Outline] = []
    for outline in _all(root):
        one = _outline(outline, file)
        if isinstance(one, Fault):
            faults.append(one)
        elif one:
            found.append(one)
    ordered = sorted(set(faults), key=lambda fault: (fault.line, fault.column, fault.message))
    return Listed(tuple(found), tuple(ordered))


def _all(root: etree._Element) -> Iterator[etree._Element]:
    for _, outline in zip(range(MOST_OUTLINES), root.iter("outline"), strict=False):
        yield outline


def _outline(outline: etree._Element, file: str) -> Outline | Fault | None:
    """The feed that an outline names, what is wrong with it, or None for a folder, a note, a link."""
    # Some programs write xmlurl or XMLURL.
    told = {str(name).lower(): str(value).strip() for name, value in outline.attrib.items()}
    line: int = cast("int | None", outline.sourceline) or 1
    url, name = told.get("xmlurl", ""), told.get("title") or told.get("text") or ""
    shown = f"«{name[:60]}»" if name else "an outline without a name"
    if not url:
        if told.get("type", "").lower() in _FEED_TYPES:
            return Fault(file, line, 1, f"{shown} says it is a feed, but has no xmlUrl")
        return None
    if url.startswith("feed:"):
        url = url.removeprefix("feed:").removeprefix("//")
        url = url if "://" in url else f"http://{url}"
    if not _is_web_address(url):
        return Fault(
            file, line, 1, f"{shown}: `{url[:100]}` is no address that starts with http:// or https://"
        )
    home = told.get("htmlurl", "")
    return Outline(
        line=line,
        url=url,
        name=" ".join(name.split()) or urlsplit(url).hostname or url,
        homepage=home if _is_web_address(home) else "",
        language=proposal.language(told.get("language", "")),
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not set(url) & set(" \t\r\n")
    except ValueError:
        return False
