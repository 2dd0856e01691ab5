from __future__ import annotations

import pytest

from aggregator.ingest.titles import shared_ending, without_endings

TOWNS = ("Osh", "Naryn", "Talas", "Batken", "Tokmok")


@pytest.mark.parametrize(
    "ending", [" - Steppe News", " | Steppe News", " – Новости степи", " :: Steppe", " » Steppe"]
)
def test_what_most_titles_share_behind_a_separator_is_found(ending: str) -> None:
    titles = [f"Rain in {town}{ending}" for town in TOWNS]
    assert shared_ending(titles) == ending
    assert shared_ending([*titles, "Snow - in May", "Wind"]) == ending


def test_the_last_of_several_separators_counts() -> None:
    assert shared_ending(f"Rain - {town} - Steppe" for town in TOWNS) == " - Steppe"


def test_escaped_titles_share_their_ending_too() -> None:
    assert shared_ending(f"Rain in {town} &#8211; Steppe" for town in TOWNS) == " – Steppe"


@pytest.mark.parametrize(
    "titles",
    [
        [],
        [f"Rain in {town} - Steppe" for town in TOWNS[:4]],
        ["Rain - Steppe"] * 9,
        [f"Rain in {town} - {town} News" for town in TOWNS],
        [f"Rain in {town}-Steppe" for town in TOWNS],
        [*(f"Rain in {town} - Photos" for town in TOWNS), *(f"Wind in {town}" for town in TOWNS)],
        [f"Rain in {town} - {'long story ' * 7}" for town in TOWNS],
    ],
    ids=["none", "few", "one title", "different", "no separator", "half of them", "too long"],
)
def test_what_is_no_sites_name_is_not_taken_for_one(titles: list[str]) -> None:
    assert shared_ending(titles) == ""


@pytest.mark.parametrize(
    ("title", "ending", "shown"),
    [
        ("Rain - Novastan", " - Novastan", "Rain"),
        ("Rain - NOVASTAN", " - Novastan", "Rain"),
        ("Rain - Steppe News", " - <Publisher>", "Rain"),
        ("Rain - Talas - Steppe News", " - <Publisher>", "Rain - Talas"),
        ("Ýagyş - https://steppe.example/tm/1", " - <URL>", "Ýagyş"),
        ("Rain (a.b) in May", "(a.b)", "Rain (a.b) in May"),
        ("Rain", " - Novastan", "Rain"),
        (" - Novastan", " - Novastan", " - Novastan"),
    ],
)
def test_a_configured_ending_goes_and_never_takes_all(title: str, ending: str, shown: str) -> None:
    assert without_endings(title, ("", " | other", ending)) == shown
