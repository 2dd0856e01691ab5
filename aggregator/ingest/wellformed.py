"""The short way for plainly well-formed feeds: RSS 2.0 and Atom 1.0 with the elements that most feeds have.

feedparser rules: this gives the same entries, field by field, or nothing. At the first doubt (an element, an
attribute, an order or a value that feedparser treats in a way of its own) it gives up, and feedparser reads
the whole. Strict XML, no entities, no network.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from feedparser.mixin import _FeedParserMixin
from lxml import etree

from aggregator.model import PublishedEntry

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_IGNORED = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://wellformedweb.org/CommentAPI/}",
    _SYNDICATION,
)
_MENDED_ADDRESS = re.compile(r"&amp;|[\s\\\[\]]|[?#](?:#|$)")
_MAPPED = re.compile("[\x80-\x9f]")
"""Characters that feedparser maps to others."""
_DECLARATIONS = ("<!DOCTYPE", "<!ENTITY", "xml:base")
"""What changes the meaning of text or links elsewhere."""


class _DoubtError(Exception):
    """This feed is for feedparser."""


@dataclass(slots=True)
class WellFormed:
    """What was read; the same as feedparser would give."""

    title: str = ""
    language: str = ""
    hints: dict[str, str] = field(default_factory=dict)
    """Text of `ttl`, `sy_updateperiod` and `sy_updatefrequency`."""
    entries: list[PublishedEntry] = field(default_factory=list)


def read(text: str) -> WellFormed | None:
    """Read a feed the short way; None when feedparser should read it. `text` has no XML declaration."""
    if _MAPPED.search(text) or any(each in text for each in _DECLARATIONS):
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode(), parser)
        if root.tag == "rss" and root.get("version") == "2.0" and set(root.attrib) == {"version"}:
            return _rss(root)
        if root.tag == f"{_ATOM}feed" and set(root.attrib) <= {_LANGUAGE}:
            return _atom(root)
    except (etree.XMLSyntaxError, ValueError, _DoubtError):
        pass
    return None


def _sure(condition: object) -> None:
    if not condition:
        raise _DoubtError


def _text(element: etree._Element, *attributes: str) -> str:
    """An element's text; it must have no children, and no attributes but these."""
    _sure(not len(element) and set(element.attrib) <= set(attributes))
    return (element.text or "").strip()


# ------------------------------------------------------------------------------------------------ RSS


def _rss(root: etree._Element) -> WellFormed:
    _sure(len(root) == 1 and root[0].tag == "channel" and not root[0].attrib)
    feed = WellFormed()
    channel = root[0]
    titles, languages = channel.findall("title"), channel.findall("language")
    _sure(len(titles) == 1 and len(languages) <= 1)
    feed.title = _text(titles[0])
    feed.language = _text(languages[0]) if languages else ""
    for child in channel:
        if child.tag == "item":
            feed.entries.append(_item(child, feed.language))
        elif child.tag == "ttl":
            feed.hints["ttl"] = _text(child)
        elif child.tag.startswith(_SYNDICATION):
            feed.hints[f"sy_{child.tag.removeprefix(_SYNDICATION).lower()}"] = _text(child)
        else:
            _sure(child.tag in _CHANNEL or child.tag.lower().startswith(_ABOUT_THE_FEED))
    return feed


_CHANNEL = frozenset(
    {
        "title",
        "link",
        "description",
        "language",
        "lastBuildDate",
        "pubDate",
        "generator",
        "copyright",
        "managingEditor",
        "webMaster",
        "docs",
        "category",
        "image",
        "cloud",
    }
)
_ABOUT_THE_FEED = (
    _ATOM.lower(),
    "{http://www.itunes.com/dtds/podcast-1.0.dtd}",
    "{http://rssnamespace.org/feedburner/ext/1.0}",
    "{http://www.google.com/schemas/play-podcasts/1.0}",
)
"""What these say of a whole feed is nothing that we keep."""


