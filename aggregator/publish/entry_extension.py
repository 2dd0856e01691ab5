"""What feedgen's entries lack: their own language, links with relations, and a complete `atom:source`.

feedgen 1.0 drops everything of an entry's links but the address, so that each would be an alternate, and
writes a source's title and one bare link. RFC 4287 section 4.2.11 asks for the source feed's id, title and
updated as well, so that a reader can tell where an entry of a merged feed came from.
"""

from __future__ import annotations

from feedgen.ext.base import BaseEntryExtension
from lxml.etree import SubElement, _Element

from aggregator.publish.presentation import Headline, ShownStory

DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_CREATOR = f"{{{DUBLIN_CORE}}}creator"
_LANGUAGE = f"{{{DUBLIN_CORE}}}language"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Completes one entry from the story it shows."""

    _story: ShownStory

    def story(self, story: ShownStory) -> None:
        """Set the story that the entry shows: needed before the entry is written."""
        self._story = story

    def extend_atom(self, entry: _Element) -> _Element:
        """Set `xml:lang` where the language is known, add the summary, and complete links and `source`."""
        story = self._story
        if story.headline.tag:
            entry.set(_LANG, story.headline.tag)
        if story.excerpt:
            SubElement(entry, "summary").text = story.excerpt
        for original in entry.iterchildren("link"):
            _describe(original, "alternate", story.headline)
        for source in entry.iterchildren("source"):
            _complete(source, story)
        for other in story.coverage:
            link = SubElement(entry, "link", {"href": other.url, "title": other.publisher.name})
            _describe(link, "related", other)
        return entry

    def extend_rss(self, item: _Element) -> _Element:
        """Name publisher and language: RSS's own `author` is a mail address, and it knows one language."""
        headline = self._story.headline
        SubElement(item, _CREATOR).text = headline.publisher.name
        if headline.tag:
            SubElement(item, _LANGUAGE).text = headline.tag
        return item


def _describe(link: _Element, relation: str, headline: Headline) -> None:
    link.set("rel", relation)
    if headline.tag:
        link.set("hreflang", headline.tag)


def _complete(source: _Element, story: ShownStory) -> None:
    """A source feed is identified by its address; it was updated no earlier than the entry was published."""
    publisher = story.headline.publisher
    source[1].set("rel", "self")
    SubElement(source, "id").text = publisher.feed
    SubElement(source, "updated").text = story.published.isoformat()
    if publisher.homepage:
        SubElement(source, "link", {"rel": "alternate", "href": publisher.homepage})
