"""Entries that lead to one address are one article."""

from __future__ import annotations

from datetime import timedelta

from aggregator.editorial.addresses import Addresses, Group
from aggregator.model import DescribedEntry, Revision
from tests.editorial.reports import Told, report, stored

WINDOW = timedelta(hours=72)
SCHOOL = Told("A school opens", "")


def entry(
    guid: str, address: str, source: str = "sun", age: float = 1, *, guessed: bool = False
) -> DescribedEntry:
    return report(SCHOOL, source, guid, address=address, age=age, guessed=guessed)


def guids(groups: list[Group]) -> list[list[str]]:
    return [[one.entry.guid for one in group.entries] for group in groups]


def test_entries_of_one_address_are_one_group() -> None:
    groups = Addresses(WINDOW, ()).groups([entry("1", "a"), entry("2", "b"), entry("3", "a", "moon")])
    assert guids(groups) == [["1", "3"], ["2"]]
    assert [group.home for group in groups] == [None, None]


def test_entries_without_an_address_are_groups_of_their_own() -> None:
    assert guids(Addresses(WINDOW, ()).groups([entry("1", ""), entry("2", "")])) == [["1"], ["2"]]


def test_a_shared_address_groups_nothing() -> None:
    assert guids(Addresses(WINDOW, {"a"}).groups([entry("1", "a"), entry("2", "a")])) == [["1"], ["2"]]


def test_a_stored_story_is_the_home_of_what_has_its_address() -> None:
    addresses = Addresses(WINDOW, ())
    addresses.remember([stored(entry("k", "a", "moon"), 3, story=5)], ())
    (group,) = addresses.groups([entry("1", "a")])
    assert group.home == 5
    assert group.companions == {("sun", "1"): ("moon", "k")}


def test_several_addresses_of_one_story_make_one_group_and_each_entry_keeps_its_companion() -> None:
    addresses = Addresses(WINDOW, ())
    known = [stored(entry("k", "a", "moon"), 3, story=5), stored(entry("l", "b", "star"), 4, story=5)]
    addresses.remember(known, ())
    (group,) = addresses.groups([entry("1", "a"), entry("2", "b")])
    assert group.companions == {("sun", "1"): ("moon", "k"), ("sun", "2"): ("star", "l")}


def test_an_excluded_entry_is_nobodys_companion_even_when_it_is_revised() -> None:
    addresses = Addresses(WINDOW, ())
    excluded = entry("k", "a", "moon")
    addresses.remember([stored(excluded, 3, excluded=True)], [Revision(3, 3, excluded, True)])
    (group,) = addresses.groups([entry("1", "a")])
    assert group.home is None


def test_an_address_that_a_revision_brought_counts_beside_the_old_one() -> None:
    addresses = Addresses(WINDOW, ())
    addresses.remember(
        [stored(entry("k", "old", "moon"), 3, story=5)], [Revision(3, 5, entry("k", "new", "moon"), False)]
    )
    (group,) = addresses.groups([entry("1", "old"), entry("2", "new")])
    assert (guids([group]), group.home) == ([["1", "2"]], 5)


def test_an_address_that_is_used_again_after_the_window_is_another_article() -> None:
    assert guids(Addresses(WINDOW, ()).groups([entry("1", "a", age=80), entry("2", "a")])) == [["1"], ["2"]]
    assert guids(Addresses(WINDOW, ()).groups([entry("1", "a", age=73), entry("2", "a")])) == [["1", "2"]]


def test_a_chain_of_entries_within_the_window_stays_one_article() -> None:
    ages = {"1": 140, "2": 70, "3": 0}
    groups = Addresses(WINDOW, ()).groups(entry(guid, "a", age=age) for guid, age in ages.items())
    assert guids(groups) == [["1", "2", "3"]]


def test_a_guessed_date_says_nothing_of_distance() -> None:
    groups = Addresses(WINDOW, ()).groups([entry("1", "a", age=900), entry("2", "a", guessed=True)])
    assert guids(groups) == [["1", "2"]]