@dataclass(slots=True)
class _Fields:
    """An entry's fields as they are found."""

    found: dict[str, str] = field(default_factory=dict)
    categories: list[tuple[str, str | None]] = field(default_factory=list)
    pictures: dict[str, list[str]] = field(default_factory=dict)
    content_as_it_stands: str = ""
    """What feedparser takes for the summary where there is none."""

    def put(self, name: str, value: str) -> None:
        """A field stands once."""
        _sure(name not in self.found)
        self.found[name] = value

    def entry(self, language: str) -> PublishedEntry:
        """The entry; a picture is taken from media contents, then thumbnails, then enclosures."""
        pictures = [
            url for kind in ("content", "thumbnail", "enclosure") for url in self.pictures.get(kind, ())
        ]
        return PublishedEntry(
            **self.found,
            language=language,
            categories=tuple(term for term, _ in dict.fromkeys(self.categories) if term),
            image=next(filter(None, pictures), ""),
        )


def _item(item: etree._Element, language: str) -> PublishedEntry:
    _sure(not item.attrib)
    fields = _Fields()
    for child in item:
        take = _ITEM.get(child.tag)
        if take is not None:
            take(child, fields)
        else:
            _sure(child.tag.startswith(_IGNORED) or child.tag == "comments")
    _sure(fields.found.get("link") and "summary" in fields.found)
    return fields.entry(language)


def _rss_title(element: etree._Element, fields: _Fields) -> None:
    title = _text(element)
    fields.put("title", title if _FeedParserMixin.looks_like_html(title) else html.escape(title, quote=False))


def _rss_link(element: etree._Element, fields: _Fields) -> None:
    fields.put("link", _web_address(_text(element)))


def _guid(element: etree._Element, fields: _Fields) -> None:
    guid = _text(element, "isPermaLink")
    _sure(guid and element.get("isPermaLink", "true") in ("true", "false"))
    fields.put("guid", guid)


def _description(element: etree._Element, fields: _Fields) -> None:
    # Where the content comes first, feedparser takes it for the summary too.
    _sure("content" not in fields.found)
    fields.put("summary", _text(element))


def _encoded(element: etree._Element, fields: _Fields) -> None:
    _sure("summary" in fields.found)
    fields.put("content", _text(element))


def _rss_author(element: etree._Element, fields: _Fields) -> None:
    author = _text(element)
    # feedparser takes addresses out of such names in ways of its own.
    _sure(author and not set(author) & set("@()<>"))
    fields.put("author", author)


def _rss_date(element: etree._Element, fields: _Fields) -> None:
    fields.put("published", _text(element))


def _rss_category(element: etree._Element, fields: _Fields) -> None:
    fields.categories.append((_text(element, "domain"), element.get("domain")))


_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def _enclosure(element: etree._Element, fields: _Fields) -> None:
    _sure(not _text(element, "url", "type", "length"))
    _picture(fields, "enclosure", element.get("url", ""), element.get("type", ""))


def _media_content(element: etree._Element, fields: _Fields) -> None:
    _sure(not _text(element, "url", "type", "medium", "width", "height", "fileSize"))
    _picture(fields, "content", element.get("url", ""), element.get("type") or element.get("medium") or "")


def _thumbnail(element: etree._Element, fields: _Fields) -> None:
    _sure(not _text(element, "url", "width", "height"))
    fields.pictures.setdefault("thumbnail", []).append(_web_address(element.get("url", "")))


def _picture(fields: _Fields, kind: str, url: str, media: str) -> None:
    _sure(url == url.strip() and media == media.strip())
    if media.startswith("image") or (not media and url.partition("?")[0].lower().endswith(_PICTURES)):
        fields.pictures.setdefault(kind, []).append(_web_address(url))


def _web_address(url: str) -> str:
    """feedparser mends and filters addresses; these it leaves alone."""
    _sure(url.startswith(("http://", "https://")) and not _MENDED_ADDRESS.search(url))
    return url


