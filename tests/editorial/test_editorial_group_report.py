"""Figures of what was put together, and the worst errors."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial.comparison import Comparison
from aggregator.editorial.group_report import Grouped, GroupedFile, GroupReport
from aggregator.editorial.scoring import Counts
from aggregator.model import Relation


def near(one: int, other: int) -> Comparison:
    """The nearer their numbers, the more alike they are."""
    return Comparison(-abs(one - other), f"{one} and {other}")


def file(
    *groups: tuple[str | None, int],
    languages: str = "",
    pairs: tuple[tuple[int, int, bool], ...] = (),
    compare: Callable[[int, int], Comparison] = near,
    name: str = "a.jsonl",
) -> GroupedFile:
    """Items by the group that is right and the one found; `languages` has a letter for each."""
    things = [
        Grouped(number, f"T{number}", (languages[number : number + 1]), right, found)
        for number, (right, found) in enumerate(groups)
    ]
    return GroupedFile(name, things, pairs, compare)


def report_of(*files: GroupedFile, errors: int = 10) -> GroupReport:
    report = GroupReport(errors)
    for one in files:
        report.add(one)
    return report


def errors_of(report: GroupReport) -> list[tuple[bool, int, object, object]]:
    return [(one.merged, one.pairs, one.one.id, one.other.id) for one in report.errors]


def test_groups_are_scored_by_pairs_and_by_items() -> None:
    report = report_of(file(("a", 0), ("a", 0), ("b", 0), ("b", 3), ("c", 3)))
    figures = report.overall
    assert (figures.items, figures.right, figures.found) == (5, 3, 2)
    assert figures.pairs == Counts(right=1, wrong=3, missed=1)
    assert figures.b_cubed.recall == pytest.approx(0.8)
    assert report.files["a.jsonl"] == figures


def test_equal_names_in_two_files_are_two_groups() -> None:
    report = report_of(file(("a", 0), ("a", 0)), file(("a", 0), ("a", 1), name="b.jsonl"))
    assert report.overall.pairs == Counts(right=1, missed=1)
    assert {name: one.pairs.recall for name, one in report.files.items()} == {"a.jsonl": 1, "b.jsonl": 0}


def test_languages_are_scored_by_themselves_and_across_apart() -> None:
    report = report_of(file(("a", 0), ("a", 0), ("a", 0), ("b", 0), ("a", 4), languages="eerrr"))
    assert report.languages["e"].pairs == Counts(right=1)
    assert report.languages["r"].pairs == Counts(wrong=1, missed=1)
    assert report.across == Counts(right=2, wrong=2, missed=2)
    assert report.languages["e"].b_cubed.f1 == 1


def test_of_pairs_only_what_is_known_of_them_counts() -> None:
    things = ((None, 0), (None, 0), (None, 2), (None, 3), (None, 0), (None, 5), (None, 6), (None, 7))
    pairs = ((0, 1, True), (2, 3, True), (0, 4, False), (5, 6, False))
    report = report_of(file(*things, pairs=pairs, languages="eereeeee"))
    assert report.overall.pairs == Counts(right=1, wrong=1, missed=1)
    assert report.languages["e"].pairs == Counts(right=1, wrong=1)
    assert report.across == Counts(missed=1)
    assert (report.overall.items, report.overall.right, report.overall.found) == (8, 0, 6)
    assert report.overall.b_cubed.f1 is None
    assert errors_of(report) == [(True, 1, 0, 4), (False, 1, 2, 3)]


def test_what_was_put_together_wrongly_comes_before_what_was_missed_and_each_by_its_pairs() -> None:
    missed = file(*[("a", 0)] * 5, *[("a", 5)] * 4)
    merged = file(("a", 0), ("b", 0), ("c", 2), ("c", 2), ("d", 2), name="b.jsonl")
    report = report_of(missed, merged)
    assert errors_of(report) == [(True, 2, 4, 3), (True, 1, 1, 0), (False, 20, 5, 4)]
    assert next(one.comparison.words for one in report.errors) == "4 and 3"
    assert errors_of(report_of(missed, merged, errors=1)) == [(True, 2, 4, 3)]


def test_many_items_are_not_all_compared_to_show_one_error() -> None:
    asked = []

    def counting(one: int, other: int) -> Comparison:
        asked.append((one, other))
        return near(one, other)

    report_of(file(*[("a", 0)] * 100, *[("b", 0)] * 100, compare=counting))
    assert len(asked) == 64


def test_relations_are_counted() -> None:
    things = [
        Grouped(0, "T", "", "a", 0, Relation.LEAD),
        Grouped(1, "T", "", "a", 0, Relation.COPY, "same text"),
    ]
    assert report_of(GroupedFile("a", things, (), near)).relations == {Relation.LEAD: 1, Relation.COPY: 1}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=15))
def test_errors_stand_for_every_wrong_pair_once(groups: list[tuple[str, int]]) -> None:
    report = report_of(file(*groups), errors=1000)
    pairs = report.overall.pairs
    assert sum(one.pairs for one in report.errors if one.merged) == pairs.wrong
    assert sum(one.pairs for one in report.errors if not one.merged) == pairs.missed
