"""Reports of one event become one story, whatever their languages; other news stays apart."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.editorial import duplicates, likeness, stories
from aggregator.editorial.addresses import Group
from aggregator.editorial.stories import MOST_NEIGHBOURS, Gathering, Terms, gather
from aggregator.model import DescribedEntry, KnownEntry, Relation
from tests.editorial.reports import DAM, NOW, OTHER_NEWS, Told, drawn, judge, other_news, report, stored
from tests.editorial.reports import stories as by_source

TERMS = Terms(timedelta(hours=72), {})


def dams() -> list[DescribedEntry]:
    return [report(told, language, age=1 + n) for n, (language, told) in enumerate(DAM.items())]


def gathered(arrivals: list[DescribedEntry], known: list[KnownEntry] | None = None) -> Gathering:
    return gather([Group([one]) for one in arrivals], known or [], TERMS)


def test_independent_reports_in_five_languages_are_one_story_and_other_news_is_none_of_it() -> None:
    found = by_source(judge(drawn([*dams(), *other_news()])))
    assert set(DAM) in found
    assert len(found) == 1 + len(OTHER_NEWS)


def test_the_same_reports_are_one_story_one_after_the_other() -> None:
    first, *later = drawn([*dams(), *other_news()])
    decisions = judge(later, [stored(first, 3, story=5)])
    assert {one.entry.entry.source_id for one in decisions.joinings} == set(DAM) - {first.entry.source_id}
    assert {one.story_id for one in decisions.joinings} == {5}
    assert by_source(decisions) == [{f"other{number}"} for number in reversed(range(len(OTHER_NEWS)))]


@pytest.mark.parametrize(("age", "together"), [(72, True), (73, False)])
def test_entries_published_more_than_three_days_apart_are_never_one_story(age: float, together: bool) -> None:
    arrivals = drawn([report(DAM["ru"], "sun", age=age), report(DAM["kk"], "moon", age=0), *other_news()])
    assert ({"sun", "moon"} in by_source(judge(arrivals))) is together


def test_not_even_copies_are_one_story_after_the_window() -> None:
    arrivals = drawn([report(DAM["ru"], "sun", age=73.5), report(DAM["ru"], "moon", age=0)])
    assert by_source(judge(arrivals)) == [{"sun"}, {"moon"}]


def test_entries_that_share_no_key_are_never_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "score", None)
    monkeypatch.setattr(duplicates, "verdict", None)
    gathered([report(told, str(n)) for n, told in enumerate(OTHER_NEWS)])


def test_entries_that_say_nothing_stay_alone() -> None:
    arrivals = drawn([report(Told("", ""), f"s{number}") for number in range(20)])
    assert by_source(judge(arrivals)) == [{f"s{number}"} for number in sorted(range(20), key=str)]


def test_an_excluded_entry_neither_joins_nor_is_joined() -> None:
    excluded = report(DAM["ru"], "ad", excluded="category «Advertising»")
    twin = report(DAM["ru"], "sun", age=0.5)
    decisions = judge(drawn([excluded, twin]))
    assert sorted(map(sorted, by_source(decisions))) == [["ad"], ["sun"]]
    assert {founding.lead.entry.source_id: founding.old for founding in decisions.foundings}["ad"]
    (later,) = drawn([twin])
    assert by_source(judge([later], [stored(later, 3, excluded=True)])) == []
    other = stored(drawn([report(DAM["ru"], "ad")])[0], 3, excluded=True)
    assert by_source(judge([later], [other])) == [{"sun"}]


def test_what_is_stored_without_anything_to_compare_is_not_compared() -> None:
    old = KnownEntry(3, "star", "9", "", 5, b"", b"", NOW, keys=(1, 2))
    (one,) = drawn([report(DAM["ru"])])
    assert by_source(judge([one], [old])) == [{"sun"}]


def test_an_entry_joins_one_of_two_stored_stories_and_the_operator_hears_of_the_other() -> None:
    one, two, new = drawn(
        [report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon", age=2), report(DAM["en"], "star")]
    )
    known = [stored(one, 1, story=11), stored(two, 2, story=12)]
    (joining,) = judge([new], known).joinings
    other = ({11, 12} - {joining.story_id}).pop()
    source = {11: "sun", 12: "moon"}[other]
    assert joining.attention == f"it resembles story {other}, too (entry 1 of {source})"


def test_two_entries_that_join_two_stories_and_resemble_each_other_are_shown_to_the_operator() -> None:
    told = Told("Snow closes the road over the Tor pass", DAM["en"].text)
    one, two, new, newer = drawn(
        [
            report(DAM["ru"], "sun", age=9),
            report(told, "moon", age=8),
            report(DAM["ru"], "star", age=2),
            report(told, "mars", age=1),
        ]
    )
    decisions = judge([new, newer], [stored(one, 1, story=11), stored(two, 2, story=12)])
    assert {one.entry.entry.source_id: one.story_id for one in decisions.joinings} == {"star": 11, "mars": 12}
    assert all("it resembles story" in joining.attention for joining in decisions.joinings)


def test_an_entry_that_belongs_to_one_story_only_needs_no_attention() -> None:
    one, new = drawn([report(DAM["ru"], "sun", age=3), report(DAM["kk"], "moon", age=2)])
    (joining,) = judge([new], [stored(one, 1, story=11)]).joinings
    assert joining.attention == ""


def test_a_copy_of_two_stored_stories_joins_one_and_the_operator_hears_of_the_other() -> None:
    one, two, new = drawn(
        [report(DAM["ru"], "sun", age=3), report(DAM["ru"], "moon", age=2), report(DAM["ru"], "star")]
    )
    (joining,) = judge([new], [stored(one, 1, story=11), stored(two, 2, story=12)]).joinings
    assert joining.relation is Relation.COPY
    other = ({11, 12} - {joining.story_id}).pop()
    assert f"it resembles story {other}, too" in joining.attention


COLUMN = "Погода в Алматы и Астане на завтра и на выходные дни"


def test_a_column_of_one_source_is_no_copy_of_itself() -> None:
    first = report(Told(COLUMN, "Завтра тепло."), "sun", "1", age=9)
    second = report(Told(COLUMN, "Завтра холодно."), "sun", "2")
    assert gathered(drawn([first, second])).copies == {}
    elsewhere = report(Told(COLUMN, "Завтра тепло."), "moon", "2")
    assert gathered(drawn([first, elsewhere])).copies.keys() == {(0, 1)}


def test_two_objects_of_one_template_are_two_stories() -> None:
    text = "The national bank has published the rates of the dollar and of the euro, as on every day."
    today, tomorrow = (
        Told(f"Kazakhstan: official dollar exchange rates for {day} May", text) for day in (11, 12)
    )
    found = gathered(drawn([report(today, "sun"), report(tomorrow, "moon"), *other_news()]))
    numbers = [n for n, thing in enumerate(found.things) if thing.source_id in {"sun", "moon"}]
    assert found.score(*numbers) == likeness.NEVER
    assert by_source(judge(drawn([report(today, "sun"), report(tomorrow, "moon")]))) == [{"moon"}, {"sun"}]


def test_the_order_in_which_entries_are_handed_over_does_not_matter() -> None:
    arrivals = drawn([*dams(), *other_news()])
    kept = drawn([report(DAM["ru"], "kept", age=9), report(DAM["en"], "held", age=8)])
    known = [stored(kept[0], 1, story=11), stored(kept[1], 2, story=12)]
    expected = judge(arrivals, known)
    shuffler = random.Random(3)
    for _ in range(5):
        shuffler.shuffle(arrivals)
        shuffler.shuffle(known)
        assert judge(arrivals, known) == expected


def test_two_languages_of_one_outlet_are_nearer_than_those_of_two() -> None:
    things = drawn([report(DAM["ru"], "sun"), report(DAM["kk"], "sun-kk")])
    of_two = gather([Group([one]) for one in things], [], TERMS).score(0, 1)
    one_outlet = Terms(TERMS.window, {"sun": "The Sun", "sun-kk": "The Sun"})
    of_one = gather([Group([one]) for one in things], [], one_outlet).score(0, 1)
    assert of_one == pytest.approx(of_two + stories.EDITION)


def test_two_entries_that_share_keys_have_met_each_other() -> None:
    found = gathered(drawn([report(DAM["ru"], "sun", age=2), report(DAM["kk"], "moon", age=1)]))
    assert found.met == {0: [1], 1: [0]}


def test_what_lies_further_back_is_less_alike() -> None:
    near = gathered(drawn([report(DAM["ru"], "sun", age=2), report(DAM["kk"], "moon", age=1)]))
    far = gathered(drawn([report(DAM["ru"], "sun", age=60), report(DAM["kk"], "moon", age=1)]))
    assert far.score(0, 1) < near.score(0, 1)
    assert near.score(1, 0) == near.score(0, 1)


class Counted:
    """Counts how often something is asked."""

    def __init__(self, asked: object) -> None:
        self.times = 0
        self._asked = asked

    def __call__(self, *arguments: object) -> object:
        self.times += 1
        return self._asked(*arguments)  # type: ignore[operator]


MANY = 2_000


def flood(titles: list[str], texts: list[str]) -> list[DescribedEntry]:
    """MANY entries, described by one of them each: to describe all would take longer than to judge them."""
    described: dict[Told, DescribedEntry] = {}
    entries = []
    for number in range(MANY):
        told = Told(titles[number % len(titles)], texts[number % len(texts)])
        one = described.get(told) or described.setdefault(told, report(told))
        age = timedelta(minutes=number)
        entry = replace(one.entry, source_id=f"s{number % 40}", guid=str(number), published=NOW - age)
        entries.append(DescribedEntry(entry, one.description))
    return drawn(entries)


SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]


def nonsense(chance: random.Random, words: int) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(words))


@pytest.mark.parametrize("kind", ["one title", "one title, other texts", "one name", "nothing"])
def test_a_flood_is_judged_with_a_bounded_number_of_comparisons(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(5)
    texts = [nonsense(chance, 25) for _ in range(200)]
    titles, texts = {
        "one title": (["President opens a new school in the valley of Talas"], [""]),
        "one title, other texts": (["President opens a new school in the valley of Talas"], texts),
        "one name": ([f"Tokayev {nonsense(chance, 4)}" for _ in range(200)], texts),
        "nothing": ([""], [""]),
    }[kind]
    scored, compared = Counted(likeness.score), Counted(duplicates.verdict)
    arrivals = flood(titles, texts)
    monkeypatch.setattr(likeness, "score", scored)
    monkeypatch.setattr(duplicates, "verdict", compared)
    judge(arrivals)
    assert compared.times <= MANY * MOST_NEIGHBOURS
    assert scored.times <= 3 * MANY * MOST_NEIGHBOURS
