"""Labelled lines that say what belongs together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.editorial import items
from aggregator.editorial.grouped_items import GroupedItem, LabelledPair, by_story, by_text
from aggregator.editorial.items import InvalidItemError

SIDES = {"a": {"title": "Snow"}, "b": {"text": "Rain", "lang": "en"}}


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T09:30:00+05:00", datetime(2026, 3, 1, 4, 30, tzinfo=UTC)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("20260301T0930Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03", items.UNDATED),
        ("2026", items.UNDATED),
        ("", items.UNDATED),
        (None, items.UNDATED),
    ],
)
def test_dates_are_read_and_what_names_no_day_is_none(date: str | None, read: datetime) -> None:
    assert items.dated_item({"id": 1, "title": "T", "date": date}).date == read


@pytest.mark.parametrize("date", ["in spring", "2026-02-30", "01.03.2026", "0001-01-01T00:00:00+05:00"])
def test_a_date_that_cannot_be_read_is_refused_where_dates_decide(date: str) -> None:
    fields = {"id": 1, "title": "T", "date": date}
    with pytest.raises(InvalidItemError, match="`date` is none"):
        items.dated_item(fields)
    assert items.item(fields).date == items.UNDATED


@pytest.mark.parametrize(
    ("read", "name"), [(by_story, "story"), (by_story, "cluster"), (by_text, "copy"), (by_text, "cluster")]
)
@pytest.mark.parametrize(("value", "group"), [("bridge", "bridge"), (7, 7), (None, None), ("", None)])
def test_a_group_has_one_of_two_names_and_may_be_none(
    read: Callable[..., object], name: str, value: object, group: object
) -> None:
    line = read({"id": 1, "title": "T", name: value})
    assert isinstance(line, GroupedItem)
    assert (line.item.id, line.group) == (1, group)


def test_what_tells_one_event_is_not_one_text() -> None:
    both = {"id": 1, "title": "T", "story": "event", "copy": None, "cluster": "any"}
    told, written = by_story(both), by_text(both)
    assert isinstance(told, GroupedItem)
    assert isinstance(written, GroupedItem)
    assert (told.group, written.group) == ("event", None)
    with pytest.raises(InvalidItemError, match="has no `copy`"):
        by_text({"id": 1, "title": "T", "story": "event"})


def test_what_a_pair_says_counts_for_both_unless_one_says_otherwise() -> None:
    line = by_story({"id": "p", "lang": "ru", "date": "2026-03-01", "label": 1, **SIDES})
    assert isinstance(line, LabelledPair)
    assert line.together
    assert [one.id for one in (line.one, line.other)] == ["p/a", "p/b"]
    assert [one.lang for one in (line.one, line.other)] == ["ru", "en"]
    assert {one.date for one in (line.one, line.other)} == {datetime(2026, 3, 1, tzinfo=UTC)}


@pytest.mark.parametrize(("label", "together"), [(1, True), (0, False), (True, True), (False, False)])
def test_a_label_is_yes_or_no(label: object, together: bool) -> None:
    line = by_story({"id": "p", "label": label, **SIDES})
    assert isinstance(line, LabelledPair)
    assert line.together is together


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"id": 1, "title": "T"}, "has no `story`"),
        ({"id": 1, "title": "T", "cluster": ["x"]}, "`cluster` names no group"),
        ({"id": 1, "title": "T", "story": True}, "`story` names no group"),
        ({"id": 1, "title": "T", "cluster": 1.5}, "`cluster` names no group"),
        ({"id": 1, "cluster": "x"}, "neither `title` nor `text`"),
        ({"title": "T", "cluster": "x"}, "has no `id`"),
        ({"id": 1, "title": "T", "cluster": "x", "date": "soon"}, "`date` is none"),
        ({"id": 1, **SIDES}, "`label` is neither 1 nor 0"),
        ({"id": 1, "label": 2, **SIDES}, "`label` is neither 1 nor 0"),
        ({"id": 1, "label": "1", **SIDES}, "`label` is neither 1 nor 0"),
        ({"label": 1, **SIDES}, "has no `id`"),
        ({"id": 1, "label": 1, "a": {"title": "T"}}, "`b` is no item"),
        ({"id": 1, "label": 1, "a": "T", "b": {"title": "T"}}, "`a` is no item"),
        ({"id": 1, "label": 1, "a": {"title": "T"}, "b": {"title": 5}}, "of `b`: `title` is a number"),
    ],
)
def test_what_says_nothing_of_its_group_is_told_with_the_cure(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidItemError) as refused:
        by_story(fields)
    assert words in str(refused.value)
