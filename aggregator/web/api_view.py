"""Stories, sources and feeds as the API tells them: cleaned, and no more than their publishers allow.

Nothing of the operator's own is told: no reasons, no messages of failed polls, no secrets of addresses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from aggregator.model import (
    FoundStories,
    Member,
    PictureFile,
    Selection,
    Site,
    Source,
    SourceStatus,
    Story,
)
from aggregator.model.publications import EXCERPT_CHARACTERS, FULL_TEXT_CHARACTERS, TITLE_CHARACTERS
from aggregator.web import api_models as told
from aggregator.web.api_ports import Wording
from aggregator.web.api_query import StoryParameters

NAME_CHARACTERS = 200


class View:
    """Tells what readers may know, with absolute addresses."""

    def __init__(self, site: Site, wording: Wording, path: str) -> None:
        """`path`: of this version of the API below the site's root, such as `/api/v1`."""
        self._site = site
        self._wording = wording
        self._api = f"{site.base_url}{path}"
        self._weights = {source.id: source.weight for source in site.sources.values()}

    def root(self, documentation: str, openapi: str) -> told.Root:
        """Where everything is."""
        site = self._site
        return told.Root(
            title=self._line(site.title),
            description=self._line(site.description) or None,
            stories_url=f"{self._api}/stories",
            story_url_template=f"{self._api}/stories/{{id}}",
            entry_url_template=f"{self._api}/entries/{{id}}",
            sources_url=f"{self._api}/sources",
            feeds_url=f"{self._api}/feeds",
            openapi_url=openapi,
            documentation_url=documentation,
            website_url=f"{site.base_url}/",
            contact=site.contact,
            countries=list(site.countries),
        )

    # -------------------------------------------------------------------------------------------- stories

    def page(self, found: FoundStories, asked: StoryParameters) -> told.StoryPage:
        """One page of what was asked for; headlines in the languages asked for, as far as there are any."""
        following = asked.address(f"{self._api}/stories", before=found.next)
        return told.StoryPage(
            stories=[
                self._story(story, story.told_in(asked.language, self._weights)) for story in found.stories
            ],
            next=None if found.next is None else following,
        )

    def story(self, story: Story) -> told.StoryDetail:
        """A story with all its entries."""
        entries = [self._entry(story, member) for member in story.members]
        return told.StoryDetail(**dict(self._story(story, story)), entries=entries)

    def story_address(self, story_id: int) -> str:
        """Where a story is in this API."""
        return f"{self._api}/stories/{story_id}"

    def entry(self, story: Story, member: Member) -> told.EntryDetail:
        """An entry with all of it that may be shown."""
        full = self._rule(member) == "full" and 0 < len(member.html) <= FULL_TEXT_CHARACTERS
        html = self._wording.clean(member.html) if full else None
        return told.EntryDetail(**dict(self._entry(story, member)), html=html)

    def _story(self, story: Story, shown: Story) -> told.Story:
        """`shown`: the same, as readers of the languages asked for see it."""
        return told.Story(
            id=story.id,
            uri=story.uri,
            api_url=self.story_address(story.id),
            page_url=f"{self._site.base_url}/story/{story.id}",
            headline=self._entry(shown, shown.lead),
            told_at=story.told_at,
            updated_at=story.updated_at,
            countries=list(story.countries),
            regions=list(story.regions),
            picture=self._pictures(shown),
            entry_count=len(story.members),
            source_count=len({member.source_id for member in story.members}),
        )

    def _entry(self, story: Story, member: Member) -> told.Entry:
        wording, rule = self._wording, self._rule(member)
        excerpt = "" if rule == "title" else wording.shorten(member.text, EXCERPT_CHARACTERS)
        publisher = self._publisher(member.source_id)
        title = wording.shorten(member.title, TITLE_CHARACTERS)
        return told.Entry(
            id=member.entry_id,
            story_id=story.id,
            api_url=f"{self._api}/entries/{member.entry_id}",
            relation=member.relation,
            source=publisher,
            url=wording.web_address(member.url) or None,
            title=title or wording.shorten(excerpt, TITLE_CHARACTERS // 3) or publisher.name,
            language=wording.language_tag(member.language, member.script) or None,
            direction=self._direction(member),
            author=wording.shorten(member.author, NAME_CHARACTERS) or None,
            published=member.published,
            published_guessed=member.date_guessed,
            paywalled=member.paywalled,
            countries=[tag.country for tag in member.tags],
            excerpt=excerpt or None,
        )

    def _rule(self, member: Member) -> str:
        """How much of an entry its source lets us show; an excerpt where the source is configured no more."""
        source = self._site.sources.get(member.source_id)
        return source.content if source else "excerpt"

    def _direction(self, member: Member) -> Literal["ltr", "rtl"]:
        return "rtl" if self._wording.direction(member.language, member.script) == "rtl" else "ltr"

    def _pictures(self, story: Story) -> told.Pictures | None:
        source = self._site.sources.get(story.lead.source_id)
        if story.picture is None or source is None or source.images != "copy":
            return None
        return told.Pictures(
            small=self._picture(story.picture.small), large=self._picture(story.picture.large)
        )

    def _picture(self, file: PictureFile) -> told.Picture:
        url = f"{self._site.base_url}/{file.path}"
        return told.Picture(url=url, width=file.width, height=file.height)

    # -------------------------------------------------------------------------------- sources and feeds

    def sources(self, statuses: Sequence[SourceStatus]) -> told.SourceList:
        """All sources, with what everybody may know of how they stand."""
        return told.SourceList(sources=[self._source(status) for status in statuses])

    def feeds(self, selections: Mapping[str, Selection]) -> told.FeedList:
        """All feeds, in the order given."""
        return told.FeedList(feeds=[self._feed(name, one) for name, one in selections.items()])

    def _source(self, status: SourceStatus) -> told.Source:
        source, base = status.source, self._site.base_url
        return told.Source(
            **dict(self._named(source)),
            feed_url=self._wording.public_address(source.url) or None,
            page_url=f"{base}/{self._site.language}/source/{source.id}",
            stories_url=f"{self._api}/stories?source={source.id}",
            feeds=self._files(f"source/{source.id}"),
            language=source.language,
            country=source.default_country,
            content=source.content,
            state=status.state,
            last_success=status.last_success,
            newest_entry=status.newest_entry,
            entry_count=status.entries,
        )

    def _publisher(self, source_id: str) -> told.Publisher:
        source = self._site.sources.get(source_id)
        if source is None:
            return told.Publisher(id=source_id, name=source_id, profile="unknown", homepage=None)
        return self._named(source)

    def _named(self, source: Source) -> told.Publisher:
        return told.Publisher(
            id=source.id,
            name=self._line(source.name) or source.id,
            profile=source.profile,
            homepage=self._wording.web_address(source.homepage or "") or None,
        )

    def _feed(self, name: str, selection: Selection) -> told.Feed:
        return told.Feed(
            name=name,
            title=self._line(selection.title) or name,
            description=self._line(selection.description) or None,
            page_url=f"{self._site.base_url}/{self._site.language}/feed/{name}",
            files=self._files(name),
            countries=list(selection.countries),
            languages=list(selection.languages),
            sources=list(selection.sources),
        )

    def _files(self, name: str) -> told.FeedFiles:
        stem = f"{self._site.base_url}/feeds/{name}"
        return told.FeedFiles(atom=f"{stem}.atom", rss=f"{stem}.rss", json_feed=f"{stem}.json")

    def _line(self, text: str) -> str:
        return self._wording.shorten(text, 1_000)
