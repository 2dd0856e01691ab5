"""RSS 2.0: the RSS Advisory Board's specification and its Best Practices Profile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from lxml import etree

from tests.feed_rules import (
    addresses,
    atom_links,
    dates,
    grammar,
    languages,
    markup,
    plain_text,
    xml_document,
)
from tests.feed_rules.fault import Fault
from tests.feed_rules.grammar import ANY, ONCE, OPTIONAL, SOME, shape
from tests.feed_rules.xml_document import CONTENT, Document, name, words

_WHOLE = f"{{{CONTENT}}}encoded"
SHAPES = {
    "rss": shape({"channel": ONCE}, "version!"),
    "channel": shape({
        "title": ONCE, "link": ONCE, "description": ONCE, "language": OPTIONAL, "copyright": OPTIONAL,
        "managingEditor": OPTIONAL, "webMaster": OPTIONAL, "pubDate": OPTIONAL, "lastBuildDate": ONCE,
        "category": ANY, "generator": OPTIONAL, "docs": OPTIONAL, "ttl": OPTIONAL, "image": OPTIONAL,
        "atom:link": SOME, "fh:archive": OPTIONAL, "fh:complete": OPTIONAL, "item": ANY,
    }),
    "channel/image": shape({"url": ONCE, "title": ONCE, "link": ONCE, "width": OPTIONAL, "height": OPTIONAL,
                            "description": OPTIONAL}),
    "item": shape({
        "title": ONCE, "link": OPTIONAL, "description": ONCE, "content:encoded": OPTIONAL, "guid": ONCE,
        "pubDate": ONCE, "source": OPTIONAL, "enclosure": OPTIONAL, "comments": OPTIONAL, "category": ANY,
        "dc:creator": ANY, "dc:language": OPTIONAL, "atom:link": ANY,
    }),
    "enclosure": shape(attributes="url! length! type!", empty=True),
    "fh:archive": shape(empty=True),
    "fh:complete": shape(empty=True),
    "guid": shape(attributes="isPermaLink!"),
    "category": shape(attributes="domain"),
    "source": shape(attributes="url!"),
    "atom:link": shape(attributes="href! rel! type hreflang title length", empty=True),
    **{one: shape() for one in (
        "title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
        "lastBuildDate", "generator", "docs", "ttl", "comments", "url", "width", "height", "content:encoded",
        "dc:creator", "dc:language",
    )},
}  # fmt: skip
_ADDRESSES = {"link", "docs", "comments", "url"}
_PLAIN = {"title", "copyright", "generator", "category", "source", "dc:creator"}


def faults(content: bytes, address: str, now: datetime) -> list[Fault]:
    """What is wrong with an RSS document. `address`: where it is published."""
    document = xml_document.parse(content)
    if isinstance(document, Fault):
        return [document]
    root = document.root
    if root.tag != "rss" or root.find("channel") is None:
        return [Fault("UndefinedElement", "document", str(root.tag))]
    if root.get("version") != "2.0":
        return [Fault("InvalidRSSVersion", "rss", str(root.get("version")))]
    channel = root.find("channel")
    assert channel is not None
    return list(
        chain(
            xml_document.faults(document, content, own_prefix="atom"),
            grammar.faults(root, SHAPES, "rss"),
            atom_links.feed_faults(channel, address),
            _channel_faults(document, channel),
            _leaf_faults(document, now),
            *(_item_faults(item, f"item {at}") for at, item in enumerate(channel.findall("item"))),
        )
    )


def _channel_faults(document: Document, channel: etree._Element) -> Iterator[Fault]:
    items = channel.findall("item")
    if items and any(one.tag != "item" for one in channel[channel.index(items[0]) :]):
        yield Fault("MisplacedItem", "channel")
    if channel.find("language") is None:
        yield Fault("MissingDCLanguage", "channel")
    if (description := channel.find("description")) is not None:
        yield from plain_text.title_faults("channel description", words(description))
        yield from plain_text.faults("channel description", words(description), document.raw(description))
    guids = [item.findtext("guid", "") for item in items]
    if len(set(guids)) < len(guids):
        yield Fault("DuplicateValue", "guid", max(guids, key=guids.count))
    if (image := channel.find("image")) is not None:
        yield from _image_faults(channel, image)


def _image_faults(channel: etree._Element, image: etree._Element) -> Iterator[Fault]:
    if image.findtext("title") != channel.findtext("title"):
        yield Fault("ImageTitleDoesntMatch", "image", image.findtext("title", ""))
    if image.findtext("link") != channel.findtext("link"):
        yield Fault("ImageLinkDoesntMatch", "image", image.findtext("link", ""))
    for side, most in (("width", 144), ("height", 400)):
        length = image.findtext(side)
        if length is not None and not (length.isdecimal() and 0 < int(length) <= most):
            yield Fault(f"Invalid{side.title()}", "image", length)


def _item_faults(item: etree._Element, place: str) -> Iterator[Fault]:
    guid = item.find("guid")
    if guid is not None:
        yield from _guid_faults(guid, place)
    whole, description = item.find(_WHOLE), item.find("description")
    if whole is not None:
        yield from markup.faults(words(whole))
        if description is None or item.index(whole) < item.index(description):
            yield Fault("NeedDescriptionBeforeContent", place)
    if description is not None:
        yield from markup.faults(words(description))
    enclosure = item.find("enclosure")
    if enclosure is not None:
        yield from _enclosure_faults(enclosure, place)
    yield from atom_links.entry_faults(item, place)
    names = [f"{one.get('domain')} {words(one)}" for one in item.findall("category")]
    if len(set(names)) < len(names):
        yield Fault("DuplicateCategory", place, str(names))


def _guid_faults(guid: etree._Element, place: str) -> Iterator[Fault]:
    text, permanent = words(guid), guid.get("isPermaLink")
    if permanent not in ("true", "false"):
        yield Fault("InvalidBooleanAttribute", place, str(permanent))
    elif permanent == "true" and not addresses.web(text):
        yield Fault("InvalidPermalink" if addresses.absolute(text) else "InvalidHttpGUID", place, text)
    elif not addresses.absolute(text):
        yield Fault("NotSufficientlyUnique", place, text)


def _enclosure_faults(enclosure: etree._Element, place: str) -> Iterator[Fault]:
    url, length, kind = (enclosure.get(one, "") for one in ("url", "length", "type"))
    if not addresses.web(url) or "." not in url.split("/")[2]:
        yield Fault("InvalidURLAttribute", place, url)
    if not length.isdecimal():
        yield Fault("InvalidIntegerAttribute", place, length)
    if kind.count("/") != 1 or " " in kind:
        yield Fault("InvalidMIMEAttribute", place, kind)


def _leaf_faults(document: Document, now: datetime) -> Iterator[Fault]:
    for element in document.root.iter(etree.Element):
        kind, text = name(element), words(element)
        place = f"line {element.sourceline}, {kind}"
        if kind in _ADDRESSES and not addresses.web(text):
            yield Fault("InvalidFullLink", place, text)
        elif kind in ("pubDate", "lastBuildDate"):
            yield from dates.rfc822(place, text, now)
        elif kind in _PLAIN:
            yield from plain_text.title_faults(place, text)
            yield from plain_text.faults(place, text, document.raw(element))
        elif kind in ("language", "dc:language"):
            yield from languages.faults(place, text)
        elif kind in ("managingEditor", "webMaster"):
            yield from _person_faults(place, text)
        elif kind == "ttl" and not (text.isdecimal() and int(text) > 0):
            yield Fault("InvalidPositiveInteger", place, text)
        if kind == "source" and not addresses.web(element.get("url", "")):
            yield Fault("InvalidFullLink", f"{place} url", element.get("url", ""))
        if (
            kind == "category"
            and (domain := element.get("domain")) is not None
            and not addresses.absolute(domain)
        ):
            yield Fault("InvalidFullLink", f"{place} domain", domain)


def _person_faults(place: str, text: str) -> Iterator[Fault]:
    """`editor@example.org (Her Name)`: an address with a name in brackets, never a name alone."""
    address, _, rest = text.partition(" ")
    if not addresses.mail(address):
        yield Fault("InvalidContact", place, text)
    elif not (rest.startswith("(") and rest.endswith(")") and len(rest) > 2):
        yield Fault("EmailFormat" if rest else "MissingRealName", place, text)
