"""How the front page is arranged: what stands on top, and what under which country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from aggregator.model import Ranked, Story

TOP_STORIES = 7
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


def of_late(stories: Sequence[Story]) -> list[Story]:
    """Those that may stand on top."""
    since = max((story.told_at for story in stories), default=None)
    return [story for story in stories if since and story.told_at >= since - TOP_WINDOW]


def arrange(stories: Sequence[Story], ranked: Sequence[Ranked], countries: Sequence[str]) -> Front:
    """Arrange stories (newest first) for a region's countries, in the order they are shown.

    `ranked` are those `of_late`, the best first.
    """
    top = tuple(one.story for one in ranked[:TOP_STORIES])
    chosen = {story.id for story in top}
    sections: dict[str, list[Story]] = {code: [] for code in (*countries, ELSEWHERE)}
    for story in stories:
        section = sections[section_of(story, countries)]
        if story.id not in chosen and len(section) < STORIES_PER_SECTION:
            section.append(story)
    return Front(top, tuple((code, tuple(found)) for code, found in sections.items() if found))


def section_of(story: Story, countries: Sequence[str]) -> str:
    """The first of its countries that the region has; `ELSEWHERE` for none."""
    return next((code for code in story.countries if code in countries), ELSEWHERE)
