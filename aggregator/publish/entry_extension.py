"""What feedgen's Atom entries lack: their own language, links with relations, and a complete `atom:source`.

feedgen 1.0 drops everything of an entry's links but the address, so that each would be an alternate, and
writes a source's title and one bare link. RFC 4287 section 4.2.11 asks for the source feed's id, title and
updated as well, so that a reader can tell where an entry of a merged feed came from.
"""

from __future__ import annotations

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.util import xml_elem
from lxml.etree import _Element

from aggregator.publish.presentation import Headline, ShownStory

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class FeedExtension(BaseExtension):  # type: ignore[misc]
    """Adds nothing to the feed itself; feedgen registers feed and entry extensions in pairs."""


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Completes one entry from the story it shows."""

    _story: ShownStory

    def story(self, story: ShownStory) -> None:
        """Set the story that the entry shows: needed before the entry is written."""
        self._story = story

    def extend_atom(self, entry: _Element) -> _Element:
        """Set `xml:lang` where the language is known, and write links and `source` anew."""
        if self._story.headline.tag:
            entry.attrib[_LANG] = self._story.headline.tag
        _link(entry, self._story)
        source = entry.find("source")
        if source is not None:
            _complete(source, self._story)
        return entry


def _link(entry: _Element, story: ShownStory) -> None:
    for bare in entry.findall("link"):
        entry.remove(bare)
    if story.headline.url:
        _add_link(entry, "alternate", story.headline)
    for other in story.coverage:
        _add_link(entry, "related", other).set("title", other.publisher.name)


def _add_link(entry: _Element, relation: str, headline: Headline) -> _Element:
    link: _Element = xml_elem("link", entry, rel=relation, href=headline.url)
    if headline.tag:
        link.set("hreflang", headline.tag)
    return link


def _complete(source: _Element, story: ShownStory) -> None:
    """A source feed is identified by its address; it was updated no earlier than the entry was published."""
    publisher = story.headline.publisher
    source.clear()
    xml_elem("id", source).text = publisher.feed
    xml_elem("title", source).text = publisher.name
    xml_elem("updated", source).text = story.published.isoformat()
    xml_elem("link", source, rel="self", href=publisher.feed)
    if publisher.homepage:
        xml_elem("link", source, rel="alternate", href=publisher.homepage)
