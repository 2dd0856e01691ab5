"""Atom 1.0: the grammar and the prose of RFC 4287, and what makes one entry of a merged feed complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from lxml import etree

from tests.feed_rules import addresses, atom_links, dates, grammar, markup, plain_text, xml_document
from tests.feed_rules.fault import Fault
from tests.feed_rules.grammar import ANY, ONCE, OPTIONAL, SOME, shape
from tests.feed_rules.xml_document import ATOM, XML, Document, name, words

_A = f"{{{ATOM}}}"
_META = {
    "atom:id": ONCE, "atom:title": ONCE, "atom:updated": ONCE, "atom:author": ANY, "atom:contributor": ANY,
    "atom:category": ANY, "atom:link": ANY, "atom:rights": OPTIONAL,
}  # fmt: skip
_OF_FEEDS = dict.fromkeys(("atom:generator", "atom:icon", "atom:logo", "atom:subtitle"), OPTIONAL)
_PERSON = shape({"atom:name": ONCE, "atom:uri": OPTIONAL, "atom:email": OPTIONAL})
_TEXT = shape(attributes="type")
SHAPES = {
    "atom:feed": shape(
        _META | _OF_FEEDS
        | {"atom:link": SOME, "fh:archive": OPTIONAL, "fh:complete": OPTIONAL, "atom:entry": ANY}
    ),
    "atom:entry": shape(
        _META
        | dict.fromkeys(("atom:published", "atom:summary", "atom:content", "atom:source"), OPTIONAL)
    ),
    "atom:source": shape(_META | _OF_FEEDS),
    "atom:author": _PERSON,
    "atom:contributor": _PERSON,
    "atom:link": shape(attributes="href! rel type hreflang title length", empty=True),
    "atom:category": shape(attributes="term! scheme label", empty=True),
    "atom:generator": shape(attributes="uri version"),
    "atom:content": shape(attributes="type"),
    "fh:archive": shape(empty=True),
    "fh:complete": shape(empty=True),
    **{f"atom:{one}": _TEXT for one in ("title", "subtitle", "rights", "summary")},
    **{
        f"atom:{one}": shape()
        for one in ("id", "updated", "published", "icon", "logo", "name", "uri", "email")
    },
}  # fmt: skip


def faults(content: bytes, address: str, now: datetime) -> list[Fault]:
    """What is wrong with an Atom feed document. `address`: where it is published."""
    document = xml_document.parse(content)
    if isinstance(document, Fault):
        return [document]
    root = document.root
    if root.tag != f"{_A}feed":
        return [Fault("UndefinedElement", "document", str(root.tag))]
    return list(
        chain(
            xml_document.faults(document, content, own_prefix=None),
            grammar.faults(root, SHAPES, "atom:feed"),
            atom_links.feed_faults(root, address),
            _feed_faults(root),
            _leaf_faults(document, now),
            *(_entry_faults(entry, f"entry {at}") for at, entry in enumerate(root.findall(f"{_A}entry"))),
        )
    )


def _feed_faults(root: etree._Element) -> Iterator[Fault]:
    entries = root.findall(f"{_A}entry")
    if root.get(f"{{{XML}}}lang") is None:
        yield Fault("MissingDCLanguage", "feed", "xml:lang")
    if not entries and root.find(f"{_A}author") is None:
        yield Fault("MissingElement", "feed", "author")
    if entries and any(one.tag != f"{_A}entry" for one in root[root.index(entries[0]) :]):
        yield Fault("MisplacedMetadata", "feed")
    ids = [entry.findtext(f"{_A}id", "") for entry in entries]
    updated = [entry.findtext(f"{_A}updated", "") for entry in entries]
    yield from _repeated("DuplicateEntries", "entry id", [*ids, root.findtext(f"{_A}id", "")])
    yield from _repeated("DuplicateUpdated", "entry updated", updated)
    moments = [moment for one in updated if (moment := dates.read_rfc3339(one))]
    own = dates.read_rfc3339(root.findtext(f"{_A}updated", ""))
    if moments and own and own < max(moments):
        yield Fault("FeedOlderThanEntry", "feed updated", str(own))


def _entry_faults(entry: etree._Element, place: str) -> Iterator[Fault]:
    authors = [entry, entry.getparent(), entry.find(f"{_A}source")]
    if all(one is None or one.find(f"{_A}author") is None for one in authors):
        yield Fault("MissingElement", place, "author")
    content, summary = entry.find(f"{_A}content"), entry.find(f"{_A}summary")
    if content is None and summary is None:
        yield Fault("MissingTextualContent", place)
    if content is None and entry.find(f"{_A}link[@rel='alternate']") is None:
        yield Fault("MissingContentOrAlternate", place)
    if entry.find(f"{_A}published") is None:
        yield Fault("MissingRecommendedElement", place, "published")
    yield from atom_links.entry_faults(entry, place)
    terms = [f"{one.get('scheme')} {one.get('term')}" for one in entry.findall(f"{_A}category")]
    yield from _repeated("DuplicateCategory", place, terms)


def _leaf_faults(document: Document, now: datetime) -> Iterator[Fault]:
    for element in document.root.iter(f"{_A}*"):
        place, text = _place(element), words(element)
        match etree.QName(element).localname:
            case "updated" | "published":
                yield from dates.rfc3339(place, text, now)
            case "id":
                yield from _id_faults(place, text)
            case "icon" | "logo" | "uri" if not addresses.web(text):
                yield Fault("InvalidIRI", place, text)
            case "email" if not addresses.mail(text):
                yield Fault("InvalidAddrSpec", place, text)
            case "title" | "subtitle" | "rights" | "summary" | "content":
                yield from _text_faults(document, element)
            case "name" | "generator":
                yield from _name_faults(document, element)
            case "category":
                yield from _category_faults(document, element)


def _id_faults(place: str, text: str) -> Iterator[Fault]:
    if not addresses.absolute(text):
        yield Fault("InvalidFullLink", place, text)
    elif not addresses.canonical(text):
        yield Fault("NonCanonicalURI", place, text)


def _text_faults(document: Document, element: etree._Element) -> Iterator[Fault]:
    """Text constructs (section 3.1) and content (4.1.3): plain text, or HTML that keeps the rules."""
    place, text = _place(element), words(element)
    kind = element.get("type", "text")
    if kind not in ("text", "html"):
        yield Fault("InvalidTextType", place, kind)
    if not text.strip():
        yield Fault("NotBlank", place)
    if name(element) in ("atom:title", "atom:subtitle"):
        yield from plain_text.title_faults(place, text)
    if kind == "html":
        yield from markup.faults(text)
    else:
        for fault in plain_text.faults(place, text, document.raw(element)):
            yield fault._replace(rule="ContainsUndeclaredHTML")


def _name_faults(document: Document, element: etree._Element) -> Iterator[Fault]:
    place, text = _place(element), words(element)
    yield from plain_text.title_faults(place, text)
    yield from plain_text.faults(place, text, document.raw(element))
    if any(addresses.mail(word.strip("<>")) for word in text.split() if word.startswith("<")):
        yield Fault("ContainsEmail", place, text)
    if (uri := element.get("uri")) is not None and not addresses.web(uri):
        yield Fault("InvalidIRI", place, uri)


def _category_faults(document: Document, element: etree._Element) -> Iterator[Fault]:
    place = _place(element)
    if not element.get("term", "").strip():
        yield Fault("AttrNotBlank", place, "term")
    if (scheme := element.get("scheme")) is not None and not addresses.absolute(scheme):
        yield Fault("InvalidFullLink", place, scheme)
    if (label := element.get("label")) is not None:
        yield from plain_text.title_faults(place, label)
        yield from plain_text.faults(place, label, document.raw(element))


def _place(element: etree._Element) -> str:
    return f"line {element.sourceline}, {name(element)}"


def _repeated(rule: str, place: str, values: Sequence[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for value in values:
        if value and value in seen:
            yield Fault(rule, place, value)
        seen.add(value)
