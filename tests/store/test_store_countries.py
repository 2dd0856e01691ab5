"""The rule that says which countries a story is about."""

from __future__ import annotations

from aggregator.store.country_rule import countries_of


def test_a_single_entry_gives_its_countries_the_most_salient_first():
    assert list(countries_of({"UZ": 0.3, "KG": 0.9}, [])) == ["KG", "UZ"]


def test_what_more_than_half_of_the_entries_carry_is_added():
    lead, reports = {"KG": 0.5}, [{"UZ": 0.8}, {"UZ": 0.6}]
    assert countries_of(lead, reports) == {"UZ": 0.7, "KG": 0.5}


def test_half_of_the_entries_is_not_enough():
    assert countries_of({"KG": 0.5}, [{"UZ": 0.9}]) == {"KG": 0.5}


def test_the_lead_keeps_its_countries_and_its_saliences_against_a_majority():
    assert countries_of({"KG": 0.2}, [{"UZ": 0.9}, {"UZ": 0.9}, {"KG": 0.9}]) == {"KG": 0.2}


def test_a_story_about_no_country_has_none():
    assert countries_of({}, [{}]) == {}


def test_equal_saliences_are_ordered_by_code():
    assert list(countries_of({"UZ": 0.5, "AF": 0.5}, [])) == ["AF", "UZ"]
