"""Figures of judgement, and the labelled items that they are made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.editorial import items, scoring
from aggregator.editorial.items import InvalidItemError
from aggregator.editorial.scoring import Counts, LanguageReport, TagReport, Tally, Worst, compare, total
from aggregator.model import Description, Tag

CODES = st.frozensets(st.sampled_from(["KZ", "KG", "UZ", "TJ", "TM", "AF"]))
OUTCOMES = st.integers(0, 50)


def labelled(**fields: Any) -> items.LabelledItem:
    return items.labelled({"id": "1", "title": "T", "lang": "ru", **fields})


def described(*tags: str, mentions: tuple[str, ...] = (), language: str = "ru") -> Description:
    return Description(
        language,
        "Cyrl",
        tags=tuple(Tag(code, 0.6) for code in tags),
        mentions=tuple(Tag(code, 0.2) for code in mentions),
    )


def report_of(*pairs: tuple[items.LabelledItem, Description], errors: int = 10) -> TagReport:
    report = TagReport(errors)
    for item, description in pairs:
        report.add("a.jsonl", item, description)
    return report


# ------------------------------------------------------------------------------------------------ items


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": "T"}, "has no `id`"),
        ({"id": True, "title": "T"}, "has no `id`"),
        ({"id": 1.5, "title": "T"}, "`id` is a number"),
        ({"id": [], "title": "T"}, "`id` is a list"),
        ({"id": "1"}, "neither `title` nor `text`"),
        ({"id": "1", "title": 7}, "`title` is a number"),
        ({"id": "1", "title": False}, "`title` is true or false"),
        ({"id": "1", "text": {}}, "`text` is an object"),
    ],
)
def test_what_is_no_item_is_told_with_the_field_and_the_cure(fields: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidItemError) as refused:
        items.item(fields)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"countries": "KZ"}, "`countries` is no list"),
        ({"gold_countries": ["KZ", 7]}, "`gold_countries` is no list"),
        ({"gold_counts": {"KZ": "two"}}, "`gold_counts` gives no number"),
        ({"gold_counts": ["KZ"]}, "`gold_counts` gives no number"),
    ],
)
def test_labels_of_the_wrong_type_are_told(fields: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidItemError) as refused:
        labelled(**fields)
    assert words in str(refused.value)


def test_an_item_that_says_nothing_of_what_is_asked_is_refused() -> None:
    silent = {"id": "1", "title": "T"}
    with pytest.raises(InvalidItemError, match="has no `countries`"):
        items.with_countries(silent)
    with pytest.raises(InvalidItemError, match="has no `lang`"):
        items.with_language(silent)
    assert items.with_countries({**silent, "countries": []}).countries == set()
    assert items.with_language({**silent, "lang": "ru"}).language == "ru"


def test_both_forms_of_labels_are_read() -> None:
    ours = labelled(countries=["KZ", "KG"], also_mentioned=["UZ"], script="Cyrl")
    assert (ours.countries, ours.either, ours.subjects) == ({"KZ", "KG"}, {"UZ"}, set())
    assert (ours.language, ours.script) == ("ru", "Cyrl")
    theirs = labelled(gold_countries=["KZ", "KG"], ok_countries=["UZ"], gold_counts={"KZ": 3, "KG": 1})
    assert (theirs.countries, theirs.either, theirs.subjects) == ({"KZ", "KG"}, {"UZ"}, {"KZ"})


def test_of_countries_named_equally_often_each_may_be_the_subject() -> None:
    assert labelled(gold_counts={"KZ": 2, "KG": 2, "UZ": 1}).subjects == {"KZ", "KG"}


def test_a_labelled_text_is_described_without_its_language() -> None:
    assert labelled().entry().declared_language is None
    assert items.item({"id": 1, "title": "T", "lang": "ru"}).entry().declared_language == "ru"


# ------------------------------------------------------------------------------------------------ counts


def test_precision_recall_and_f1_are_those_of_the_textbook() -> None:
    counts = Counts(right=6, wrong=2, missed=4)
    assert (counts.precision, counts.recall, counts.f1) == (0.75, 0.6, pytest.approx(2 / 3))


def test_where_nothing_was_counted_there_is_no_figure() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (None, None, None)
    assert (Counts(missed=1).precision, Counts(missed=1).recall, Counts(missed=1).f1) == (None, 0, 0)
    assert Tally().accuracy is None


@given(found=CODES, right=CODES, either=CODES)
def test_what_may_be_found_or_not_is_neither_required_nor_punished(
    found: frozenset[str], right: frozenset[str], either: frozenset[str]
) -> None:
    allowed = either - right
    counts = total(compare(found, right, allowed).values())
    assert counts == total(compare(found - allowed, right).values())
    assert counts.right + counts.missed == len(right)


@given(st.lists(st.builds(Counts, OUTCOMES, OUTCOMES, OUTCOMES)))
def test_f1_is_the_harmonic_mean_and_lies_between_precision_and_recall(many: list[Counts]) -> None:
    counts = total(many)
    if counts.precision and counts.recall and counts.f1:
        harmonic = 2 * counts.precision * counts.recall / (counts.precision + counts.recall)
        assert counts.f1 == pytest.approx(harmonic)
        low, high = sorted((counts.precision, counts.recall))
        assert low - 1e-9 <= counts.f1 <= high + 1e-9


@given(st.lists(st.integers(0, 9)), st.integers(0, 5))
def test_the_worst_errors_are_held_the_worst_first_and_the_earlier_before_the_later(
    badness: list[int], most: int
) -> None:
    worst: Worst[tuple[int, int]] = Worst(most)
    for place, bad in enumerate(badness):
        worst.add((bad,), (bad, place))
    expected = sorted(((bad, place) for place, bad in enumerate(badness)), key=lambda one: (-one[0], one[1]))
    assert list(worst) == expected[:most]


# ------------------------------------------------------------------------------------------------ reports


def test_tags_are_scored_alone_and_with_mentions() -> None:
    item = labelled(countries=["KZ", "KG"], also_mentioned=["UZ"])
    report = report_of((item, described("KZ", "TJ", mentions=("KG", "UZ"))))
    assert report.overall.subjects == Counts(right=1, wrong=1, missed=1)
    assert report.overall.named == Counts(right=2, wrong=1, missed=0)
    assert report.countries == {"KZ": scoring.RIGHT, "TJ": scoring.WRONG, "KG": scoring.MISSED}


def test_figures_are_kept_by_file_and_by_language() -> None:
    report = TagReport(0)
    report.add("a.jsonl", labelled(countries=["KZ"]), described("KZ"))
    report.add("b.jsonl", labelled(countries=["KZ"], lang="kk"), described())
    assert {name: one.subjects.recall for name, one in report.files.items()} == {"a.jsonl": 1, "b.jsonl": 0}
    assert {code: one.items for code, one in report.languages.items()} == {"ru": 1, "kk": 1}
    assert (report.overall.items, report.overall.subjects.recall) == (2, 0.5)


def test_the_first_tag_is_judged_only_where_the_subject_is_known() -> None:
    known = labelled(gold_countries=["KZ", "KG"], gold_counts={"KZ": 2, "KG": 1})
    report = report_of(
        (known, described("KZ", "KG")),
        (known, described("KG", "KZ")),
        (known, described()),
        (labelled(countries=["KZ"]), described("KZ")),
    )
    assert report.overall.first == Tally(right=1, of=3)


def test_the_item_with_most_errors_comes_first_and_the_right_ones_not_at_all() -> None:
    good, bad, worse = (labelled(id=name, countries=["KZ"]) for name in ("good", "bad", "worse"))
    report = report_of((good, described("KZ")), (bad, described()), (worse, described("TM", "AF")))
    assert [one.labelled.id for one in report.errors] == ["worse", "bad"]
    assert [[tag.country for tag in one.wrong_tags] for one in report.errors] == [["TM", "AF"], []]


def test_languages_are_counted_with_what_they_were_taken_for() -> None:
    report = LanguageReport(("ru", "kk"), errors=10)
    report.add("a.jsonl", labelled(id="right", script="Cyrl"), described())
    report.add("a.jsonl", labelled(id="wrong", lang="kk"), described())
    report.add("a.jsonl", labelled(id="script", script="Latn"), described())
    report.add("a.jsonl", labelled(id="other", lang="sl"), described())
    assert report.overall.languages == Tally(right=2, of=3)
    assert report.overall.scripts == Tally(right=1, of=2)
    assert report.languages["kk"].languages.accuracy == 0
    assert report.confusions == {("kk", "ru"): 1}
    assert report.not_counted == {"sl": 1}
    assert [one.labelled.id for one in report.errors] == ["script", "wrong"]
