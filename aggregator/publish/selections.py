"""Which story stands in which selection.

A selection's criteria narrow one another; an empty one admits all. `EVERYTHING` is the selection that the
merged feed and the front page are made from: it has no criteria and exists whether configured or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.model import Placement, Selection, Story

EVERYTHING = "everything"
"""Id of the selection that holds every story."""
FRONT_PAGE_STORIES = 200
"""Newest stories that the pages are made from."""


def place(selections: Iterable[Selection], stories: Sequence[Story]) -> dict[str, Placement]:
    """Say for every selection, and for `EVERYTHING`, which of these stories it holds and which not."""
    placements = {
        one.id: _placement(stories, (story.id for story in stories if matches(one, story)))
        for one in selections
    }
    placements[EVERYTHING] = _placement(stories, (story.id for story in stories))
    return placements


def matches(selection: Selection, story: Story) -> bool:
    """Whether it meets each criterion: any of its countries or groups, told in any language, any source."""
    return (
        _meets(selection.countries, (*story.countries, *story.regions))
        and story.is_told_in(selection.languages)
        and _meets(selection.sources, (member.source_id for member in story.members))
    )


def _placement(stories: Sequence[Story], inside: Iterable[int]) -> Placement:
    held = frozenset(inside)
    return Placement(held, frozenset(story.id for story in stories) - held)


def _meets(criterion: tuple[str, ...], found: Iterable[str]) -> bool:
    return not criterion or not set(criterion).isdisjoint(found)
