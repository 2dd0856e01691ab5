"""The sections of an issue: top stories, the region's, each country's, and what is about none of them."""

from __future__ import annotations

from aggregator.model import Newsletter, Story

TOP = "top"
REGIONAL = "regional"
ELSEWHERE = "elsewhere"

REGIONAL_COUNTRIES = 3
"""Countries of the newsletter that a story must touch to be the region's rather than one country's."""


def section_names(newsletter: Newsletter) -> tuple[str, ...]:
    """All sections that an issue of this newsletter can have, in reading order."""
    return (TOP, REGIONAL, *dict.fromkeys(newsletter.countries), ELSEWHERE)


def touched(newsletter: Newsletter, story: Story) -> list[str]:
    """The newsletter's countries that the story is about, in the newsletter's order."""
    return [country for country in dict.fromkeys(newsletter.countries) if country in story.countries]


def section_of(newsletter: Newsletter, story: Story) -> str:
    """Where a story stands that is no top story: under the first of its countries, if they are few."""
    about = touched(newsletter, story)
    if len(about) >= REGIONAL_COUNTRIES:
        return REGIONAL
    return about[0] if about else ELSEWHERE
