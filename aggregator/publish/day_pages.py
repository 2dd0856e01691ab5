"""The archive: a calendar of days, and the stories of a day or a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.model import File, FoundStories, Ranked, Story
from aggregator.publish import days, front
from aggregator.publish.coverage import level
from aggregator.publish.days import Counts
from aggregator.publish.presentation import ShownStory, show
from aggregator.publish.search_page import Search
from aggregator.publish.site_templates import SiteTemplates

MONTHS = 12
"""Months of the calendar when no year is asked for."""


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a month."""

    day: date
    count: int
    level: int
    """How much was told, 0 for nothing."""


@dataclass(frozen=True, slots=True)
class Week:
    """One line of a month."""

    name: str
    """As addresses name it: `2026-W47`."""
    number: int
    cells: tuple[DayCell | None, ...]
    """From Monday to Sunday; None outside the month."""
    count: int
    """Stories of its days within the month."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the calendar."""

    first: date
    count: int
    weeks: tuple[Week, ...]


def archive_page(templates: SiteTemplates, language: str, counts: Counts, year: int | None = None) -> File:
    """`<language>/archive` with the last months, or `<language>/archive/<year>`.

    `counts`: of all stories ever told.
    """
    told = days.by_day(counts, templates.zone)
    newest = max(told, default=None)
    months = _months(told, newest, year) if newest else ()
    return templates.page(
        language,
        "archive.html",
        f"archive/{year}" if year else "archive",
        year=year,
        months=months,
        years=sorted({day.year for day in told}, reverse=True),
        total=sum(told.values()),
        weekdays=[date(2024, 1, 1) + timedelta(number) for number in range(7)],
    )


def _months(told: Mapping[date, int], newest: date, year: int | None) -> tuple[Month, ...]:
    """The newest first; only months that have stories."""
    most = max(told.values())
    firsts = sorted({day.replace(day=1) for day in told}, reverse=True)
    wanted = [one for one in firsts if one.year == year] if year else firsts[:MONTHS]
    return tuple(_month(first, told, newest, most) for first in wanted)


def _month(first: date, told: Mapping[date, int], newest: date, most: int) -> Month:
    weeks = []
    monday = first - timedelta(first.weekday())
    while monday.replace(day=1) <= first:
        around = [monday + timedelta(number) for number in range(7)]
        inside = [
            day for day in around if (day.year, day.month) == (first.year, first.month) and day <= newest
        ]
        cells = [
            DayCell(day, told.get(day, 0), level(told.get(day, 0), most)) if day in inside else None
            for day in around
        ]
        if inside:
            count = sum(cell.count for cell in cells if cell)
            weeks.append(Week(days.week_name(monday), monday.isocalendar().week, tuple(cells), count))
        monday += timedelta(7)
    return Month(first, sum(week.count for week in weeks), tuple(weeks))


def day_page(templates: SiteTemplates, language: str, day: date, found: FoundStories, counts: Counts) -> File:
    """`<language>/day/<day>`. `found`: the day's stories; `counts`: of all stories ever told."""
    told = days.by_day(counts, templates.zone)
    before, after = days.neighbours(day, told)
    rest = Search({"since": day.isoformat(), "until": day.isoformat()})
    return templates.page(
        language,
        "day.html",
        f"day/{day}",
        day=day,
        week=days.week_name(day),
        total=max(told.get(day, 0), len(found.stories)),
        sections=_sections(templates, found.stories),
        older=rest.continued(found.next),
        before=before,
        after=after,
    )


def week_page(
    templates: SiteTemplates,
    language: str,
    monday: date,
    stories: Sequence[Story],
    ranked: Sequence[Ranked],
    counts: Counts,
) -> File:
    """`<language>/week/<year>-W<week>`.

    `stories`: those of the week that sections are made from, newest first; `ranked`: of these, the best
    first; `counts`: of all stories ever told.
    """
    told = days.by_day(counts, templates.zone)
    week = [monday + timedelta(number) for number in range(7)]
    most = max((told.get(day, 0) for day in week), default=0)
    before, _ = days.neighbours(monday, told)
    _, after = days.neighbours(week[-1], told)
    arranged = front.arrange(stories, ranked, templates.site.countries)
    return templates.page(
        language,
        "week.html",
        f"week/{days.week_name(monday)}",
        monday=monday,
        sunday=week[-1],
        number=monday.isocalendar().week,
        days=[DayCell(day, told.get(day, 0), level(told.get(day, 0), most)) for day in week],
        total=sum(told.get(day, 0) for day in week),
        top=[show(one, templates.site.sources) for one in arranged.top],
        sections=[
            (code, [show(one, templates.site.sources) for one in found]) for code, found in arranged.sections
        ],
        before=days.week_name(before) if before else "",
        after=days.week_name(after) if after else "",
    )


def _sections(templates: SiteTemplates, stories: Sequence[Story]) -> list[tuple[str, list[ShownStory]]]:
    """Every story once, under the first of its countries that the region has."""
    site = templates.site
    sections: dict[str, list[ShownStory]] = {code: [] for code in (*site.countries, front.ELSEWHERE)}
    for story in stories:
        sections[front.section_of(story, site.countries)].append(show(story, site.sources))
    return [(code, found) for code, found in sections.items() if found]
