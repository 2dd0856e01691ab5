"""What feedgen's feeds lack: a style sheet, the marks of RFC 5005, and in RSS links to other documents."""

from __future__ import annotations

from feedgen.ext.base import BaseExtension
from feedgen.util import xml_elem
from lxml import etree

from aggregator.publish.entry_writer import NAMESPACES
from aggregator.publish.feed_head import Head

HISTORY = "http://purl.org/syndication/history/1.0"
_RSS_HAS = {"self", "alternate"}
"""Links that feedgen writes into RSS itself."""


class HeadExtension(BaseExtension):  # type: ignore[misc]
    """Completes the head of one document."""

    _head: Head
    _style: str

    def head(self, head: Head, style: str) -> None:
        """Set what the document says, and the address of its style sheet: needed before it is written."""
        self._head = head
        self._style = style

    def extend_ns(self) -> dict[str, str]:
        """Name RFC 5005's namespace where something of it follows."""
        return {"fh": HISTORY} if self._head.history else {}

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Add style sheet and mark; feedgen writes the links."""
        self._begin(feed)
        self._mark(feed)
        return feed

    def extend_rss(self, rss: etree._Element) -> etree._Element:
        """Add style sheet, mark and links."""
        self._begin(rss)
        channel = rss[0]
        for link in self._head.links("rss"):
            if link["rel"] not in _RSS_HAS:
                xml_elem(f"{{{NAMESPACES['atom']}}}link", channel, **link)
        self._mark(channel)
        return rss

    def _begin(self, root: etree._Element) -> None:
        """A browser shows a feed with its style sheet (https://www.w3.org/TR/xml-stylesheet/) or as text."""
        instruction = f'type="text/css" href="{self._style}"'
        root.addprevious(etree.ProcessingInstruction("xml-stylesheet", instruction))
        note = f" {self._head.note} {self._head.page} "
        root.addprevious(etree.Comment(note.replace("--", "-%2D")))

    def _mark(self, parent: etree._Element) -> None:
        if self._head.history:
            xml_elem(f"{{{HISTORY}}}{self._head.history}", parent)


class NamesExtension(BaseExtension):  # type: ignore[misc]
    """Declares at the root of RSS the namespace that its items use."""

    def extend_ns(self) -> dict[str, str]:
        """Dublin Core; feedgen declares the others itself."""
        return {"dc": NAMESPACES["dc"]}
