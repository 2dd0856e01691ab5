"""A story as readers are shown it: cleaned, shortened, with its publishers named.

Feeds and pages are both made from this one view, so that they never disagree on what a source lets us show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.model import Member, Picture, Source, Story
from aggregator.publish import text

EXCERPT_CHARACTERS = 300
TITLE_CHARACTERS = 300
FULL_TEXT_CHARACTERS = 100_000
"""A longer full text is shown as an excerpt: cutting markup would break it."""
COVERAGES = 20
"""Other accounts that are listed by name; the rest is counted."""
COUNTRIES = 12


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who published an entry, as the reader is told."""

    name: str
    homepage: str
    """Absolute address, or empty."""
    feed: str
    """Absolute address of the feed it came from, without user and password; empty when it is read no more."""
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


def show(story: Story, sources: Mapping[str, Source]) -> ShownStory:
    """The story's view. `sources`: by id; a source that is configured no more is named by its id."""
    lead = story.lead
    source = sources.get(lead.source_id)
    rule = source.content if source else "excerpt"
    full = rule == "full" and 0 < len(lead.html) <= FULL_TEXT_CHARACTERS
    others = _coverage(story, sources)
    return ShownStory(
        uri=text.line(story.uri),
        headline=_headline(lead, sources),
        published=story.told_at if lead.date_guessed else lead.published,
        updated=story.updated_at,
        countries=story.countries[:COUNTRIES],
        regions=story.regions,
        excerpt="" if rule == "title" else text.shorten(lead.text, EXCERPT_CHARACTERS),
        html=text.clean(lead.html) if full else "",
        coverage=others[:COVERAGES],
        more_coverage=max(0, len(others) - COVERAGES),
        paywalled=lead.paywalled,
        picture=story.picture if source and source.images == "copy" else None,
    )


def _headline(member: Member, sources: Mapping[str, Source]) -> Headline:
    publisher = _publisher(member.source_id, sources)
    title = text.shorten(member.title, TITLE_CHARACTERS) or text.shorten(member.text, TITLE_CHARACTERS // 3)
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
        return Publisher(name=source_id, homepage="", feed="", profile="")
    return Publisher(
        name=text.line(source.name) or source.id,
        homepage=text.web_address(source.homepage or ""),
        feed=text.web_address(source.url),
        profile=source.profile,
    )


def _coverage(story: Story, sources: Mapping[str, Source]) -> tuple[Headline, ...]:
    seen = {text.web_address(story.lead.url), ""}
    others = []
    for member in story.members[1:]:
        headline = _headline(member, sources)
        if headline.url not in seen:
            seen.add(headline.url)
            others.append(headline)
    return tuple(others)
