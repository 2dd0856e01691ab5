"""RSS 2.0, read the short way."""

from __future__ import annotations

import html
from collections.abc import Mapping

from feedparser.mixin import _FeedParserMixin
from lxml import etree

from aggregator.ingest.tolerant import LONGEST_AUTHOR
from aggregator.ingest.wellformed.parts import (
    ABOUT_THE_FEED,
    Fields,
    Take,
    WellFormed,
    picture,
    sure,
    text_of,
    web_address,
)
from aggregator.model import PublishedEntry

_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_IGNORED = (
    "{http://purl.org/rss/1.0/modules/slash/}",
    "{http://wellformedweb.org/CommentAPI/}",
    _SYNDICATION,
)


def read(root: etree._Element) -> WellFormed:
    """A channel with its items; raises DoubtError where feedparser should read it."""
    sure(len(root) == 1 and root[0].tag == "channel" and not root[0].attrib)
    feed = WellFormed()
    channel = root[0]
    titles, languages = channel.findall("title"), channel.findall("language")
    sure(len(titles) == 1 and len(languages) <= 1)
    feed.title = text_of(titles[0])
    feed.language = text_of(languages[0]) if languages else ""
    for child in channel:
        if child.tag == "item":
            feed.entries.append(_item(child, feed.language))
        elif child.tag == "ttl":
            feed.hints["ttl"] = text_of(child)
        elif child.tag.startswith(_SYNDICATION):
            feed.hints[f"sy_{child.tag.removeprefix(_SYNDICATION).lower()}"] = text_of(child)
        else:
            sure(child.tag in _CHANNEL or child.tag.lower().startswith(ABOUT_THE_FEED))
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


def _item(item: etree._Element, language: str) -> PublishedEntry:
    sure(not item.attrib)
    fields = Fields()
    for child in item:
        take = _ITEM.get(child.tag)
        if take is not None:
            take(child, fields)
        else:
            sure(child.tag.startswith(_IGNORED) or child.tag == "comments")
    sure(fields.found.get("link") and "summary" in fields.found)
    return fields.entry(language)


def _rss_title(element: etree._Element, fields: Fields) -> None:
    title = text_of(element)
    fields.put("title", title if _FeedParserMixin.looks_like_html(title) else html.escape(title, quote=False))


def _rss_link(element: etree._Element, fields: Fields) -> None:
    fields.put("link", web_address(text_of(element)))


def _guid(element: etree._Element, fields: Fields) -> None:
    guid = text_of(element, "isPermaLink")
    sure(guid and element.get("isPermaLink", "true") in ("true", "false"))
    fields.put("guid", guid)


def _description(element: etree._Element, fields: Fields) -> None:
    # Where the content comes first, feedparser takes it for the summary too.
    sure("content" not in fields.found)
    fields.put("summary", text_of(element))


def _encoded(element: etree._Element, fields: Fields) -> None:
    sure("summary" in fields.found)
    fields.put("content", text_of(element))


def _rss_author(element: etree._Element, fields: Fields) -> None:
    author = text_of(element)
    # feedparser takes addresses out of such names in ways of its own.
    sure(author and len(author) <= LONGEST_AUTHOR and not set(author) & set("@()<>"))
    fields.put("author", author)


def _rss_date(element: etree._Element, fields: Fields) -> None:
    fields.put("published", text_of(element))


def _rss_category(element: etree._Element, fields: Fields) -> None:
    fields.categories.append((text_of(element, "domain"), element.get("domain")))


def _enclosure(element: etree._Element, fields: Fields) -> None:
    sure(not text_of(element, "url", "type", "length"))
    picture(fields, "enclosure", element.get("url", ""), element.get("type", ""))


def _media_content(element: etree._Element, fields: Fields) -> None:
    sure(not text_of(element, "url", "type", "medium", "width", "height", "fileSize"))
    picture(fields, "content", element.get("url", ""), element.get("type") or element.get("medium") or "")


def _thumbnail(element: etree._Element, fields: Fields) -> None:
    sure(not text_of(element, "url", "width", "height"))
    fields.pictures.setdefault("thumbnail", []).append(web_address(element.get("url", "")))


_ITEM: Mapping[str, Take] = {
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
