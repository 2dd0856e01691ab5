"""Sources as readers see them: in the directory, and each on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aggregator.model import File, FoundStories, SourceStatus, Story
from aggregator.publish import text
from aggregator.publish.presentation import show
from aggregator.publish.search_page import Search
from aggregator.publish.site_templates import SiteTemplates


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source."""

    id: str
    name: str
    homepage: str
    """Absolute address, or empty."""
    language: str
    """BCP 47 tag of the language in which it says it writes; empty when it does not say."""
    profile: str
    status: SourceStatus
    """Its message is the operator's: it is in one language, and may name what is nobody else's business."""


def source_line(status: SourceStatus) -> SourceLine:
    """A source, ready for a template."""
    source = status.source
    return SourceLine(
        id=source.id,
        name=text.line(source.name) or source.id,
        homepage=text.web_address(source.homepage or ""),
        language=text.language_tag(source.language or "", ""),
        profile=source.profile,
        status=status,
    )


def source_page(templates: SiteTemplates, language: str, status: SourceStatus, found: FoundStories) -> File:
    """`<language>/source/<id>`.

    `found`: the newest stories in which the source has a part; each is shown by the source's own entry.
    """
    search = Search({"source": status.source.id})
    return templates.page(
        language,
        "source.html",
        f"source/{status.source.id}",
        source=source_line(status),
        stories=[show(_told_by(one, status.source.id), templates.site.sources) for one in found.stories],
        older=search.continued(found.next),
    )


def _told_by(story: Story, source_id: str) -> Story:
    """The story with the first entry of this source before the others; the picture is the lead's alone."""
    own = next((one for one in story.members if one.source_id == source_id), story.lead)
    if own is story.lead:
        return story
    others = tuple(one for one in story.members if one is not own)
    return replace(story, members=(own, *others), picture=None)
