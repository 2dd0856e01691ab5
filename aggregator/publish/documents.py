"""A feed's documents: the head as feedgen writes it, and entries that were written before."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator

from aggregator.model import Site
from aggregator.publish import jsonfeed
from aggregator.publish.entry_extension import EntryExtension
from aggregator.publish.entry_writer import Fragment
from aggregator.publish.feed_head import Head, Suffix
from aggregator.publish.head_extension import HeadExtension, NamesExtension

STYLE_SHEET = "feed.css"
"""Path below the public folder."""
BYTES = 4_900_000
"""What the entries of a document may take together: some readers and validators stop at 5 MB. All that no
archive document has fits in, were each entry as long as full texts may be (`presentation`)."""


def fitting(entries: Sequence[Fragment]) -> Sequence[Fragment]:
    """As many of these, from the first, as a document may hold in each format."""
    taken = 0
    for number, one in enumerate(entries):
        taken += max(len(one.atom), len(one.rss), len(one.json))
        if taken > BYTES:
            return entries[:number]
    return entries


def atom(head: Head, site: Site, entries: Sequence[Fragment]) -> bytes:
    """An Atom 1.0 document (RFC 4287)."""
    written = feed(head, site, "atom").atom_str()
    return _joined(written, b"</feed>", [one.atom for one in entries])


def rss(head: Head, site: Site, entries: Sequence[Fragment]) -> bytes:
    """An RSS 2.0 document (https://www.rssboard.org/rss-specification)."""
    written = feed(head, site, "rss").rss_str()
    return _joined(written, b"</channel></rss>", [one.rss for one in entries])


def json(head: Head, site: Site, entries: Sequence[Fragment]) -> bytes:
    """A JSON Feed 1.1 document."""
    return jsonfeed.document(head, site, [one.json for one in entries])


def feed(head: Head, site: Site, suffix: Suffix) -> FeedGenerator:
    """The feed without entries, for one format: `self` is another address in each."""
    made = FeedGenerator()
    made.register_extension("shown", HeadExtension, EntryExtension)
    made.register_extension("names", NamesExtension, BaseEntryExtension, atom=False)
    made.shown.head(head, f"{urlsplit(site.base_url).path}/{STYLE_SHEET}")
    made.id(head.uri)
    made.title(head.title)
    made.description(head.description)
    made.author(name=site.title, uri=f"{site.base_url}/")
    made.language(head.language)
    made.generator("regional-news-aggregator")
    made.icon(f"{site.base_url}/icon.svg")
    made.updated(head.updated)
    made.link(head.links(suffix))
    return made


def _joined(written: bytes, closing: bytes, entries: Sequence[bytes]) -> bytes:
    """A document without entries ends right where they would stand."""
    return b"".join((written.removesuffix(closing), *entries, closing))