_Take = Callable[[etree._Element, _Fields], None]
_ITEM: Mapping[str, _Take] = {
    "title": _rss_title,
    "link": _rss_link,
    "guid": _guid,
    "description": _description,
    "pubDate": _rss_date,
    "author": _rss_author,
    "category": _rss_category,
    "enclosure": _enclosure,
    f"{_DC}creator": _rss_author,
    f"{_CONTENT}encoded": _encoded,
    f"{_MEDIA}content": _media_content,
    f"{_MEDIA}thumbnail": _thumbnail,
}


# ------------------------------------------------------------------------------------------------ Atom


def _atom(root: etree._Element) -> WellFormed:
    titles = root.findall(f"{_ATOM}title")
    _sure(len(titles) == 1 and titles[0].get("type", "text") == "text")
    feed = WellFormed(title=_text(titles[0], "type"), language=root.get(_LANGUAGE, ""))
    _sure("_" not in feed.language)
    for child in root:
        if child.tag == f"{_ATOM}entry":
            feed.entries.append(_atom_entry(child, feed.language))
        else:
            _sure(child.tag in _ATOM_FEED or child.tag.lower().startswith(_ABOUT_THE_FEED[1:]))
            _sure(not any(_LANGUAGE in each.attrib for each in child.iter()))
    return feed


_ATOM_FEED = frozenset(
    f"{_ATOM}{name}"
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
    _sure(not entry.attrib)
    fields = _Fields()
    for child in entry:
        take = _ENTRY.get(child.tag)
        _sure(take)
        take(child, fields)  # type: ignore[misc] # _sure has seen to it
    found = fields.found
    _sure(found.get("link") and found.get("guid") and ("summary" in found or "content" in found))
    if "summary" not in found:
        found["summary"] = fields.content_as_it_stands
    return fields.entry(language)


def _construct(name: str) -> _Take:
    """A text construct (RFC 4287 section 3.1) of type text or html."""

    def take(element: etree._Element, fields: _Fields) -> None:
        kind = element.get("type", "text")
        _sure(kind in ("text", "html"))
        text = _text(element, "type")
        fields.put(name, text if kind == "html" else html.escape(text, quote=False))

    return take


def _atom_content(element: etree._Element, fields: _Fields) -> None:
    _construct("content")(element, fields)
    fields.content_as_it_stands = _text(element, "type")


def _plain(name: str) -> _Take:
    def take(element: etree._Element, fields: _Fields) -> None:
        fields.put(name, _text(element))

    return take


def _atom_link(element: etree._Element, fields: _Fields) -> None:
    _sure(not _text(element, "rel", "href", "type", "length", "title"))
    rel, kind = element.get("rel", "alternate"), element.get("type", "text/html")
    if rel == "alternate":
        _sure(kind in ("text/html", "application/xhtml+xml"))
        fields.put("link", _web_address(element.get("href", "")))
    elif rel == "enclosure":
        _picture(fields, "enclosure", element.get("href", ""), element.get("type", ""))


def _atom_author(element: etree._Element, fields: _Fields) -> None:
    names = element.findall(f"{_ATOM}name")
    _sure(len(names) == 1 and not element.attrib)
    others = {f"{_ATOM}name", f"{_ATOM}uri", f"{_ATOM}email"}
    _sure(all(child.tag in others and not child.attrib and not len(child) for child in element))
    name = _text(names[0])
    _sure(name and not set(name) & set("@()<>"))
    fields.put("author", name)


def _atom_category(element: etree._Element, fields: _Fields) -> None:
    _sure(not _text(element, "term", "scheme", "label"))
    scheme = f"{element.get('scheme')}\n{element.get('label')}"
    fields.categories.append((element.get("term", "").strip(), scheme))


_ENTRY: Mapping[str, _Take] = {
    f"{_ATOM}id": _plain("guid"),
    f"{_ATOM}title": _construct("title"),
    f"{_ATOM}link": _atom_link,
    f"{_ATOM}published": _plain("published"),
    f"{_ATOM}updated": _plain("updated"),
    f"{_ATOM}author": _atom_author,
    f"{_ATOM}category": _atom_category,
    f"{_ATOM}summary": _construct("summary"),
    f"{_ATOM}content": _atom_content,
}
