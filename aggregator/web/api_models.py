"""What the API answers with. Field docstrings are the descriptions in the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from aggregator.model import Relation, SourceState

Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
"""An absolute http(s) address, ASCII only (RFC 3986)."""


class Answer(BaseModel):
    """Base of all that is answered."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Publisher(Answer):
    """Who published an entry."""

    id: str
    """Stable id of the source, as the `source` parameter takes it."""
    name: str
    profile: str
    """What kind of voice it is, such as state, independent, exile or agency; unknown if not judged."""
    homepage: Address | None
    """The publisher's own front page."""


class Entry(Answer):
    """One item as one source published it."""

    id: int
    story_id: int
    api_url: Address
    """This entry in this API."""
    relation: Relation
    """How it belongs to its story: it leads it; is the same item seen twice, a copy, an edition or a
    translation of another entry; or reports on its own."""
    source: Publisher
    url: Address | None
    """The article at its publisher's; null when the source gave no usable address."""
    title: str
    """Plain text, in the entry's own language."""
    language: str | None
    """BCP 47 tag; null when it is unknown."""
    direction: Literal["ltr", "rtl"]
    """How the title is written."""
    author: str | None
    published: datetime
    published_guessed: bool
    """The source gave no date, half a date, or one in the future."""
    paywalled: bool
    """The rest of the article is for the publisher's subscribers."""
    countries: list[str]
    """ISO 3166-1 alpha-2 codes of what it is about, most salient first."""
    excerpt: str | None
    """The beginning of the text, plain, at most 300 characters; null where the publisher lets us show the
    title alone."""


class EntryDetail(Entry):
    """One item as one source published it, with all of it that may be shown."""

    html: str | None
    """Full text as sanitised HTML, where the publisher lets us show it; else null."""


class Picture(Answer):
    """Our copy of a picture in one size."""

    url: Address
    width: int
    """Pixels, as `height`."""
    height: int


class Pictures(Answer):
    """Our copy of a story's picture, in two sizes."""

    small: Picture
    large: Picture


class Story(Answer):
    """Entries about one event."""

    id: int
    uri: str
    """Permanent `tag:` URI (RFC 4151): the id of the story in our feeds."""
    api_url: Address
    """This story with all its entries in this API."""
    page_url: Address
    """This story's page for people."""
    headline: Entry
    """The entry that tells the story; one in a language that was asked for, where there is one."""
    told_at: datetime
    """When we first told it."""
    updated_at: datetime
    """Moves only when the shown title or excerpt changes materially."""
    countries: list[str]
    """ISO 3166-1 alpha-2 codes of what it is about, most salient first."""
    regions: list[str]
    """Groups of countries that it is about, such as `region:CA`."""
    picture: Pictures | None
    entry_count: int
    source_count: int


class StoryDetail(Story):
    """Entries about one event, all of them."""

    entries: list[Entry]
    """The one that leads first, the others in the order in which they joined."""


class StoryPage(Answer):
    """One page of stories."""

    stories: list[Story]
    """The last told first."""
    next: Address | None
    """The following page, also as a `Link` header; null when this is the last."""


class FeedFiles(Answer):
    """One feed in all its formats."""

    atom: Address
    rss: Address
    json_feed: Address


class Source(Answer):
    """A publisher's feed that we read."""

    id: str
    name: str
    profile: str
    """What kind of voice it is, such as state, independent, exile or agency; unknown if not judged."""
    homepage: Address | None
    feed_url: Address | None
    """Where we read it, without what only we may know of the address."""
    page_url: Address
    """The source's page for people."""
    stories_url: Address
    """Stories that it tells, in this API."""
    feeds: FeedFiles
    """The same as feeds."""
    language: str | None
    """Language that its entries are expected in."""
    country: str | None
    """Country of entries in which none is named."""
    content: Literal["excerpt", "full", "title"]
    """How much of an entry may be republished."""
    state: SourceState
    """Its health after the last poll."""
    last_success: datetime | None
    """When it last answered as a feed does."""
    newest_entry: datetime | None
    entry_count: int


class SourceList(Answer):
    """All sources."""

    sources: list[Source]


class Feed(Answer):
    """A selection of stories that we publish. Its criteria narrow one another; an empty one admits all."""

    name: str
    title: str
    description: str | None
    page_url: Address
    """The feed's page for people."""
    files: FeedFiles
    countries: list[str]
    """ISO 3166-1 alpha-2 codes, and groups of countries such as `region:CA`."""
    languages: list[str]
    sources: list[str]


class FeedList(Answer):
    """All feeds that stand as files."""

    feeds: list[Feed]


class Root(Answer):
    """Where everything is."""

    title: str
    description: str | None
    stories_url: Address
    story_url_template: str
    """URI template (RFC 6570) with the story's id."""
    entry_url_template: str
    """URI template (RFC 6570) with the entry's id."""
    sources_url: Address
    feeds_url: Address
    openapi_url: Address
    documentation_url: Address
    website_url: Address
    contact: str
    """Mail address of whoever runs this."""
    countries: list[str]
    """The region's countries, in the order in which they are shown."""
