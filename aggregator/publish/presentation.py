"""A story as readers are shown it: cleaned, shortened, with its publishers named.

Feeds and pages are both made from this one view, so that they never disagree on what a source lets us show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.model import Member, Picture, Source, Story
from aggregator.model.publications import EXCERPT_CHARACTERS, FULL_TEXT_CHARACTERS, TITLE_CHARACTERS
from aggregator.publish import text

COVERAGES = 20
"""Other accounts that are listed by name; the rest is counted."""
COUNTRIES = 12


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published an entry, as the reader is told."""

    id: str
    """The source's."""
    name: str
    homepage: str
    """Absolute address, or empty."""
    feed: str
    """Absolute address of the feed it came from, without secrets; empty when it is read no more."""
    profile: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One entry's title in its own language, with its link and publisher."""

    title: str
    url: str
    """Absolute http(s) address, or empty."""
    language: str
    """ISO 639-1 code for the badge; empty when unknown."""
    tag: str
    """BCP 47 tag for `lang`; empty when unknown."""
    direction: str
    publisher: Publisher


@dataclass(frozen=True, slots=True)
class ShownStory:
    """One story, ready for a template."""

    id: int
    uri: str
    headline: Headline
    published: datetime
    updated: datetime
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    """Groups of countries, such as `region:CA`."""
    excerpt: str
    html: str
    """Sanitised full text where the source's `content` rule allows it; else empty."""
    coverage: tuple[Headline, ...]
    """Who else covered it: one line per address, without the lead's."""
    more_coverage: int
    """How many others are not listed."""
    paywalled: bool = False
    """The rest of the article is for its publisher's subscribers."""
    picture: Picture | None = None
    """Our copy of the lead's picture, where its source lets us show one."""


def show(story: Story, sources: Mapping[str, Source], updated: datetime | None = None) -> ShownStory:
    """The story's view. `sources`: by id; a source that is configured no more is named by its id.

    `updated`: when what is shown last changed, where that is not when the story did.
    """
    lead = story.lead
    source = sources.get(lead.source_id)
    rule = source.content if source else "excerpt"
    full = rule == "full" and 0 < len(lead.html) <= FULL_TEXT_CHARACTERS
    others = _coverage(story, sources)
    return ShownStory(
        id=story.id,
        uri=text.line(story.uri),
        headline=headline(lead, sources),
        published=_published(story, lead),
        updated=updated or story.updated_at,
        countries=story.countries[:COUNTRIES],
        regions=story.regions,
        excerpt="" if rule == "title" else text.plain(lead.text, EXCERPT_CHARACTERS),
        html=text.clean(lead.html) if full else "",
        coverage=others[:COVERAGES],
        more_coverage=max(0, len(others) - COVERAGES),
        paywalled=lead.paywalled,
        picture=story.picture if source and source.images == "copy" else None,
    )


def _published(story: Story, lead: Member) -> datetime:
    """In UTC, whose offset every reader knows; by our clock where the source's runs ahead."""
    if lead.date_guessed:
        return story.told_at
    return min(lead.published.astimezone(UTC), max(story.told_at, story.updated_at)).replace(microsecond=0)


def headline(member: Member, sources: Mapping[str, Source]) -> Headline:
    """One entry's title, in its own language."""
    publisher = _publisher(member.source_id, sources)
    title = text.plain(member.title, TITLE_CHARACTERS) or text.plain(member.text, TITLE_CHARACTERS // 3)
    tag = text.language_tag(member.language, member.script)
    return Headline(
        title=title or publisher.name,
        url=text.web_address(member.url),
        language=tag.partition("-")[0],
        tag=tag,
        direction=text.direction(member.language, member.script),
        publisher=publisher,
    )


def _publisher(source_id: str, sources: Mapping[str, Source]) -> Publisher:
    source = sources.get(source_id)
    if source is None:
        return Publisher(source_id, source_id, "", "", "")
    known = _PUBLISHERS.get(source_id)
    if known is None or known[0] is not source:
        _PUBLISHERS[source_id] = known = (source, _publisher_of(source))
    return known[1]


_PUBLISHERS: dict[str, tuple[Source, Publisher]] = {}
"""By source: what was made of it last. Every line about an entry asks for it."""


def _publisher_of(source: Source) -> Publisher:
    return Publisher(
        id=source.id,
        name=text.plain(source.name, TITLE_CHARACTERS) or source.id,
        homepage=text.web_address(source.homepage or ""),
        feed=text.public_address(source.url),
        profile=source.profile,
    )


def _coverage(story: Story, sources: Mapping[str, Source]) -> tuple[Headline, ...]:
    seen = {text.web_address(story.lead.url), ""}
    others = []
    for member in story.members[1:]:
        other = headline(member, sources)
        if other.url not in seen:
            seen.add(other.url)
            others.append(other)
    return tuple(others)
