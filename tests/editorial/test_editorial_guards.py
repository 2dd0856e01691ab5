"""What keeps two entries apart however alike they are."""

from __future__ import annotations

import pytest

from aggregator.editorial.guards import contradict
from aggregator.editorial.likeness import Weighed
from aggregator.editorial.stories import Thing
from aggregator.model import KnownEntry
from tests.editorial.reports import DAM, Told, drawn, report, stored


def pair(one: Told, other: Told) -> tuple[Weighed, Weighed]:
    first, second = drawn([report(one, "sun"), report(other, "moon")])
    return Thing(first).weighed, Thing(second).weighed


def known(told: Told, **options: str) -> KnownEntry:
    (one,) = drawn([report(told, "moon", **options)])  # type: ignore[arg-type]
    return stored(one, 7)


def apart(one: str, other: str, text: str = "") -> bool:
    first, second = pair(Told(one, text), Told(other, text))
    return contradict(first, second) and contradict(second, first)


@pytest.mark.parametrize(
    ("claim", "denial"),
    [
        ("Kazakh minister plans to resign in May", "Kazakh minister denies plans to resign in May"),
        ("Минфин Казахстана введёт новый налог", "Минфин Казахстана опроверг новый налог"),
    ],
)
def test_a_claim_and_its_denial_are_two_stories(claim: str, denial: str) -> None:
    assert apart(claim, denial)


def test_two_denials_may_be_one_story() -> None:
    assert not apart("Kazakh minister denies plans to resign", "Kazakh minister denies he will resign")


def test_news_of_countries_that_do_not_name_each_other_are_two_stories() -> None:
    assert apart("Parliament of Uzbekistan adopts the budget", "Parliament of Tajikistan adopts the budget")


def test_news_of_two_countries_may_be_one_story_if_one_names_the_other() -> None:
    one = Told("Kazakhstan sends wheat to Iran", "Kazakhstan sent wheat to Iran on Friday.")
    other = Told("Iran buys wheat", "Iran bought wheat on Friday.")
    assert not contradict(*pair(one, other))


def test_a_stored_entry_is_kept_apart_just_as_a_new_one() -> None:
    one = Told("Kazakhstan buys wheat", "Kazakhstan bought wheat on Friday.")
    harvest = "The harvest was good this year. " * 15
    other = Told("Russia sells wheat", f"Russia sold wheat. {harvest} Some of it goes to Kazakhstan.")
    (new, second) = drawn([report(one), report(other, "moon")])
    assert [tag.country for tag in second.description.mentions] == ["KZ"]
    assert not contradict(Thing(new).weighed, Thing(second).weighed)
    assert not contradict(Thing(new).weighed, Thing(known(other)).weighed)


def test_a_country_that_is_only_the_sources_default_keeps_nothing_apart() -> None:
    told = Told("Snow closes the mountain road", "The road over the pass was closed by snow on Friday.")
    one, other = drawn(
        [report(told, "sun", default_country="KZ"), report(told, "moon", default_country="UZ")]
    )
    assert [one.description.tags[0].country, other.description.tags[0].country] == ["KZ", "UZ"]
    assert not contradict(Thing(one).weighed, Thing(other).weighed)
    assert not contradict(Thing(one).weighed, Thing(known(told, default_country="UZ")).weighed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dollar exchange rate for 11 May", "Dollar exchange rate for 12 May"),
        ("Курс доллара на 11 мая", "Курс доллара на 12 мая"),
        (
            "Kyrgyz parliament approves Anvarov as the new minister of education and science",
            "Kyrgyz parliament approves Isakova as the new minister of education and science",
        ),
    ],
)
def test_titles_of_one_template_about_two_objects_are_two_stories(one: str, other: str) -> None:
    assert apart(one, other)


def test_reports_of_one_event_are_not_kept_apart() -> None:
    things = [Thing(one).weighed for one in drawn([report(told, lang) for lang, told in DAM.items()])]
    assert [
        (one.language, other.language) for one in things for other in things if contradict(one, other)
    ] == []


def test_nothing_keeps_apart_what_says_nothing() -> None:
    assert not apart("", "")
