"""Which story stands in which selection.

A selection's criteria narrow one another; an empty one admits all. `EVERYTHING` is the selection that the
merged feed and the front page are made from: it has no criteria and exists whether configured or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aggregator.model import Placement, Selection, Story

EVERYTHING = "everything"
"""Id of the selection that holds every story."""
TOP = "top"
"""Id of the selection that holds the top stories, the best first: it is ranked, never placed."""
FRONT_PAGE_STORIES = 200
"""Newest stories that the pages are made from."""


def name(selection: Selection) -> str:
    """The selection's name in addresses: its id, and `all` for the one that holds everything."""
    return "all" if selection.id == EVERYTHING else selection.id


def place(selections: Iterable[Selection], stories: Sequence[Story]) -> dict[str, Placement]:
    """Say for every selection, and for `EVERYTHING`, which of these stories it holds and which not."""
    all_of_them = frozenset(story.id for story in stories)
    marked = [(story.id, _Marks(story)) for story in stories]
    placements = {}
    for one in selections:
        if one.id not in (EVERYTHING, TOP):
            criteria = _Criteria(one)
            held = frozenset(number for number, marks in marked if criteria.admit(marks))
            placements[one.id] = Placement(held, all_of_them - held)
    placements[EVERYTHING] = Placement(all_of_them, frozenset())
    return placements


def matches(selection: Selection, story: Story) -> bool:
    """Whether it meets each criterion: any of its countries or groups, told in any language, any source."""
    return _Criteria(selection).admit(_Marks(story))


class _Marks:
    """What of a story criteria ask for, gathered once for all selections."""

    __slots__ = ("about", "languages", "sources")

    def __init__(self, story: Story) -> None:
        spoken = {member.language for member in story.members}
        self.about = {*story.countries, *story.regions}
        self.languages = {one for one in spoken if story.is_told_in((one,))}
        self.sources = {member.source_id for member in story.members}


class _Criteria:
    """A selection's criteria, made ready for many stories."""

    __slots__ = ("_about", "_languages", "_sources")

    def __init__(self, selection: Selection) -> None:
        self._about = frozenset(selection.countries)
        self._languages = frozenset(selection.languages)
        self._sources = frozenset(selection.sources)

    def admit(self, marks: _Marks) -> bool:
        return (
            not (self._about and self._about.isdisjoint(marks.about))
            and not (self._languages and self._languages.isdisjoint(marks.languages))
            and not (self._sources and self._sources.isdisjoint(marks.sources))
        )
