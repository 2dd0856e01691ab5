"""How the front page is arranged: what stands on top, and what under which country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aggregator.model import Story

TOP_STORIES = 7
TOP_PER_COUNTRY = 3
"""A country with much coverage does not fill the top alone."""
TOP_WINDOW = timedelta(hours=36)
"""Before the newest story: an older one is on top no more, however widely it was covered."""
STORIES_PER_SECTION = 6
ELSEWHERE = ""
"""Section of stories that are about no country of the region."""


@dataclass(frozen=True, slots=True)
class Front:
    """The front page; each story stands on it once."""

    top: tuple[Story, ...]
    sections: tuple[tuple[str, tuple[Story, ...]], ...]
    """Country code and its stories, newest first; only countries that have some, `ELSEWHERE` last."""


def arrange(stories: Sequence[Story], countries: Sequence[str]) -> Front:
    """Arrange stories (newest first) for a region's countries, in the order they are shown."""
    top = _top(stories)
    chosen = {story.id for story in top}
    sections: dict[str, list[Story]] = {code: [] for code in (*countries, ELSEWHERE)}
    for story in stories:
        section = sections[_section(story, countries)]
        if story.id not in chosen and len(section) < STORIES_PER_SECTION:
            section.append(story)
    return Front(top, tuple((code, tuple(found)) for code, found in sections.items() if found))


def _section(story: Story, countries: Sequence[str]) -> str:
    return next((code for code in story.countries if code in countries), ELSEWHERE)


def _top(stories: Sequence[Story]) -> tuple[Story, ...]:
    """The most widely covered of the newest; among equals the newest."""
    if not stories:
        return ()
    since = max(story.told_at for story in stories) - TOP_WINDOW
    recent = [story for story in stories if story.told_at >= since]
    top: list[Story] = []
    taken: Counter[str] = Counter()
    for story in sorted(recent, key=_sources, reverse=True):
        country = next(iter(story.countries), ELSEWHERE)
        if len(top) < TOP_STORIES and taken[country] < TOP_PER_COUNTRY:
            taken[country] += 1
            top.append(story)
    return tuple(top)


def _sources(story: Story) -> int:
    return len({member.source_id for member in story.members})
