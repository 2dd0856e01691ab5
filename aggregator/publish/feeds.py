"""Merged feeds as Atom 1.0 (RFC 4287) and RSS 2.0, built with feedgen.

Nothing in a feed depends on the time of rendering: equal stories give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from jinja2 import Environment

from aggregator.model import File, Selection, Site, Story
from aggregator.publish import selections
from aggregator.publish.entry_extension import EntryExtension, FeedExtension
from aggregator.publish.presentation import ShownStory, show

COUNTRY_SCHEME = "urn:iso:std:iso:3166"
"""Scheme of country categories: their terms are ISO 3166-1 alpha-2 codes."""
SUBSCRIBERS = "subscribers"
"""Category of entries whose article is for subscribers."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""`updated` of a feed without stories: it is required, and the time of rendering would change the bytes."""
_TAG_DATE = "2026"
"""Date in our feeds' `tag:` URIs (RFC 4151): part of their identity, so it never changes."""
_MEDIA_TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml"}


def path(selection: Selection, suffix: str) -> str:
    """Where a selection's feed stands below the public folder; `suffix` is `atom` or `rss`."""
    stem = "all" if selection.id == selections.EVERYTHING else selection.id
    return f"feeds/{stem}.{suffix}"


class Feeds:
    """Renders a selection's feeds for one site."""

    def __init__(self, environment: Callable[[str], Environment], site: Site) -> None:
        """`environment`: templates by interface language; `site/feed-entry.html` is an entry's content."""
        self._site = site
        templates = environment(site.language)
        self._content = templates.get_template("site/feed-entry.html")
        self._country: Callable[[str], str] = templates.filters["country"]

    def render(
        self,
        selection: Selection,
        stories: Sequence[Story],
        now: datetime,  # noqa: ARG002 - the port hands it over; a feed must not depend on it
    ) -> list[File]:
        """Both formats of a selection, stories in the order given."""
        feed = self._feed(selection, stories)
        files = []
        for suffix, write in (("atom", feed.atom_str), ("rss", feed.rss_str)):
            feed.link(self._links(selection, suffix), replace=True)
            files.append(File(path(selection, suffix), write(pretty=True)))
        return files

    def _feed(self, selection: Selection, stories: Sequence[Story]) -> FeedGenerator:
        feed = FeedGenerator()
        feed.load_extension("dc", atom=False, rss=True)
        feed.register_extension("shown", FeedExtension, EntryExtension)
        feed.id(f"tag:{self._site.id_domain},{_TAG_DATE}:feed/{selection.id}")
        feed.title(_feed_title(selection, self._site))
        feed.description(selection.description or self._site.description or self._site.title)
        feed.author(name=self._site.title, uri=f"{self._site.base_url}/")
        feed.language(selection.languages[0] if len(selection.languages) == 1 else self._site.language)
        feed.generator("regional-news-aggregator")
        feed.updated(max((story.updated_at for story in stories), default=NEVER))
        weights = {source.id: source.weight for source in self._site.sources.values()}
        for story in stories:
            told = story.told_in(selection.languages, weights)
            self._fill(feed.add_entry(order="append"), show(told, self._site.sources))
        return feed

    def _links(self, selection: Selection, suffix: str) -> list[dict[str, str]]:
        """The self link of one format, then the page, which feedgen takes as the RSS channel's link."""
        own = {"href": f"{self._site.base_url}/{path(selection, suffix)}", "rel": "self"}
        page = {"href": f"{self._site.base_url}/", "rel": "alternate", "type": "text/html"}
        return [own | {"type": _MEDIA_TYPES[suffix]}, page]

    def _fill(self, entry: FeedEntry, story: ShownStory) -> None:
        headline, publisher = story.headline, story.headline.publisher
        entry.id(story.uri)
        entry.title(headline.title)
        entry.published(story.published)
        entry.updated(story.updated)
        entry.author(name=publisher.name, **({"uri": publisher.homepage} if publisher.homepage else {}))
        entry.dc.dc_creator(publisher.name)
        entry.content(self._content.render(story=story, site=self._site).strip(), type="html")
        if headline.url:
            entry.link(href=headline.url)
        for code in story.countries:
            entry.category(term=code, scheme=COUNTRY_SCHEME, label=self._country(code))
        for region in story.regions:
            entry.category(term=region)
        if story.paywalled:
            entry.category(term=SUBSCRIBERS)
        if publisher.feed:
            entry.source(url=publisher.feed, title=publisher.name)
        entry.shown.story(story)


def _feed_title(selection: Selection, site: Site) -> str:
    return site.title if selection.id == selections.EVERYTHING else f"{selection.title} – {site.title}"
