"""Merged feeds as Atom 1.0 (RFC 4287), RSS 2.0 and JSON Feed 1.1.

Each entry is written once (`entry_writer`), kept (`fragments`), and joined into documents (`documents`).
Nothing in a feed depends on the time of rendering: equal stories give equal bytes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from aggregator.model import File, FoundStories, Place, Selection, Site, Story
from aggregator.publish import archives, documents, text
from aggregator.publish.entry_writer import ID_DATE, EntryWriter, Fragment
from aggregator.publish.feed_head import MEDIA_TYPES, Head, Suffix
from aggregator.publish.fragments import BYTES, Fragments
from aggregator.publish.on_request import OnRequest
from aggregator.publish.selections import EVERYTHING, TOP, name

NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""`updated` of a feed without stories: it is required, and the time of rendering would change the bytes."""
_WRITERS = {"atom": documents.atom, "rss": documents.rss, "json": documents.json}
TITLE = 200
"""Characters, as of `DESCRIPTION`."""
DESCRIPTION = 1000
_ENCODED = "/+?=&%"
"""Ids of feeds on request are parts of addresses, and encoded as such."""
_FEEDGEN = threading.Lock()
"""feedgen changes the locale of the whole process while it writes a date: one writes at a time."""


def path(selection: Selection, suffix: str) -> str:
    """Where a selection's feed stands below the public folder; `suffix`: `atom`, `rss` or `json`."""
    return f"feeds/{name(selection)}.{suffix}"


