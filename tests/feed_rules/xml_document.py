"""What Atom and RSS have in common: a UTF-8 document of XML 1.0 in known namespaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from tests.feed_rules import characters, languages
from tests.feed_rules.fault import Fault

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
XML = "http://www.w3.org/XML/1998/namespace"
PREFIXES = {ATOM: "atom", HISTORY: "fh", DC: "dc", CONTENT: "content"}
"""Those that validators expect; Atom in an Atom document has none."""
_DECLARATION = re.compile(rb"""<\?xml version=["']1\.0["'] encoding=["'](?:utf|UTF)-8["']\?>\s*""")
LARGEST = 5_000_000
"""Bytes: the W3C Feed Validation Service reads no more."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document with its lines as they were written."""

    root: etree._Element
    lines: tuple[str, ...]

    def raw(self, element: etree._Element) -> str:
        """The line where an element begins."""
        line = element.sourceline or 0
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""


def parse(content: bytes) -> Document | Fault:
    """The document, or why it is none."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return Fault("UnicodeError", "document", str(error))
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return Document(etree.fromstring(content, parser), tuple(text.split("\n")))
    except etree.XMLSyntaxError as error:
        return Fault("SAXError", "document", str(error))


def faults(document: Document, content: bytes, own_prefix: str | None) -> Iterator[Fault]:
    """What any XML of ours must keep. `own_prefix`: of Atom's namespace in this format."""
    if len(content) > LARGEST:
        yield Fault("ValidatorLimit", "document", f"{len(content)} bytes")
    if not _DECLARATION.match(content):
        yield Fault("MissingEncoding", "document", ascii(content[:60]))
    if document.root.getroottree().docinfo.doctype or b"<!DOCTYPE" in content[:2000]:
        yield Fault("InvalidDoctype", "document")
    yield from _prologue_faults(document)
    yield from _namespace_faults(content, PREFIXES | {ATOM: own_prefix})
    for element in document.root.iter(etree.Element):
        yield from _element_faults(element)
    for other in document.root.iter(etree.Comment, etree.PI, etree.Entity):
        yield Fault("UnexpectedNode", "document", str(other.text))


def _prologue_faults(document: Document) -> Iterator[Fault]:
    nodes = [*document.root.itersiblings(preceding=True), *document.root.itersiblings()]
    for one in nodes:
        if isinstance(one, etree._Comment):
            yield from characters.faults("comment", one.text)
        elif not (isinstance(one, etree._ProcessingInstruction) and one.target == "xml-stylesheet"):
            yield Fault("UnexpectedNode", "document", str(one.text))
        elif not {"type", "href"} <= set(one.attrib):
            yield Fault("MissingAttribute", "xml-stylesheet", str(one.text))


def _namespace_faults(content: bytes, expected: Mapping[str, str | None]) -> Iterator[Fault]:
    """Each namespace is declared once, at the root, under the prefix that everybody knows it by."""
    declared = [found for _, found in etree.iterparse(BytesIO(content), events=["start-ns"])]
    for prefix, uri in sorted(set(declared)):
        place = f"xmlns:{prefix}"
        if declared.count((prefix, uri)) > 1:
            yield Fault("NamespaceDeclaredTwice", place, uri)
        if uri not in expected:
            yield Fault("UnknownNamespace", place, uri)
        elif (prefix or None) != expected[uri]:
            rule = "AvoidNamespacePrefix" if expected[uri] is None else "ReservedPrefix"
            yield Fault(rule, place, uri)


def _element_faults(element: etree._Element) -> Iterator[Fault]:
    place = name(element)
    for text in (element.text, element.tail):
        yield from characters.faults(place, text or "")
    for attribute, value in element.attrib.items():
        yield from characters.faults(f"{place} {attribute}", value)
    if (tag := element.get(f"{{{XML}}}lang")) is not None:
        yield from languages.faults(f"{place} xml:lang", tag)
    if element.get(f"{{{XML}}}base") is not None:
        yield Fault("RelativeSelf", f"{place} xml:base")


def name(element: etree._Element) -> str:
    """Its name as it is usually written: `atom:link`, `guid`."""
    found = etree.QName(element)
    if not found.namespace:
        return found.localname
    prefix = PREFIXES.get(found.namespace)
    return f"{prefix}:{found.localname}" if prefix else found.text


def words(element: etree._Element) -> str:
    """The text that an element begins with."""
    return element.text or ""
