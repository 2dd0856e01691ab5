"""The port `Stories`: how much was told of each country, by the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.model import Tag

HOUR = timedelta(hours=1)
SIX = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def tell(adapters, make, at, guid, *countries, regions=()):
    entry = make.described(guid, countries=dict.fromkeys(countries, 1.0))
    groups = tuple(Tag(group, 1.0) for group in regions)
    entry = replace(entry, description=replace(entry.description, regions=groups))
    adapters.entries.commit(make.batch(make.founding(entry), at=at))


def test_stories_count_in_the_hour_in_which_they_were_told_in_each_of_their_countries(known_sources, make):
    tell(known_sources, make, SIX, "a", "KG", "UZ")
    tell(known_sources, make, SIX + HOUR - timedelta(microseconds=1), "b", "KG")
    tell(known_sources, make, SIX + HOUR, "c", "KG")
    assert known_sources.stories.coverage(SIX) == {"KG": {SIX: 2, SIX + HOUR: 1}, "UZ": {SIX: 1}}
    assert known_sources.stories.coverage(SIX + HOUR) == {"KG": {SIX + HOUR: 1}}
    assert known_sources.stories.coverage(SIX + 2 * HOUR) == {}


def test_what_is_hidden_merged_or_was_never_told_counts_nowhere(known_sources, make):
    for guid in "abc":
        tell(known_sources, make, SIX, guid, "KG")
    old = make.founding(make.described("old"), old=True)
    known_sources.entries.commit(make.batch(old, at=SIX))
    known_sources.hide(2)
    known_sources.merge(3, into=1)
    assert known_sources.stories.coverage(SIX) == {"KG": {SIX: 1}}


def test_groups_of_countries_are_not_counted(known_sources, make):
    tell(known_sources, make, SIX, "a", "KG", regions=("region:CA",))
    assert list(known_sources.stories.coverage(SIX)) == ["KG"]