class Feeds:
    """Renders the feeds of one site. May be used by several threads."""

    def __init__(
        self, environment: Callable[[str], Environment], site: Site, cache_bytes: int = BYTES
    ) -> None:
        """`environment`: templates by interface language. `cache_bytes`: bound of the entries kept."""
        self._site = site
        self._templates = environment(site.language)
        self._note = self._templates.get_template("site/feed-note.html").render().strip()
        weights = {source.id: source.weight for source in site.sources.values()}
        self._fragments = Fragments(EntryWriter(environment, site).write, weights, cache_bytes)

    def missing(self, places: Iterable[Place]) -> list[int]:
        """Ids of the stories to hand to `learn` before a document with these places is rendered."""
        with _FEEDGEN:
            return self._fragments.missing(places)

    def learn(self, stories: Iterable[Story]) -> None:
        """Write and keep the entries of these stories; they are kept until the next document is rendered."""
        with _FEEDGEN:
            self._fragments.learn(stories)

    def current(self, selection: Selection, places: Sequence[Place], archived: int) -> list[File]:
        """The three documents that subscribers poll. `places`: newest first, as many as `archives.newest`.

        `archived`: archive documents that are complete. A story that was not learned is left out: it was
        withdrawn meanwhile; so are the oldest of what would make a document too large. Top stories are a
        complete feed (RFC 5005 section 2): what left them is told no more.
        """
        complete = selection.id == TOP
        before = (
            [("prev-archive", self._absolute(archives.path(name(selection), archived)))] if archived else []
        )
        with _FEEDGEN:
            entries = documents.fitting(self._chosen(selection, places))
            head = replace(
                self._head(selection, entries),
                hubs=self._site.hubs,
                history="complete" if complete else "",
                archives=() if complete else tuple(before),
            )
            return [
                File(path(selection, suffix), _WRITERS[suffix](head, self._site, entries))
                for suffix in MEDIA_TYPES
            ]

    def archive(self, selection: Selection, document: int, places: Sequence[Place], archived: int) -> File:
        """An archive document (RFC 5005 section 4), counted from 1, of `archived` that are complete.

        `places`: those that still stand of `archives.span`, in their order.
        """
        neighbours = {"prev-archive": document - 1, "next-archive": document + 1}
        links = [
            (relation, self._absolute(archives.path(name(selection), neighbour)))
            for relation, neighbour in neighbours.items()
            if 1 <= neighbour <= archived
        ]
        links.append(("current", self._absolute(path(selection, "atom"))))
        own = archives.path(name(selection), document)
        with _FEEDGEN:
            entries = self._chosen(selection, places)
            head = replace(
                self._head(selection, entries),
                place=self._absolute(own).removesuffix(".atom"),
                history="archive",
                archives=tuple(links),
            )
            return File(own, documents.atom(head, self._site, entries))

    def requested(self, asked: OnRequest, suffix: Suffix, found: FoundStories) -> File:
        """One page of a feed that is made on request, in one format."""
        entries_of = [story.id for story in found.stories]
        places = [Place(story.id, story.version, 0) for story in found.stories]
        with _FEEDGEN:
            missing = set(self._fragments.missing(places))
            self._fragments.learn(story for story in found.stories if story.id in missing)
            entries = self._fragments.chosen(entries_of, asked.selection.languages)
            self._fragments.trim()
            head = replace(
                self._head(asked.selection, entries),
                place=self._absolute(f"feeds/{asked.name}"),
                parameters=asked.address(asked.query.before),
                after=asked.address(found.next) if found.next is not None else "",
                first=asked.address(None) if asked.query.before is not None else None,
            )
            written = _WRITERS[suffix](head, self._site, entries)
        return File(f"feeds/{asked.name}.{suffix}{head.parameters}", written)

    def style_sheet(self) -> File:
        """What makes a feed that is opened in a browser a page: its looks, and words that explain it."""
        style = self._templates.get_template("site/feed.css").render(note=_quoted(self._note))
        return File(documents.STYLE_SHEET, style.encode())

    def _chosen(self, selection: Selection, places: Sequence[Place]) -> list[Fragment]:
        entries = self._fragments.chosen((place.story_id for place in places), selection.languages)
        self._fragments.trim()
        return entries

    def _head(self, selection: Selection, entries: Sequence[Fragment]) -> Head:
        site = self._site
        return Head(
            uri=feed_uri(selection, site),
            title=self._title(selection),
            description=self._description(selection),
            language=selection.languages[0] if len(selection.languages) == 1 else site.language,
            page=self._absolute(page(selection, site)),
            note=self._note,
            place=self._absolute(f"feeds/{name(selection)}"),
            updated=max((one.updated for one in entries), default=NEVER),
        )

    def _description(self, selection: Selection) -> str:
        """Never empty, for RSS must have one: what is all markup says nothing."""
        described = (selection.description, self._site.description)
        shown = (text.plain(one, DESCRIPTION) for one in described)
        return next(filter(None, shown), self._title(selection))

    def _title(self, selection: Selection) -> str:
        site = text.plain(self._site.title, TITLE)
        own = "" if selection.id == EVERYTHING else text.plain(selection.title, TITLE)
        return f"{own} – {site}" if own else site

    def _absolute(self, below: str) -> str:
        return f"{self._site.base_url}/{below}"


def feed_uri(selection: Selection, site: Site) -> str:
    """The permanent id of a selection's feed: a renamed one keeps that of its first name."""
    first = selection.was[0] if selection.was else selection.id
    return f"tag:{site.id_domain},{ID_DATE}:feed/{quote(first, safe=_ENCODED)}"


def page(selection: Selection, site: Site) -> str:
    """Path of the page for people that shows what the feed holds, in the feed's language if it is offered."""
    told = selection.languages[0] if len(selection.languages) == 1 else ""
    language = told if told in site.languages else site.language
    if selection.id in (EVERYTHING, TOP):
        return f"{language}/"
    if (selection.id.upper(),) == selection.countries and selection.id.upper() in site.countries:
        return f"{language}/country/{selection.id}.html"
    has_page = selection.id.startswith(("search?", "source/"))
    return f"{language}/{'' if has_page else 'feed/'}{quote(selection.id, safe=_ENCODED)}"


def _quoted(words: str) -> Markup:
    """A string of CSS (CSS Syntax Level 3, section 4.3.5)."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ")
    return Markup(f'"{escaped}"')  # noqa: S704 - escaped for CSS, which knows no HTML
