"""How much was told of each country, by the hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select

from aggregator.model import GROUP_PREFIX
from aggregator.store.tables import stories, story_countries


def told_by_hour(connection: Connection, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
    """By country, not by groups of them, and by start of the UTC hour: stories told from `since` on.

    A story counts in each of its countries; hidden and merged ones count nowhere, hours without any are
    omitted.
    """
    query = (
        select(story_countries.c.country, stories.c.told_at, func.count())
        .join(stories, stories.c.id == story_countries.c.story_id)
        .where(stories.c.told_at >= since, stories.c.told_number.is_not(None))
        .where(~stories.c.hidden, stories.c.merged_into.is_(None))
        .where(~story_countries.c.country.startswith(GROUP_PREFIX))
        .group_by(story_countries.c.country, stories.c.told_at)
    )
    found: dict[str, dict[datetime, int]] = {}
    for country, told_at, count in connection.execute(query):
        hours = found.setdefault(country, {})
        hour = told_at.replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + count
    return found


def all_told_by_hour(connection: Connection) -> Mapping[datetime, int]:
    """The same of all stories that were ever told, whatever they are about."""
    query = (
        select(stories.c.told_at, func.count())
        .where(stories.c.told_number.is_not(None), ~stories.c.hidden, stories.c.merged_into.is_(None))
        .group_by(stories.c.told_at)
    )
    hours: dict[datetime, int] = {}
    for told_at, count in connection.execute(query):
        hour = told_at.replace(minute=0, second=0, microsecond=0)
        hours[hour] = hours.get(hour, 0) + count
    return hours
